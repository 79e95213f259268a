"""What the folder of exported graphs holds, to be listed and removed."""

from __future__ import annotations

import contextlib
import shutil
from dataclasses import dataclass
from pathlib import Path

from mirror.parsers.m2fp.checkpoint.cache_folder import using
from mirror.parsers.m2fp.checkpoint.file_lock import locked
from mirror.parsers.m2fp.graphs.export_key import ExportKey
from mirror.parsers.m2fp.graphs.graph_record import Record


@dataclass(frozen=True, slots=True)
class StoredGraph:
    """Files in the folder that belong together: a graph, or what is left of one.

    Attributes:
        name: what all their names begin with.
        bytes: their sizes together.
        about: what it is of, in words.
    """

    name: str
    bytes: int
    about: str


def stored_graphs(folder: Path) -> list[StoredGraph]:
    """Return everything that is kept in a folder, by name."""
    found: dict[str, int] = {}
    with using(folder):
        for path in sorted(folder.glob("*")):
            if path.suffix == ".lock":
                continue
            name = path.name.partition(".")[0]
            found[name] = found.get(name, 0) + _size(path)
    return [
        StoredGraph(name, size, _about(folder / f"{name}.json")) for name, size in found.items()
    ]


def remove(graph: StoredGraph, folder: Path) -> bool:
    """Remove a graph's files, unless a process is making them; says whether they are gone.

    Whatever has the graph open keeps it until it closes it (on Windows, it cannot be removed then).
    """
    with using(folder), locked(folder / f"{graph.name}.lock", wait=False) as is_free:
        if is_free:  # the record first: without it, nobody opens what is left
            (folder / f"{graph.name}.json").unlink(missing_ok=True)
        for path in folder.glob(f"{graph.name}.*") if is_free else ():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.suffix != ".lock":
                path.unlink(missing_ok=True)
    return is_free


def _size(path: Path) -> int:
    size = 0
    with contextlib.suppress(FileNotFoundError):  # a graph that is just ready moves to its place
        for file in path.rglob("*") if path.is_dir() else [path]:
            size += file.stat().st_size
    return size


def _about(record: Path) -> str:
    found = Record.read(record)
    try:
        of = None if found is None else ExportKey.of(found.of)
    except TypeError:
        of = None  # JSON, but not of a graph
    if found is None or of is None:
        return "not finished: being made, or left by a killed run or an older version"
    return f"{of}, {found.accuracy.labels:.1%} of pixels as torch"
