"""Everything that can go wrong while frames move.

    PipelineError
    ├── SourceError            a source did not open, or broke while it was read
    │   └── CameraNotFound     there is no such camera, or another program holds it
    ├── SinkError              a sink did not open, or could not take a frame
    │   └── SinkClosed         whoever read what the sink writes has left
    └── StageStuck             a stage did not answer, or did not stop, in time

    EndOfStream                not a failure: there is nothing more to come
    Closed                     not a failure: the owner closed the channel under a waiter

Every message says what happened, then what to do about it. Exceptions of the libraries below are
wrapped once, where they come in, with the original as the cause. What a caller's own function
raises (a parser, for instance) reaches the caller as it is.
"""

from __future__ import annotations


class PipelineError(Exception):
    """The root: an expected failure, with a message fit for whoever started the run."""


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
        others = f"try another ({', '.join(found)})" if found else "plug one in (none was found)"
        super().__init__(
            f"camera {device} did not open. Close other programs using it, {others}, or run on a "
            "file: mirror video clip.mp4"
        )


class SinkError(PipelineError):
    """A sink did not open, or could not take a frame."""


class SinkClosed(SinkError):
    """Whoever read what the sink writes has left: a way to end, not a fault of the run."""


class StageStuck(PipelineError):
    """A stage did not answer, or did not stop, in time."""


class EndOfStream(Exception):
    """The other side said that nothing more will come, and all that came has been taken."""


class Closed(Exception):
    """The owner closed the channel while, or before, the caller waited on it."""
