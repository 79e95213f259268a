"""One file of a run, from the moment it is claimed until it has its name."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from pipeline.errors import SinkError
from pipeline.targets.claim import claim
from pipeline.targets.durable import EXCLUSIVELY, rename, sync, sync_folder
from pipeline.targets.path import (
    TargetTaken,
    cannot_be_made,
    check_free,
    followed,
    mode_of,
    shown_beside,
)
from pipeline.targets.scratch_copy import ScratchCopy


class PartFile:
    """A file that has its name only when it is complete.

    Making one claims the name: it makes an empty file of another name beside it, and locks that.
    ``finish`` brings it to the disk and gives it its name; ``keep`` leaves it as a part, whose name
    is then told; ``discard`` leaves nothing. In a ``with`` block it is finished at the end, or kept
    where the block is left by an exception. A file that is one of several outputs is finished
    without getting its name: ``give_name`` does that when all of them are on the disk.

    Args:
        path: the file to be. Where it is a link to a file, that file is the one replaced.
        overwrite: whether a file that is there may be replaced.
        alone: whether ``finish`` gives it its name.

    Attributes:
        path: as given.
        part: what it is called until it is complete.
        url: what FFmpeg opens to write to it.
        descriptor: open for writing, until it is finished, kept or discarded.
        is_special: False; see ``SpecialFile``.
        left: parts of earlier runs with the same target, which are left alone.

    Raises:
        TargetTaken: the file is there and may not be replaced, or another run is writing it.
        SinkError: the file cannot be made.
    """

    is_special = False

    def __init__(self, path: Path, overwrite: bool = False, alone: bool = True) -> None:
        check_free(path, overwrite)
        self._alone, self._on_disk = alone, False
        self.path, self._overwrite, self._target = path, overwrite, followed(path)
        self._mode = mode_of(self._target)  # who may do what with it stays as it is
        bits = 0o666 if self._mode is None else self._mode | stat.S_IRUSR | stat.S_IWUSR
        try:
            claimed = claim(
                path, self._target, lambda part: os.open(part, EXCLUSIVELY, bits), Path.unlink
            )
        except OSError as error:
            raise cannot_be_made(path, error) from error
        self._part, self.descriptor = claimed.part, claimed.descriptor
        self.left = tuple(shown_beside(path, left) for left in claimed.left)
        self.part, self.url = shown_beside(path, self._part), str(self._part)
        self._in_order: ScratchCopy | None = None
        self._settled = False
        try:
            check_free(path, overwrite)  # a run may have completed it while this one looked
        except BaseException:
            self.discard()
            raise

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

    @property
    def holds_something(self) -> bool:
        """Whether there is a part with something in it."""
        with contextlib.suppress(OSError):
            return self._part.stat().st_size > 0
        return False

    @contextlib.contextmanager
    def put_in_order(self) -> Iterator[str]:
        """Write the whole once more, to what the block is given; ``finish`` then takes that.

        Where the block fails, the part stays what it was.
        """
        copy = ScratchCopy(self._part, stat.S_IMODE(os.fstat(self.descriptor).st_mode))
        try:
            yield copy.url
        except BaseException:
            copy.discard()
            raise
        self._in_order = copy

    def finish(self) -> None:
        """Bring it to the disk and, if it is alone, give it its name; a failure leaves a part.

        Raises:
            TargetTaken: a file of that name has appeared meanwhile, and may not be replaced.
            SinkError: the disk is full, for instance.
        """
        if self._settled or self._on_disk:
            return
        try:
            written = self._part if self._in_order is None else Path(self._in_order.url)
            sync(written)
            self._check_still_free()
            if self._mode is not None:
                written.chmod(self._mode)
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
        """Give what is on the disk its name, at once or not at all; a failure leaves a part.

        Raises:
            TargetTaken: a file of that name has appeared meanwhile, and may not be replaced.
            SinkError: the system refuses.
        """
        if self._settled:
            return
        try:
            self._check_still_free()
            whole = self._part if self._in_order is None else self._in_order.named()
            if os.name == "nt":
                self._release()  # what is open cannot be renamed there
            rename(whole, self._target, self._overwrite)
        except OSError as error:
            raise self._not_completed(error) from error
        else:
            self._part.unlink(missing_ok=True)
        finally:
            self._on_disk = False
            self.keep()

    def sync_names(self) -> None:
        """Bring its name to the disk, where the system can."""
        sync_folder(self._target.parent)

    def keep(self) -> None:
        """Let go of it; what was written stays, as a part. An empty part goes.

        One that is finished, and waits for its name, is not let go of.
        """
        if self._settled or self._on_disk:
            return
        self._settled = True
        if self._in_order is not None:
            self._in_order.discard()
        if not self.holds_something:
            self._part.unlink(missing_ok=True)
        self._release()

    def discard(self) -> None:
        """Leave nothing of it."""
        if not self._settled:
            self._part.unlink(missing_ok=True)
            self._on_disk = False
            self.keep()

    def _give_up(self, error: BaseException) -> None:
        """Keep what there is as a part, and have the error name it."""
        told = any(str(self.part) in note for note in getattr(error, "__notes__", ()))
        if self.holds_something and not told:
            error.add_note(f"what was written until then is {self.part}")
        self._on_disk = False
        self.keep()

    def _release(self) -> None:
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1

    def _check_still_free(self) -> None:
        """Refuse to replace what has taken the place of a plain file since the run began."""
        with contextlib.suppress(FileNotFoundError):
            if not stat.S_ISREG(self._target.lstat().st_mode):
                raise FileExistsError

    def _not_completed(self, error: OSError) -> SinkError:
        if isinstance(error, FileExistsError):
            return TargetTaken(
                "target.appeared",
                "{path} appeared while it was being written, and was left as it is. What was "
                "written is {part}",
                path=self.path,
                part=self.part,
            )
        return SinkError(
            "target.not_completed",
            "{path} cannot be completed: {reason}. What was written is {part}",
            path=self.path,
            reason=error.strerror or str(error),
            part=self.part,
        )
