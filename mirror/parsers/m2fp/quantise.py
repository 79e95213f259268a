"""A graph whose backbone computes with 8 bits: faster where the CPU has instructions for it.

Only convolutions of the backbone, two thirds of the work, are quantised. Attention stays as it is:
where it is cut off, a rounding decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray

from mirror.parsers.m2fp.pictures import fitted
from mirror.shipped import media_file
from pipeline.sources.video import VideoFile

_FRAMES = 6  # of the bundled clip, spread over it


def frames(height: int, width: int, count: int = _FRAMES) -> list[NDArray[np.float32]]:
    """Return real pictures of people as the network's input, each (1, 3, height, width)."""
    clip = [frame.bgr for frame in VideoFile(media_file("demo.mp4"))]
    places = np.linspace(0, len(clip) - 1, count).astype(int)
    return [fitted(clip[place], height, width).pixels for place in places]


def quantise_backbone(plain: Path, made: Path, pictures: Sequence[NDArray[np.float32]]) -> None:
    """Write a copy of an ONNX graph with 8-bit convolutions in the backbone.

    Args:
        plain: the graph in 32 bits.
        made: where the copy goes.
        pictures: network inputs, from which the range of every layer is learnt.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Pictures(CalibrationDataReader):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            self._left = iter(pictures)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            picture = next(self._left, None)
            return None if picture is None else {"pictures": picture}

    nodes = onnx.load(str(plain), load_external_data=False).graph.node
    quantize_static(
        str(plain),
        str(made),
        Pictures(),
        quant_format=QuantFormat.QDQ,
        op_types_to_quantize=["Conv"],
        nodes_to_quantize=[
            node.name for node in nodes if node.op_type == "Conv" and "backbone" in node.name
        ],
        per_channel=True,
        reduce_range=True,  # 7 bits of weights: with 8, sums overflow on CPUs without VNNI
    )
