"""What a run leaves behind: a film, masks, result lines, a contact sheet. One module each."""

from __future__ import annotations

from types import TracebackType
from typing import Protocol

import av

from mirror.core.parsing import Parsing
from pipeline.errors import SinkError
from pipeline.result import Result


class OutputRefused(SinkError):
    """Something is in the way of what a run would write."""


class Output(Protocol):
    """Takes results in order, on the consumer's thread, in a ``with`` block.

    Leaving the block normally completes what was written; leaving it by an exception keeps what can
    be kept, under a name that says that it is a part.

    Attributes:
        stage: what its work is called in a report.
        remarks: what a user should know of it, one sentence each; complete after the block.
    """

    stage: str

    @property
    def remarks(self) -> tuple[str, ...]:  # noqa: D102
        ...

    def __enter__(self) -> Output: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...

    def write(self, result: Result[Parsing], drawn: av.VideoFrame) -> None:
        """Take one result, and the picture with its parts drawn."""
        ...
