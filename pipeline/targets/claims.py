"""The outputs of a run, checked and claimed before anything is opened."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from pipeline.targets.distinct_paths import InputPath, OutputPath, check_apart
from pipeline.targets.part_file import PartFile
from pipeline.targets.part_folder import PartFolder
from pipeline.targets.path import cannot_be_made
from pipeline.targets.special_file import SpecialFile, is_special

OutputFile = PartFile | SpecialFile


class Claims:
    """The outputs of one run, each claimed; see ``claimed``."""

    def __init__(
        self, files: Mapping[OutputPath, OutputFile], folders: Mapping[OutputPath, PartFolder]
    ) -> None:
        self._files, self._folders = files, folders

    def file(self, target: OutputPath) -> OutputFile:
        """Return what a file is written to."""
        return self._files[target]

    def folder(self, target: OutputPath) -> PartFolder:
        """Return what a folder's files are written to."""
        return self._folders[target]


@contextlib.contextmanager
def claimed(
    targets: Sequence[OutputPath],
    inputs: Sequence[InputPath],
    overwrite: bool,
    uninterrupted: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
) -> Iterator[Claims]:
    """Check a run's outputs, then claim them for as long as the block lasts.

    They get their names at its end, one right after the other, when all of them are on the disk.
    Where the block is left by an exception, none does: what was written is kept as parts, and the
    exception says where.

    Args:
        targets: the outputs.
        inputs: what is read.
        overwrite: whether files that are there may be replaced.
        uninterrupted: makes a block that no signal interrupts; in one parts are made, in another
            they get their names.

    Raises:
        SinkError: two of them meet, one is an input, is there already, or cannot be made.
    """
    check_apart(targets, inputs)
    files: dict[OutputPath, OutputFile] = {}
    folders: dict[OutputPath, PartFolder] = {}
    with contextlib.ExitStack() as stack:
        with uninterrupted():  # what is made is known to the stack, too
            for target in targets:
                if target.series is not None:
                    folder = PartFolder(target.path, target.series, overwrite, alone=False)
                    folders[target] = stack.enter_context(folder)
                else:
                    file = open_file(target.path, overwrite, alone=False)
                    stack.enter_context(file)
                    files[target] = file
        yield Claims(files, folders)
        outputs = [*files.values(), *folders.values()]
        for output in outputs:
            output.finish()
        with uninterrupted():
            for output in outputs:
                output.give_name()
        for output in outputs:
            output.sync_names()


def open_file(path: Path, overwrite: bool = False, alone: bool = True) -> OutputFile:
    """Claim one output file, whatever kind it is; see ``PartFile``.

    Raises:
        SinkError: it is there already and may not be replaced, or cannot be made.
    """
    return SpecialFile(path) if is_special(path) else PartFile(path, overwrite, alone)


def write_whole(file: OutputFile, content: bytes) -> None:
    """Write all of a claimed file at once and finish it; what fails leaves nothing.

    Raises:
        SinkError: it cannot be written, the disk may be full; or a file of that name has appeared.
    """
    try:
        with open(file.descriptor, "wb", closefd=False) as stream:
            stream.write(content)
        if not file.is_special:
            os.fsync(file.descriptor)  # some disks say only here that they are full
    except OSError as error:
        file.discard()
        raise cannot_be_made(file.path, error) from error
    except BaseException:
        file.discard()
        raise
    file.finish()
