"""A network as a static graph for another runtime, checked against torch when it is made."""

from __future__ import annotations

import os
import warnings
from pathlib import Path

import numpy as np
import torch

from mirror.parsers.m2fp.answers import Answer
from mirror.parsers.m2fp.graphs import ExportKey, ExportRefused
from mirror.parsers.m2fp.network import FOR_OPENVINO, PLAIN, Network
from mirror.parsers.m2fp.quantise import frames, quantise_backbone
from mirror.parsers.m2fp.runtimes import (
    Run,
    import_openvino,
    run_onnxruntime,
    run_openvino,
    run_torch,
)

TOLERANCE = 2e-3  # absolute, or of the largest value
_OPSET = 17  # the first with layer normalisation; GridSample came with 16


def make(network: Network, key: ExportKey, path: Path) -> float:
    """Write a network as a graph; return its largest difference from torch.

    Raises:
        ExportRefused: the difference is too large; nothing is kept. That of 8 bits is only told.
    """
    network = network.float().cpu()
    # 8 bits come with ONNX
    formulation = FOR_OPENVINO if key.runtime == "openvino" and not key.int8 else PLAIN
    network.make_fast(formulation, decoder_layers=key.decoder_layers or None)
    pixels = _sample(key.height, key.width)
    if key.int8:
        made = _made_of_8_bits(network, pixels, path, key.runtime)
        pixels = torch.from_numpy(frames(key.height, key.width, 1)[0])
    else:
        made = _made(network, pixels, path, key.runtime)
    difference = _compared(network, pixels, made, key.runtime)
    if difference > TOLERANCE and not key.int8:
        _drop(made)
        raise ExportRefused(
            f"the graph for {key.runtime} differs from torch by {difference:.2g}, more than "
            f"{TOLERANCE:g}; use --runtime torch, or another version of {key.runtime}"
        )
    _keep(made, path)
    return difference


def _made(network: Network, pixels: torch.Tensor, path: Path, runtime: str) -> Path:
    """Write the graph beside its place; a worker that is killed meanwhile leaves nothing there."""
    made = path.with_name(f"{path.stem}.{os.getpid()}.part{path.suffix}")
    with warnings.catch_warnings(), torch.inference_mode():
        # sizes become constants, which is what is wanted, and exporters warn of
        warnings.simplefilter("ignore")
        if runtime == "openvino":
            openvino = import_openvino()
            graph = openvino.convert_model(
                network, example_input=pixels, input=[list(pixels.shape)]
            )
            openvino.save_model(graph, str(made), compress_to_fp16=False)
        else:
            torch.onnx.export(
                network,
                (pixels,),
                str(made),
                input_names=["pictures"],
                output_names=["logits", "masks"],
                opset_version=_OPSET,
                dynamo=False,
            )
    return made


def _made_of_8_bits(network: Network, pixels: torch.Tensor, path: Path, runtime: str) -> Path:
    """Write the graph with its backbone in 8 bits, calibrated on frames of the bundled clip."""
    plain = _made(network, pixels, path.with_suffix(".onnx"), "onnxruntime")
    made = plain.with_name(f"{plain.stem}8.onnx")
    quantise_backbone(plain, made, frames(int(pixels.shape[2]), int(pixels.shape[3])))
    plain.unlink()
    if runtime != "openvino":
        return made
    openvino, graph = import_openvino(), made.with_suffix(".xml")
    openvino.save_model(openvino.Core().read_model(str(made)), str(graph), compress_to_fp16=False)
    made.unlink()
    return graph


def _compared(network: Network, pixels: torch.Tensor, made: Path, runtime: str) -> float:
    """The largest difference from torch."""
    threads = torch.get_num_threads()
    run = run_openvino(made, threads) if runtime == "openvino" else run_onnxruntime(made, threads)
    return largest_difference(run, run_torch(network, threads), pixels.numpy())


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
