"""Everything that can go wrong while frames move.

    PipelineError
    ├── SourceError            a source did not open, or broke while it was read
    ├── SinkError              a sink did not open, or could not take a frame
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


class SinkError(PipelineError):
    """A sink did not open, or could not take a frame."""


class StageStuck(PipelineError):
    """A stage did not answer, or did not stop, in time."""


class EndOfStream(Exception):
    """The other side said that nothing more will come, and all that came has been taken."""


class Closed(Exception):
    """The owner closed the channel while, or before, the caller waited on it."""
