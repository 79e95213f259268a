"""A network as a static graph for another runtime, checked against torch when it is made."""

from __future__ import annotations

import dataclasses
import math
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch

from mirror.core.label_set import label_set
from mirror.parsers.m2fp.checkpoint.cache_folder import CacheRefused
from mirror.parsers.m2fp.graphs.export_key import ExportKey, ExportRefused
from mirror.parsers.m2fp.graphs.graph_record import ExportAccuracy
from mirror.parsers.m2fp.graphs.graph_store import Exported, exported, forget
from mirror.parsers.m2fp.graphs.graph_writers import write
from mirror.parsers.m2fp.graphs.sample_inputs import samples
from mirror.parsers.m2fp.network.model import FOR_OPENVINO, PLAIN, Formulation, Network, formulate
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput, parts_of
from mirror.parsers.m2fp.runtimes import run_onnxruntime, run_openvino, run_torch
from pipeline.errors import PipelineError

TOLERANCE = 2e-3  # absolute, or of the largest value
LEAST_LABELS = 0.999  # of pixels that must have torch's part
_COMPARED_ON = 4  # pictures at most
_PARTS = len(label_set("cihp").names)  # LIP has as many


def make(network: Network, key: ExportKey, path: Path) -> ExportAccuracy:
    """Write a network as a graph, into a folder of its own; return how near torch it comes.

    Raises:
        ExportRefused: it cannot be made, or is too far off, or gives what is not a number. How
            far 8 bits are off is only reported.
        CacheRefused: it would not fit on the disk.
    """
    _check_room(network, path.parent)
    _formulate(network, key, FOR_OPENVINO if key.runtime == "openvino" else PLAIN)
    try:
        write(network, key, path)
    except (OSError, PipelineError, ModuleNotFoundError):
        raise
    except Exception as error:  # exporters' errors have no common root below Exception
        first = str(error).strip().partition("\n")[0]
        raise ExportRefused(
            "graph.not_made",
            "{graph} cannot be made ({reason}); use another size of the input, or torch",
            graph=str(key),
            reason=f"{type(error).__name__}: {first}",
        ) from error
    return _compared(network, key, path)


def again_or_new(key: ExportKey, folder: Path, load: Callable[[], Network]) -> Exported:
    """Return a graph as ``exported``; one that is there is held against torch again.

    Raises:
        ExportRefused: it is too far off, perhaps with another version of the runtime than it was
            made with; then it is not used any more.
        CacheRefused: see ``exported``.
    """
    found = exported(key, folder, load, lambda load, key, path: make(load(), key, path))
    if found.is_new:
        return found
    try:
        return dataclasses.replace(found, accuracy=_compared(load(), key, found.path))
    except ExportRefused:
        forget(key, folder)
        raise


def _formulate(network: Network, key: ExportKey, formulation: Formulation) -> None:
    network.float().cpu().make_fast(formulation, decoder_layers=key.decoder_layers or None)
    if key.int8:  # which comes with ONNX
        formulate(network.backbone, PLAIN)


def _check_room(network: Network, folder: Path) -> None:
    megabytes = sum(weights.nbytes for weights in network.parameters()) * 2 // 1_000_000
    free = shutil.disk_usage(folder).free // 1_000_000
    if megabytes > free:
        raise CacheRefused(
            "cache.no_room",
            "a graph takes {megabytes} MB while it is made, and {free} are free for {folder}; "
            "make room, or set MODELSCOPE_CACHE to a folder on another disk",
            megabytes=megabytes,
            free=free,
            folder=folder,
        )


def _compared(network: Network, key: ExportKey, path: Path) -> ExportAccuracy:
    """How near a graph comes to torch on the picture of a few on which it comes near enough.

    Attention is cut off where a mask is below 0. Where a cell lies nearer to that than rounding,
    a right graph is far off too; on another picture it is not, as a wrong one is.
    """
    threads = torch.get_num_threads()
    pictures = samples(key.height, key.width, _COMPARED_ON)
    open_graph = run_openvino if key.runtime == "openvino" else run_onnxruntime
    run = open_graph(path, threads)
    outputs = [run(given.pixels) for given in pictures]
    del run  # it holds as much memory as torch is about to
    # not as it was exported: a fault of that formulation would be in both
    _formulate(network, key, PLAIN)
    run_plain, found = run_torch(network, threads), []
    for given, ours in zip(pictures, outputs, strict=True):
        theirs = run_plain(given.pixels)
        labels = [parts_of(output, _PARTS, given.placement) for output in (ours, theirs)]
        share = float((labels[0] == labels[1]).mean())
        found.append(ExportAccuracy(largest_difference(ours, theirs), share))
        if _suffices(found[-1], key):
            return found[-1]
    raise _refused(key, min(found, key=lambda accuracy: accuracy.difference))


def _suffices(accuracy: ExportAccuracy, key: ExportKey) -> bool:
    if key.int8:  # how far that is off is only reported
        return math.isfinite(accuracy.difference)
    return accuracy.difference <= TOLERANCE and accuracy.labels >= LEAST_LABELS


def _refused(key: ExportKey, accuracy: ExportAccuracy) -> ExportRefused:
    if accuracy.difference <= TOLERANCE:
        return ExportRefused(
            "graph.labels_differ",
            "{graph} gives {share:.2%} of a picture the parts that torch gives it, and not "
            "{least:.1%}; use torch, or another version of {runtime}",
            graph=str(key),
            share=accuracy.labels,
            least=LEAST_LABELS,
            runtime=key.runtime,
        )
    return ExportRefused(
        "graph.differs",
        "{graph} differs from torch by {difference:.2g}, more than {tolerance:g}; use torch, "
        "or another version of {runtime}",
        graph=str(key),
        difference=accuracy.difference,
        tolerance=TOLERANCE,
        runtime=key.runtime,
    )


def largest_difference(ours: NetworkOutput, theirs: NetworkOutput) -> float:
    """Return how far two outputs lie apart, absolute or of the largest value where above 1.

    Infinity where one has something that is no number, which no comparison would find.
    """
    return max(_apart(getattr(ours, of), getattr(theirs, of)) for of in ("logits", "masks"))


def _apart(here: np.ndarray, there: np.ndarray) -> float:
    if here.shape != there.shape or not (np.isfinite(here).all() and np.isfinite(there).all()):
        return float("inf")
    return float(np.abs(here - there).max() / max(1.0, float(np.abs(there).max())))
