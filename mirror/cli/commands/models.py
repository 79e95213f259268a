"""List models, download M2FP's checkpoints, verify them, and export them for fast runtimes.

mirror models                                what there is, and how large
mirror models download m2fp                  from ModelScope's hub; goes on where it stopped
mirror models download m2fp --from DIR       from a folder, without a network
mirror models export m2fp --for squats.mp4   make the graph now that a clip would wait for
mirror models verify
mirror models clean                          remove exported graphs

Each has a --help of its own. Checkpoints and graphs lie in ModelScope's cache, ~/.cache/modelscope
or the folder that MODELSCOPE_CACHE names.
"""

from __future__ import annotations

import argparse

from rich.table import Table

from mirror import weights
from mirror.cli.commands import models_export
from mirror.cli.error_words import worded
from mirror.cli.flags import path
from mirror.core.settings import ConfigError
from mirror.parsers.m2fp.checkpoint import download, hub, integrity
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root, graphs_folder
from mirror.parsers.m2fp.graphs.graph_inventory import remove, stored_graphs
from mirror.process import terminal
from mirror.process.printable import cell, shown
from pipeline.errors import PipelineError

NAMES = tuple(hub.PUBLISHED)
_CACHE = (
    "It lies in ModelScope's cache: ~/.cache/modelscope, or the folder that MODELSCOPE_CACHE names."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add a subcommand for each thing that can be done."""
    actions = parser.add_subparsers(metavar="ACTION")
    parser.set_defaults(action=_list)
    _add(actions, "list", _list, "List models and exported graphs, with their sizes.")
    download = _add(
        actions, "download", _download, "Get a checkpoint of M2FP.", f"{_CACHE}\n{hub.NOTICE}"
    )
    _add_model(download)
    download.add_argument(
        "--from", dest="source", metavar="DIR", type=path, help="copy it from this folder"
    )
    export = _add(
        actions,
        "export",
        models_export.run,
        "Make the graph of M2FP that OpenVINO or ONNX Runtime opens, before a run has to.",
        models_export.ABOUT,
    )
    _add_model(export)
    models_export.add_arguments(export)
    verify = _add(actions, "verify", _verify, "Read models whole; ends with 1 if one is damaged.")
    verify.add_argument("model", choices=(*weights.NAMES, *NAMES), nargs="?", help="all of them")
    clean = _add(
        actions,
        "clean",
        _clean,
        "Remove exported graphs of M2FP; the next run that needs one makes it anew.",
        "They lie in smart-mirror-exports of ModelScope's cache: ~/.cache/modelscope, or the\n"
        "folder that MODELSCOPE_CACHE names.",
    )
    clean.add_argument("export", metavar="NAME", nargs="*", help="as listed (all of them)")


def run(options: argparse.Namespace) -> int:
    """Do it; a list where nothing else is said."""
    code: int = options.action(options)
    return code


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    action: object,
    summary: str,
    more: str = "",
) -> argparse.ArgumentParser:
    parser = actions.add_parser(
        name,
        help=summary.rstrip("."),
        description=summary,
        epilog=more,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    # SUPPRESS: or it would take back what was said before the action
    parser.add_argument("--debug", action="store_true", default=argparse.SUPPRESS)
    parser.set_defaults(action=action)
    return parser


def _add_model(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("model", choices=NAMES, nargs="?", default="m2fp", help="m2fp if not said")


def _download(options: argparse.Namespace) -> int:
    name, cache = options.model, cache_root()
    if options.source:
        folder = download.copy_from(name, options.source, cache)
    else:
        folder = download.download(name, cache)
    print(f"{name} is in {shown(folder)}\n{hub.NOTICE}")
    return 0


def _verify(options: argparse.Namespace) -> int:
    return _show(only=options.model, verify=True)


def _list(options: argparse.Namespace) -> int:
    code = _show()
    if graphs := stored_graphs(graphs_folder(cache_root())):
        table = _table("exported graph", "size", "of")
        for graph in graphs:
            size = f"{graph.bytes / 1e6:.0f} MB"
            table.add_row(cell(graph.name), size, cell(graph.about))
        terminal.answer(table)
    return code


def _clean(options: argparse.Namespace) -> int:
    folder = graphs_folder(cache_root())
    there = {graph.name: graph for graph in stored_graphs(folder)}
    for name in options.export:
        if name not in there:
            raise ConfigError(
                "graph.unknown",
                "no exported graph is called {name}; see mirror models list",
                name=name,
            )
    wanted = [there[name] for name in options.export or there]
    gone = [graph for graph in wanted if remove(graph, folder)]
    freed = sum(graph.bytes for graph in gone) / 1e6
    print(f"exported graphs removed from {shown(folder)}: {len(gone)}, {freed:.0f} MB")
    if len(gone) < len(wanted):
        print(f"left, since another process is making them: {len(wanted) - len(gone)}")
    return 0


def _show(only: str | None = None, verify: bool = False) -> int:
    table, damaged = _table("model", "size", "licence", "state"), 0
    for name in (name for name in (*weights.NAMES, *NAMES) if only in (None, name)):
        of = _published if name in NAMES else _shipped
        size, licence, state, fault = of(name, verify)
        damaged += fault
        table.add_row(name, size, licence, cell(state))
    terminal.answer(table)
    return 1 if damaged else 0


def _table(*columns: str) -> Table:
    table = Table(box=None)
    for place, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=place == 0)  # names are for copying
    return table


_Entry = tuple[str, str, str, bool]  # size, licence, state, whether it is damaged


def _shipped(name: str, verify: bool) -> _Entry:
    try:
        state, fault = "shipped", False
        if verify:
            weights.verify(name)
            state = "checksum right"
    except weights.WeightsBroken as error:
        state, fault = worded(error), True
    path = weights.path(name)
    size = path.stat().st_size if path.exists() else 0
    return f"{size / 1e6:.1f} MB", "Apache-2.0", state, fault


def _published(name: str, verify: bool) -> _Entry:
    try:
        folder = hub.find_checkpoint(name, cache_root())
    except hub.CheckpointMissing:
        missing = f"not here: mirror models download {name}"
        return f"{hub.PUBLISHED[name].megabytes} MB", hub.LICENCE, missing, False
    size = f"{sum((folder / file).stat().st_size for file in hub.FILES) / 1e6:.1f} MB"
    try:
        state, fault = integrity.verify(name, folder) if verify else str(folder), False
    except PipelineError as error:
        state, fault = worded(error), True
    return size, hub.LICENCE, state, fault
