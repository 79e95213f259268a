"""Everything that can go wrong while frames move.

    PipelineError
    ├── SourceError            a source did not open, or broke while it was read
    │   ├── CameraNotFound     there is no such camera, or another program holds it
    │   └── TooManyPixels      a picture is larger than the limit; see pipeline.media.input_limits
    ├── SinkError              a sink did not open, or could not take a frame
    │   └── SinkClosed         whoever read what the sink writes has left
    ├── StageStuck             a stage did not answer, or did not stop, in time
    │   └── WorkerHung         a worker did not finish a frame, or its parser, in time
    ├── WorkerCrashed          a worker's thread broke down over a frame
    ├── FrameOverdue           no worker was free for a frame before its deadline
    └── PoolClosed             the workers have stopped while somebody still wanted them

    EndOfStream                not a failure: there is nothing more to come
    Closed                     not a failure: the owner closed the channel under a waiter

Every message says what happened, then what to do about it. Exceptions of the libraries below are
wrapped once, where they come in, with the original as the cause. What a caller's own function
raises (a parser, for instance) reaches the caller as it is.
"""

from __future__ import annotations

from typing import ClassVar


class PipelineError(Exception):
    """The root: an expected failure, with a message fit for whoever started the run.

    Args:
        template: the message in English, with a name in braces where an argument belongs.
        **arguments: what belongs there; without any, the template is the message as it is.

    Attributes:
        template, arguments: as given, so that somebody else can say it in other words.
        in_short: what can be said of every error of the class to those whom the message itself
            would not help; empty where it would.
    """

    in_short: ClassVar[str] = ""

    def __init__(self, template: str, **arguments: object) -> None:
        self.template, self.arguments = template, arguments
        super().__init__(template.format_map(arguments) if arguments else template)


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
                "camera {device} did not open. Close other programs using it, try another "
                "({found}), or run on a file: mirror video clip.mp4",
                device=device,
                found=", ".join(found),
            )
        else:
            super().__init__(
                "camera {device} did not open. Close other programs using it, plug one in (none "
                "was found), or run on a file: mirror video clip.mp4",
                device=device,
            )


class SinkError(PipelineError):
    """A sink did not open, or could not take a frame."""


class SinkClosed(SinkError):
    """Whoever read what the sink writes has left: a way to end, not a fault of the run."""


class StageStuck(PipelineError):
    """A stage did not answer, or did not stop, in time."""

    in_short = "the parser did not answer in time; try again, or choose another"


class WorkerHung(StageStuck):
    """A worker did not finish a frame, or building its parser, in time."""

    in_short = "the parser did not answer in time; try again, or choose another"
    code: ClassVar[str] = "worker.hung"


class WorkerCrashed(PipelineError):
    """A worker's thread broke down over a frame; what it raised is the cause."""

    in_short = "the parser cannot be used as it is; choose another"
    code: ClassVar[str] = "worker.crashed"


class FrameOverdue(PipelineError):
    """No worker was free for a frame before its deadline, where that may not happen."""

    in_short = "the parser did not answer in time; try again, or choose another"
    code: ClassVar[str] = "frame.overdue"


class PoolClosed(PipelineError):
    """The workers have stopped, or never started, while somebody still wanted them."""

    in_short = "the parser did not answer in time; try again, or choose another"
    code: ClassVar[str] = "pool.closed"


class EndOfStream(Exception):
    """The other side said that nothing more will come, and all that came has been taken."""


class Closed(Exception):
    """The owner closed the channel while, or before, the caller waited on it."""
