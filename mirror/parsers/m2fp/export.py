"""A network as a static graph for another runtime, checked against torch when it is made."""

from __future__ import annotations

import json
import os
import warnings
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch

from mirror.parsers.m2fp.answers import Answer
from mirror.parsers.m2fp.network import Network
from mirror.parsers.m2fp.runtimes import (
    Run,
    import_openvino,
    run_onnxruntime,
    run_openvino,
    run_torch,
)
from pipeline.errors import PipelineError

TOLERANCE = 2e-3  # absolute, or of the largest value
ENDINGS = {"onnxruntime": ".onnx", "openvino": ".xml"}
_OPSET = 17  # the first with layer normalisation; GridSample came with 16


class ExportRefused(PipelineError):
    """A graph answers otherwise than torch, was made for another checkpoint, or cannot be made."""


@dataclass(frozen=True, slots=True)
class ExportKey:
    """What a graph was made of: two exports with the same key are the same.

    Attributes:
        checksum: SHA-256 of the checkpoint's weights.
        height: of the input.
        width: of the input.
        runtime: a key of ``ENDINGS``.
        decoder_layers: after how many the answer is read; 0 after all.
    """

    checksum: str
    height: int
    width: int
    runtime: str
    decoder_layers: int = 0

    @property
    def stem(self) -> str:
        """The name of its files, without an ending."""
        layers = f"-{self.decoder_layers}layers" if self.decoder_layers else ""
        return f"{self.checksum[:16]}-{self.height}x{self.width}{layers}-{self.runtime}"


@dataclass(frozen=True, slots=True)
class Exported:
    """A graph on disk.

    Attributes:
        path: what the runtime opens.
        difference: the largest from torch, absolute or of the largest value.
    """

    path: Path
    difference: float


def exported(key: ExportKey, folder: Path, load: Callable[[], Network]) -> Exported:
    """Return the graph in a folder, making it first where it is not there yet.

    Args:
        key: what the graph is of.
        folder: where graphs are kept.
        load: loads the network; only called where the graph must be made.

    Raises:
        ExportRefused: what lies there is of another checkpoint, or the graph differs from torch.
    """
    path = folder / (key.stem + ENDINGS[key.runtime])
    if path.exists():
        return Exported(path, _recorded(path, key))
    folder.mkdir(parents=True, exist_ok=True)
    network = load()
    network.make_fast(one_call_a_point=False, decoder_layers=key.decoder_layers or None)
    pixels = _sample(key.height, key.width)
    made = _made(network, pixels, path, key.runtime)
    difference = _compared(network, pixels, made, key.runtime)
    _keep(made, path)
    _record_of(path).write_text(json.dumps({**asdict(key), "difference": difference}))
    return Exported(path, difference)


def _made(network: Network, pixels: torch.Tensor, path: Path, runtime: str) -> Path:
    """Write the graph beside its place; a worker that is killed meanwhile leaves nothing there."""
    graph = path.with_name(f"{path.stem}.{os.getpid()}.part.onnx")
    with warnings.catch_warnings(), torch.inference_mode():
        # sizes become constants, which is what is wanted, and the exporter warns of
        warnings.simplefilter("ignore")
        torch.onnx.export(
            network.float().cpu(),
            (pixels,),
            str(graph),
            input_names=["pictures"],
            output_names=["logits", "masks"],
            opset_version=_OPSET,
            dynamo=False,
        )
    if runtime == "onnxruntime":
        return graph
    openvino = import_openvino()
    made = graph.with_suffix(".xml")
    openvino.save_model(openvino.Core().read_model(str(graph)), str(made), compress_to_fp16=False)
    graph.unlink()
    return made


def _compared(network: Network, pixels: torch.Tensor, made: Path, runtime: str) -> float:
    """The largest difference from torch. Raises ExportRefused where it is too large."""
    threads = torch.get_num_threads()
    run = run_openvino(made, threads) if runtime == "openvino" else run_onnxruntime(made, threads)
    difference = largest_difference(run, run_torch(network, threads), pixels.numpy())
    if difference > TOLERANCE:
        _drop(made)
        raise ExportRefused(
            f"the graph for {runtime} differs from torch by {difference:.2g}, more than "
            f"{TOLERANCE:g}; use --runtime torch, or another version of {runtime}"
        )
    return difference


def largest_difference(
    one: Run, other: Run, pixels: np.ndarray[tuple[int, ...], np.dtype[np.float32]]
) -> float:
    """Return how far two answers lie apart, absolute or of the largest value where above 1."""
    ours, theirs = one(pixels), other(pixels)
    return max(_apart(ours, theirs, of) for of in ("logits", "masks"))


def _apart(ours: Answer, theirs: Answer, of: str) -> float:
    here, there = getattr(ours, of), getattr(theirs, of)
    return float(np.abs(here - there).max() / max(1.0, float(np.abs(there).max())))


def _sample(height: int, width: int) -> torch.Tensor:
    """A smooth random picture, the same every time: noise alone would say little of real ones."""
    generator = torch.Generator().manual_seed(0)
    coarse = torch.randn(1, 3, height // 16, width // 16, generator=generator)
    return torch.nn.functional.interpolate(coarse, (height, width), mode="bicubic")


def _keep(made: Path, path: Path) -> None:
    if path.suffix == ".xml":
        made.with_suffix(".bin").replace(path.with_suffix(".bin"))
    made.replace(path)


def _drop(made: Path) -> None:
    made.unlink()
    made.with_suffix(".bin").unlink(missing_ok=True)


def _record_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _recorded(path: Path, key: ExportKey) -> float:
    try:
        record = json.loads(_record_of(path).read_text())
        difference = float(record.pop("difference"))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        record, difference = None, 0.0
    if record != asdict(key):
        raise ExportRefused(
            f"{path} was made for another checkpoint, or nothing says for which; delete it, and it "
            "is made anew"
        )
    return difference
