"""How a session stands, as plain values."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from typing import Literal

from pipeline.errors import PipelineError

Phase = Literal["opening", "loading", "running", "unparsed", "lost", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class Status:
    """How a session stands.

    Attributes:
        phase: ``opening`` before the first frame, ``loading`` while pictures come but no mask did
            yet, ``running``, ``unparsed`` when pictures go on
            but the parser has failed, ``lost`` when what ran has stopped and is being tried again,
            ``ended`` when all was shown that there is, ``failed`` when nothing more will come.
        problem: what happened and what to do about it; empty while all is well.
        details: where an error arose, for a report.
        retry_at: when it is tried again, on the session's clock; None where it is not.
        since: when the phase began, on the session's clock.
        has_picture: whether a picture of this source was ever there: it still stands.
    """

    phase: Phase
    problem: str = ""
    details: str = ""
    retry_at: float | None = None
    has_picture: bool = False
    since: float = 0.0


def told(error: BaseException) -> str:
    """Return an error in words: an expected one speaks for itself, another is named."""
    if isinstance(error, PipelineError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__


def details_of(error: BaseException) -> str:
    """Return where an error arose."""
    return "".join(traceback.format_exception(error))
