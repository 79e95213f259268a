"""Everything that can go wrong while frames move.

    PipelineError
    ├── SourceError            a source did not open, or broke while it was read
    ├── SinkError              a sink did not open, or could not take a frame
    ├── StageFailed            a thread of a run raised; its exception is the cause
    └── StageStuck             a stage did not answer, or did not stop, in time

    Closed                     not a failure: the owner closed the channel under a waiter

Every message says what happened, then what to do about it. Exceptions of the libraries below are
wrapped once, where they come in, with the original as the cause.
"""

from __future__ import annotations


class PipelineError(Exception):
    """The root: whoever runs a flow needs to catch nothing else."""


class SourceError(PipelineError):
    """A source did not open, or broke while it was read."""


class SinkError(PipelineError):
    """A sink did not open, or could not take a frame."""


class StageFailed(PipelineError):
    """A thread of a run raised. ``__cause__`` is what it raised."""


class StageStuck(PipelineError):
    """A stage did not answer, or did not stop, in time."""


class Closed(Exception):
    """The owner closed the channel while, or before, the caller waited on it."""
