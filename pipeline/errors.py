"""Everything that can go wrong while frames move.

    PipelineError
    ├── SourceError            a source did not open, or broke while it was read
    │   ├── CameraNotFound     there is no such camera, or another program holds it
    │   └── TooManyPixels      a picture is larger than the limit; see pipeline.media.input_limits
    ├── SinkError              a sink did not open, or could not take a frame
    │   ├── SinkClosed         whoever read what the sink writes has left
    │   └── TargetTaken        something is there already; see pipeline.targets.path
    ├── StageStuck             a stage did not answer, or did not stop, in time
    │   └── WorkerHung         a worker did not finish a frame, or its parser, in time
    ├── WorkerCrashed          a worker's thread broke down over a frame
    ├── FrameOverdue           no worker was free for a frame before its deadline
    └── PoolClosed             the workers have stopped while somebody still wanted them

    EndOfStream                not a failure: there is nothing more to come
    Closed                     not a failure: the owner closed the channel under a waiter

An error is a code with fields, ``source.not_found`` with a path. Its own words are plain English,
say what happened and what helps, and name no flag, command or menu: those belong to a front end,
which may have words of its own for a code. The reference lists every code with its fields.

Exceptions of the libraries below are wrapped once, where they come in, with the original as the
cause. What a caller's own function raises (a parser, for instance) reaches the caller as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TypedDict, Unpack


class Fields(TypedDict, total=False):
    """What an error can tell beside its code; a name means the same in every error.

    What a class of errors outside this package adds, it declares in a dictionary of its own.
    """

    address: str  # of a network camera or stream, without user name and password
    bytes: int
    codec: str
    container: str
    count: int
    device: int | str  # a camera's index, or the system's name for it
    doing: str
    endings: str
    flag: str  # what the front end calls the target
    folder: Path
    format: str
    found: str
    frame: str
    got: str | bytes
    height: int
    held: str
    hint: str  # the name that was meant, perhaps, or all that there are
    kind: str
    limit: float
    limit_s: float
    listening: str
    mark: str
    megabytes: int
    minutes: float
    name: str
    near: str
    other: str
    part: Path  # the unfinished file or folder that is left
    path: Path
    pixel_format: str
    place: int
    reason: str  # what the system or a library said
    remedy: str
    seconds: float
    shown: str
    way: str
    what: str
    width: int


class PipelineError(Exception):
    """The root: an expected failure, which whoever started the run can do something about.

    Args:
        code: names the failure for programs; it stays the same when the words change.
        words: the error in English, with a field's name in braces where its value belongs.
        **fields: the particulars.

    Attributes:
        code, words, fields: as given, so that a front end can say it in words of its own.
    """

    def __init__(self, code: str, words: str, /, **fields: Unpack[Fields]) -> None:
        self.code, self.words = code, words
        self.fields: Mapping[str, object] = fields
        super().__init__(words.format_map(fields))

    def __reduce__(self) -> tuple[object, ...]:
        """Errors cross processes whole: classes that take other arguments need no more."""
        return _restored, (type(self), self.args), self.__dict__


def _restored(kind: type[PipelineError], arguments: tuple[object, ...]) -> PipelineError:
    error = kind.__new__(kind)
    error.args = arguments
    return error


class SourceError(PipelineError):
    """A source did not open, or broke while it was read."""


class CameraNotFound(SourceError):
    """There is no such camera, or another program holds it.

    Attributes:
        device: the index or path that was asked for.
        found: the cameras that there are, as text.
    """

    def __init__(self, device: int | str, found: tuple[str, ...] = ()) -> None:
        self.device, self.found = device, found
        if found:
            super().__init__(
                "camera.not_opened",
                "camera {device} did not open. Close other programs using it, or try another "
                "({found})",
                device=device,
                found=", ".join(found),
            )
        else:
            super().__init__(
                "camera.not_opened.none_found",
                "camera {device} did not open. Close other programs using it, or plug one in "
                "(none was found)",
                device=device,
            )


class SinkError(PipelineError):
    """A sink did not open, or could not take a frame."""


class SinkClosed(SinkError):
    """Whoever read what the sink writes has left: a way to end, not a fault of the run."""


class StageStuck(PipelineError):
    """A stage did not answer, or did not stop, in time."""


class WorkerHung(StageStuck):
    """A worker did not finish a frame, or building its parser, in time."""


class WorkerCrashed(PipelineError):
    """A worker's thread broke down over a frame; what it raised is the cause."""


class FrameOverdue(PipelineError):
    """No worker was free for a frame before its deadline, where that may not happen."""


class PoolClosed(PipelineError):
    """The workers have stopped, or never started, while somebody still wanted them."""


class EndOfStream(Exception):
    """The other side said that nothing more will come, and all that came has been taken."""


class Closed(Exception):
    """The owner closed the channel while, or before, the caller waited on it."""
