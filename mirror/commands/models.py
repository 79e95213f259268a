"""List models, download M2FP's checkpoints, verify them, and export them for fast runtimes.

mirror models list
mirror models download m2fp                  from ModelScope's hub; goes on where it stopped
mirror models download m2fp --from DIR       from a folder, without a network
mirror models export m2fp --runtime openvino --size 384x512
mirror models verify
"""

from __future__ import annotations

import argparse
from pathlib import Path

from rich.console import Console
from rich.table import Table

from mirror import weights
from mirror.config import ConfigError, size_of
from mirror.parsers.custom import ParserNotUsable
from mirror.parsers.m2fp import fetch, hub, whole
from mirror.parsers.m2fp.cache import cache_root, graphs_folder
from pipeline.errors import PipelineError

ACTIONS = ("list", "download", "export", "verify")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what to do, and with which model."""
    parser.add_argument("action", choices=ACTIONS, nargs="?", default="list")
    parser.add_argument(
        "model", choices=tuple(hub.PUBLISHED), nargs="?", help="m2fp where none is given"
    )
    parser.add_argument(
        "--from", dest="source", metavar="DIR", type=Path, help="download: copy this folder"
    )
    parser.add_argument(
        "--runtime", choices=("openvino", "onnxruntime", "onnx"), help="export: for what (openvino)"
    )
    parser.add_argument(
        "--size", metavar="HxW", help="export: of the input (384x512; a single person's 512x384)"
    )
    parser.add_argument(
        "--decoder-layers", metavar="N", type=int, default=0, help="export: fewer are faster"
    )
    parser.add_argument(
        "--int8", action="store_true", help="export: the backbone in 8 bits, faster and rougher"
    )


def run(options: argparse.Namespace) -> int:
    """Do it; ``verify`` ends with 1 if a model is damaged."""
    name = options.model or "m2fp"
    if options.action == "download":
        return _download(name, options.source)
    if options.action == "export":
        return _export(name, options)
    return _list(verify=options.action == "verify")


def _download(name: str, source: Path | None) -> int:
    cache = cache_root()
    folder = fetch.copy_from(name, source, cache) if source else fetch.download(name, cache)
    print(f"{name} is in {folder}\n{hub.NOTICE}")
    return 0


def _export(name: str, options: argparse.Namespace) -> int:
    folder = hub.find_checkpoint(name, cache_root())
    try:
        import mirror.parsers.m2fp.export  # noqa: F401 - to see that all it needs is there
        from mirror.parsers.m2fp.copies import Copies, Stored
        from mirror.parsers.m2fp.graphs import exported
        from mirror.parsers.m2fp.runtimes import choose_runtime
    except ModuleNotFoundError as error:
        raise ParserNotUsable(
            f"an export needs {error.name}, which is not installed: pip install "
            "'smart-mirror[m2fp]'"
        ) from error

    stored = Stored(folder, name)
    size = size_of(options.size) if options.size else stored.settings.size or (384, 512)
    if size is None:
        raise ConfigError(f"--size is HxW in multiples of 32, such as 384x512, got {options.size}")
    runtime = "onnxruntime" if options.runtime in ("onnx", "onnxruntime") else "openvino"
    folder = graphs_folder(cache_root())
    copies = Copies(stored, choose_runtime(runtime), folder, options.decoder_layers, options.int8)
    made = exported(copies.key(size), folder, stored.load)
    print(f"{made.path}\ndiffers from torch by {made.likeness.difference:.2g} at most")
    return 0


def _list(verify: bool) -> int:
    table = Table(box=None)
    for column in ("model", "size", "licence", "state"):
        table.add_column(column, overflow="fold")
    damaged = 0
    for name in weights.NAMES:
        state, fault = _verified(name) if verify else ("shipped", False)
        damaged += fault
        size = f"{weights.path(name).stat().st_size / 1e6:.1f} MB"
        table.add_row(name, size, "Apache-2.0", state)
    for published in hub.PUBLISHED.values():
        state, fault = _state_of(published.name, verify)
        damaged += fault
        table.add_row(published.name, f"{published.megabytes} MB", hub.LICENCE, state)
    Console().print(table)
    return 1 if damaged else 0


def _state_of(name: str, verify: bool) -> tuple[str, bool]:
    try:
        folder = hub.find_checkpoint(name, cache_root())
    except hub.CheckpointMissing:
        return f"not here: mirror models download {name}", False
    if not verify:
        return str(folder), False
    try:
        return whole.verify(name, folder), False
    except PipelineError as error:
        return str(error), True


def _verified(name: str) -> tuple[str, bool]:
    try:
        weights.verify(name)
    except weights.WeightsBroken as error:
        return str(error), True
    return "checksum right", False
