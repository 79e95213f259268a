"""A folder of numbered files of a run, from the moment it is claimed until it has its name."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import SinkError
from pipeline.targets.claim import check_not_busy, claim
from pipeline.targets.durable import sync_all, sync_folder
from pipeline.targets.part_name import parts_of
from pipeline.targets.path import (
    TargetTaken,
    cannot_be_made,
    check_folder_of,
    followed,
    shown_beside,
)


@dataclass(frozen=True, slots=True)
class Series:
    """Which files of a folder are one run's.

    Attributes:
        names: what they are called, all of the name.
        mark: the file among them without which a folder is not such a run's.
    """

    names: re.Pattern[str]
    mark: str

    def __contains__(self, name: str) -> bool:
        return name == self.mark or self.names.fullmatch(name) is not None


class PartFolder:
    """A folder that has its name, or its new files, only when they are complete.

    Files are written to ``part``, a folder beside it. ``finish`` gives that its name. Where the
    folder is there already, the part is in it, since what is beside it may be another disk. Then
    the files move up, and those of the series that an earlier run left there go, so that no two
    runs mix; files of any other name stay as they are. One of several outputs gets all this from
    ``give_name``, when all of them are on the disk.

    Args:
        path: the folder to be.
        series: which files are written; no others are ever removed.
        overwrite: whether an earlier run's may be replaced.
        alone: whether ``finish`` gives the files their place.

    Attributes:
        path: as given.
        part: where files are written until they are complete.

    Raises:
        TargetTaken: the folder holds something and may not be overwritten, or another run
            writes it.
        SinkError: the folder cannot be made, or holds numbered files that are no earlier run's.
    """

    def __init__(
        self, path: Path, series: Series, overwrite: bool = False, alone: bool = True
    ) -> None:
        self.path, self._series, self._overwrite = path, series, overwrite
        self._alone, self._on_disk = alone, False
        self._target = followed(path)
        try:
            _check_folder(path, self._target, series, overwrite)
            is_there = self._target.is_dir()
            if is_there:
                check_not_busy(path, parts_of(self._target))  # of before it was there
            place = _inside(self._target) if is_there else self._target
            claimed = claim(path, place, _made, Path.rmdir)
        except OSError as error:
            raise cannot_be_made(path, error) from error
        self._part, self._descriptor = claimed.part, claimed.descriptor
        self.part = path / self._part.name if is_there else shown_beside(path, self._part)
        self._settled = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._settled:
            return
        if error is None:
            self.finish()
            return
        self._give_up(error)

    def write(self, name: str, content: bytes) -> None:
        """Write one file of the series.

        Raises:
            SinkError: it cannot be written; the disk may be full.
        """
        try:
            (self._part / name).write_bytes(content)
        except OSError as error:
            raise cannot_be_made(self.path, error) from error

    def finish(self) -> None:
        """Bring the files to the disk and, if alone, to their place; a failure leaves a part.

        Raises:
            TargetTaken: a folder has appeared meanwhile, and may not be written to.
            SinkError: the disk is full, for instance.
        """
        if self._settled or self._on_disk:
            return
        try:
            sync_all(self._part)
        except OSError as error:
            self.keep()
            raise self._not_completed(error) from error
        except BaseException as interruption:
            self._give_up(interruption)
            raise
        self._on_disk = True
        if self._alone:
            self.give_name()
            self.sync_names()

    def give_name(self) -> None:
        """Give what is on the disk its place; a failure leaves a part.

        Raises:
            TargetTaken: a folder has appeared meanwhile, and may not be written to.
            SinkError: the system refuses.
        """
        if self._settled:
            return
        try:
            if self._target.exists():
                self._check_still_free()
                self._move_in()
            else:
                self._part.rename(self._target)
        except OSError as error:
            raise self._not_completed(error) from error
        finally:
            self._on_disk = False
            self.keep()

    def sync_names(self) -> None:
        """Bring its name, and those of its files, to the disk, where the system can."""
        sync_folder(self._target)
        sync_folder(self._target.parent)

    def keep(self) -> None:
        """Let go of it; what was written stays, as a part. An empty part goes.

        One that is finished, and waits for its name, is not let go of.
        """
        if not (self._settled or self._on_disk):
            self._settled = True
            if not self._holds_something:
                with contextlib.suppress(OSError):
                    (self._part / self._series.mark).unlink(missing_ok=True)
                    self._part.rmdir()
            os.close(self._descriptor)

    def _give_up(self, error: BaseException) -> None:
        """Keep what there is as a part, and have the error name it."""
        if self._holds_something:
            error.add_note(f"what was written until then is in {self.part}")
        self._on_disk = False
        self.keep()

    @property
    def _holds_something(self) -> bool:
        """Whether there is a part with more in it than its mark."""
        with contextlib.suppress(OSError):
            return any(entry.name != self._series.mark for entry in self._part.iterdir())
        return False

    def _move_in(self) -> None:
        names = {entry.name for entry in self._part.iterdir()}
        for name in sorted(names):
            (self._part / name).replace(self._target / name)
        for entry in self._target.iterdir():
            if entry.name in self._series and entry.name not in names and not entry.is_dir():
                entry.unlink()

    def _not_completed(self, error: OSError) -> SinkError:
        return SinkError(
            "target.folder_not_completed",
            "{path} cannot be completed: {reason}. What was written is in {part}",
            path=self.path,
            reason=error.strerror or str(error),
            part=self.part,
        )

    def _check_still_free(self) -> None:
        if not self._overwrite and _names_in(self._target):
            raise TargetTaken(
                "target.filled",
                "{path} was filled while it was being written, and was left as it is. What "
                "was written is in {part}",
                path=self.path,
                part=self.part,
            )


def _check_folder(path: Path, target: Path, series: Series, overwrite: bool) -> None:
    """Refuse a folder that cannot, or should not, be written to."""
    if not target.name:
        raise SinkError(
            "target.is_root", "{path} is where all folders are; name one in it", path=path
        )
    try:
        names = _names_in(target)
    except FileNotFoundError:
        return check_folder_of(path)
    except NotADirectoryError as error:
        raise SinkError("target.is_file", "{path} is a file; name a folder", path=path) from error
    if names and not overwrite:
        raise TargetTaken(
            "target.not_empty",
            "{path} is not empty; name another folder, or allow it to be replaced",
            path=path,
        )
    if series.mark not in names and any(name in series for name in names):
        raise SinkError(
            "target.foreign_files",
            "{path} holds numbered files, but no {mark}: no earlier run wrote them, and they "
            "are not replaced; name another folder",
            path=path,
            mark=series.mark,
        )


def _names_in(folder: Path) -> set[str]:
    """What is in a folder, but for what runs left that were broken off."""
    parts = {part.name for part in parts_of(_inside(folder))}
    return {entry.name for entry in folder.iterdir()} - parts


def _inside(folder: Path) -> Path:
    """What a folder's part is named after where it is in the folder itself."""
    return folder / folder.name


def _made(part: Path) -> int:
    part.mkdir()
    try:
        return os.open(part, os.O_RDONLY)
    except BaseException:
        part.rmdir()
        raise
