"""A graph whose convolutions compute with 8 bits: faster where the CPU has instructions for it.

Meant for the backbone, two thirds of the work. Attention stays as it is: where it is cut off, a
rounding decides.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray


def quantise(
    plain: Path, made: Path, pictures: Sequence[NDArray[np.float32]], *, within: str = ""
) -> None:
    """Write a copy of an ONNX graph with 8-bit convolutions.

    Args:
        plain: the graph in 32 bits.
        made: where the copy goes.
        pictures: network inputs, from which the range of every layer is learnt.
        within: only convolutions with this in their name.
    """
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, quantize_static

    class Pictures(CalibrationDataReader):  # type: ignore[misc, unused-ignore]
        def __init__(self) -> None:
            self._left = iter(pictures)

        def get_next(self) -> dict[str, NDArray[np.float32]] | None:
            picture = next(self._left, None)
            return None if picture is None else {"pictures": picture}

    nodes = onnx.load(str(plain), load_external_data=False).graph.node
    with _hushed():
        quantize_static(
            str(plain),
            str(made),
            Pictures(),
            quant_format=QuantFormat.QDQ,
            op_types_to_quantize=["Conv"],
            nodes_to_quantize=[
                node.name for node in nodes if node.op_type == "Conv" and within in node.name
            ],
            per_channel=True,
            reduce_range=True,  # 7 bits of weights: with 8, sums overflow on CPUs without VNNI
        )


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep the quantiser's advice, which nobody here can follow, from the terminal."""
    root = logging.getLogger()
    before, nowhere = root.level, logging.NullHandler()
    root.addHandler(nowhere)  # without any, the first warning would set up one that stays
    root.setLevel(logging.ERROR)
    try:
        yield
    finally:
        root.setLevel(before)
        root.removeHandler(nowhere)
