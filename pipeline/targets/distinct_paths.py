"""Whether what a run reads and what it writes are different files, whatever they are called."""

from __future__ import annotations

import contextlib
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import SinkError
from pipeline.sources.pictures import SUFFIXES
from pipeline.targets.part_folder import Series
from pipeline.targets.path import cannot_be_made, followed, is_folder, is_there

_Identity = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class InputPath:
    """Something that a run reads.

    Attributes:
        path: of the file, or of the folder of pictures.
        what: how messages call it.
    """

    path: Path
    what: str = "the source"


@dataclass(frozen=True, slots=True)
class OutputPath:
    """Something that a run writes.

    Attributes:
        flag: what the user says to have it, such as ``--stats``.
        path: of the file, or of the folder.
        series: which files go into it; None where it is a file.
    """

    flag: str
    path: Path
    series: Series | None = None


def check_apart(targets: Sequence[OutputPath], inputs: Sequence[InputPath] = ()) -> None:
    """Refuse outputs that are inputs, or that are one another.

    Raises:
        SinkError: two of them meet; says which, and what to do.
    """
    read = {_identity(given.path): given for given in inputs if is_there(given.path)}
    for target in targets:
        kind = "folder" if target.series is not None else "file"
        if (given := read.get(_identity(target.path))) and not _takes_anything(target.path):
            raise SinkError(
                "target.is_input",
                "{path} is {what} itself; name another {kind}",
                path=target.path,
                what=given.what,
                kind=kind,
                flag=target.flag,
            )
    _check_pictures(targets, inputs)
    _check_one_another(targets)
    _check_series(targets, inputs)


def _check_pictures(targets: Sequence[OutputPath], inputs: Sequence[InputPath]) -> None:
    there = {_identity(target.path): target for target in targets if target.path.is_file()}
    for folder in (given.path for given in inputs if there and is_folder(given.path)):
        for picture in folder.iterdir():
            if picture.suffix.lower() in SUFFIXES and (target := there.get(_identity(picture))):
                raise SinkError(
                    "target.is_input_picture",
                    "{path} is one of the source's pictures; name another file",
                    path=target.path,
                    flag=target.flag,
                )


def _check_one_another(targets: Sequence[OutputPath]) -> None:
    seen: dict[_Identity, OutputPath] = {}
    for target in targets:
        other = seen.setdefault(_identity(target.path), target)
        if other is not target and not _takes_anything(target.path):
            raise SinkError(
                "target.named_twice",
                "{path} is named twice; name another for one of them",
                path=target.path,
                other=other.flag,
                flag=target.flag,
            )


def _check_series(targets: Sequence[OutputPath], inputs: Sequence[InputPath]) -> None:
    """Refuse what lies where a series of numbered files goes, under one of their names."""
    named = [(given.path, given.what) for given in inputs]
    named += [(target.path, f"what {target.flag} names") for target in targets]
    for folder in (target for target in targets if target.series is not None):
        assert folder.series is not None
        place = _identity(folder.path)
        for path, what in named:
            for spelled in (path, followed(path)):
                if spelled.name in folder.series and _identity(spelled.parent) == place:
                    raise SinkError(
                        "target.in_series",
                        "{path} is {what}, and a series of numbered files would have one of "
                        "that name; name another folder",
                        path=path,
                        what=what,
                        flag=folder.flag,
                    )


def _identity(path: Path) -> _Identity:
    """What two paths share exactly when they stand for one file, which need not be there yet."""
    try:
        found = path.stat()
    except FileNotFoundError:
        real = followed(path)
        with contextlib.suppress(OSError):
            folder = real.parent.stat()
            return "to be", folder.st_dev, folder.st_ino, real.name
        return "to be", str(real)
    except OSError as error:
        raise cannot_be_made(path, error) from error
    return "is", found.st_dev, found.st_ino


def _takes_anything(path: Path) -> bool:
    """Whether a path is a terminal, a socket or the like, which may well be both ends of a run."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return False
    return stat.S_ISCHR(mode) or stat.S_ISSOCK(mode)
