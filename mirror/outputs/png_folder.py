"""One PNG a frame into a folder, beside a file that says what its pixels mean."""

from __future__ import annotations

import abc
import json
from collections.abc import Mapping

from mirror.core.parsing import Parsing
from pipeline.result import Result
from pipeline.targets.part_folder import PartFolder


class PngFolder(abc.ABC):
    """Writes ``000000.png`` on, and a description; see ``Consumer``.

    The folder is there when the run is complete; pictures of an earlier run in it, and nothing
    else, make room then.

    Args:
        folder: the folder to be, claimed.
        mark: the description's file name.
        description: what the pixels mean.
    """

    stage: str
    remarks: tuple[str, ...] = ()

    def __init__(self, folder: PartFolder, mark: str, description: Mapping[str, object]) -> None:
        self._folder, self._mark, self._description = folder, mark, description
        self._described = False

    @abc.abstractmethod
    def png_of(self, parsing: Parsing) -> bytes:
        """Return the file of one frame."""

    def consume(self, result: Result[Parsing]) -> None:
        """Write one frame's file; before the first, what the pixels mean."""
        self._describe()
        self._folder.write(f"{result.ticket:06d}.png", self.png_of(result.parsing))

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the folder, or leave a part.

        Raises:
            SinkError: it cannot be written; the disk may be full.
        """
        try:
            if failure is None:
                self._describe()
        except BaseException as error:
            self._folder.__exit__(type(error), error, None)
            raise
        self._folder.__exit__(None if failure is None else type(failure), failure, None)

    def _describe(self) -> None:
        if self._described:
            return
        self._described = True
        text = json.dumps(self._description, indent=1) + "\n"
        self._folder.write(self._mark, text.encode())
