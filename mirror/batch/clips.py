"""Which recordings a batch is of: files, folders, patterns, lists and addresses, in order."""

from __future__ import annotations

import glob
import hashlib
import os
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from mirror.batch.errors import BatchError, not_read
from mirror.batch.stores import file_system
from pipeline.errors import PipelineError

ENDINGS = frozenset(
    f".{name}"
    for name in re.findall(
        r"\w+", "mp4 m4v mov mkv webm avi mpg mpeg ts mts m2ts wmv flv 3gp ogv y4m"
    )
)
_MADE_HERE = re.compile(r"-mirror\.\w+$|\.part-\w+")  # of an earlier run beside its sources
_SLUG = 40  # letters of a recording's name that are left in what its files are called


@dataclass(frozen=True, slots=True)
class Clip:
    """One recording of a batch.

    Attributes:
        source: its path, or its address.
        name: what the batch calls it: a path with slashes, below the folder or pattern that it
            was found in. No two of a batch have the same.
    """

    source: str
    name: str

    @property
    def key(self) -> str:
        """What files about it are called: readable, fit for any file system, and its alone."""
        slug = re.sub(r"[^A-Za-z0-9]+", "-", self.name.rpartition(".")[0] or self.name).strip("-")
        digest = hashlib.sha256(self.name.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return f"{slug[-_SLUG:].strip('-')}-{digest}".lstrip("-")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that was named, or found, and cannot be looked into.

    Attributes:
        what: its path or address.
        error: why.
    """

    what: str
    error: PipelineError


def find_clips(
    named: Sequence[str], leaving_out: str
) -> tuple[tuple[Clip, ...], tuple[Unreadable, ...]]:
    """Return the recordings that are named, each once, and what could not be read of them.

    Args:
        named: paths, folders, patterns, ``@list.txt`` and addresses.
        leaving_out: the folder that is written to: what lies in it is no source.

    Raises:
        BatchError: two recordings have one name, or there is none at all.
    """
    search = _Search(leaving_out)
    for one in named:
        search.add(one)
    if not search.clips and not search.unreadable:
        raise BatchError(
            "batch.nothing_found", "there is no video in {what}", what=", ".join(named)
        )
    by_name: dict[str, Clip] = {}
    for clip in search.clips.values():
        other = by_name.setdefault(clip.name.lower(), clip)
        if other is not clip:
            raise BatchError(
                "batch.same_name",
                "{path} and {other} would both be called {name}; name the folder that both are in",
                path=Path(clip.source),
                other=other.source,
                name=clip.name,
            )
    return tuple(search.clips.values()), tuple(search.unreadable)


class _Search:
    """Gathers what is named, in order."""

    def __init__(self, leaving_out: str) -> None:
        self._out = None if "://" in leaving_out else Path(leaving_out).absolute()
        self.clips: dict[str, Clip] = {}
        self.unreadable: list[Unreadable] = []

    def add(self, named: str, name: str | None = None) -> None:
        """Take in whatever a word stands for; ``name`` is what a single file of it is called."""
        if named.startswith("@"):
            self._guarded(named[1:], self._add_list)
        elif "://" in named:
            self._guarded(named, self._add_address)
        elif Path(named).is_dir():
            self._add_folder(Path(named))
        elif glob.has_magic(named) and not Path(named).exists():
            self._add_pattern(named)
        else:
            self._take(named, name or Path(named).name)

    def _take(self, source: str, name: str) -> None:
        key = source if "://" in source else os.path.realpath(source)
        self.clips.setdefault(key, Clip(source, name))

    def _guarded(self, what: str, look: Callable[[str], None]) -> None:
        try:
            look(what)
        except PipelineError as error:
            self.unreadable.append(Unreadable(what, error))
        except (OSError, ValueError) as error:  # libraries of stores raise both
            self.unreadable.append(Unreadable(what, not_read(what, error)))

    def _add_list(self, file: str) -> None:
        folder = Path(file).parent
        for line in Path(file).read_text("utf-8", "surrogateescape").splitlines():
            word = line.strip()
            if not word or word.startswith("#"):
                continue
            if "://" in word or Path(word).is_absolute():
                self.add(word)
            else:  # a list lies beside what it lists
                self.add(str(folder / word), PurePosixPath(Path(word).as_posix()).as_posix())

    def _add_folder(self, folder: Path) -> None:
        def refused(error: OSError) -> None:
            what = str(error.filename or folder)
            self.unreadable.append(Unreadable(what, not_read(what, error)))

        for place, folders, files in os.walk(folder, onerror=refused):
            here = Path(place)
            folders[:] = sorted(
                one
                for one in folders
                if not one.startswith(".") and (here / one).absolute() != self._out
            )
            for file in sorted(files):
                if _is_video(file):
                    path = here / file
                    self._take(str(path), path.relative_to(folder).as_posix())

    def _add_pattern(self, pattern: str) -> None:
        root = _root_of(pattern)
        found = sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207  # any path, as a shell takes it
        if not found:
            error = BatchError("batch.nothing_matches", "nothing matches {what}", what=pattern)
            self.unreadable.append(Unreadable(pattern, error))
        for file in map(Path, found):
            if file.is_dir():
                self._add_folder(file)
            elif self._out is None or self._out not in file.absolute().parents:
                self._take(str(file), file.relative_to(root).as_posix())

    def _add_address(self, address: str) -> None:
        system, path = file_system(address)
        if glob.has_magic(path):
            root = str(_root_of(path)).rstrip("/")
            for file in sorted(system.glob(path)):
                if not system.isdir(file):
                    self._take(system.unstrip_protocol(file), file[len(root) :].lstrip("/"))
        elif system.isdir(path):
            for file in _videos_in(system, path):
                self._take(system.unstrip_protocol(file), file[len(path.rstrip("/")) + 1 :])
        else:
            self._take(address, path.rstrip("/").rpartition("/")[2])


def _videos_in(system: Any, path: str) -> Iterator[str]:  # noqa: ANN401  # fsspec's
    for file in sorted(system.find(path)):
        below = file[len(path.rstrip("/")) + 1 :]
        hidden = any(part.startswith(".") for part in below.split("/"))
        if not hidden and _is_video(below.rpartition("/")[2]):
            yield file


def _is_video(file: str) -> bool:
    is_hidden = file.startswith(".")
    is_made_here = _MADE_HERE.search(file) is not None
    return not is_hidden and not is_made_here and Path(file).suffix.lower() in ENDINGS


def _root_of(pattern: str) -> Path:
    """The folder down to which a pattern is a plain path."""
    parts = Path(pattern).parts
    plain = next(place for place, part in enumerate(parts) if glob.has_magic(part))
    return Path(*parts[:plain]) if plain else Path()
