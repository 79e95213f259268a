"""How a session stands, as plain values."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from mirror.live.error_words import words_of
from mirror.live.system_reasons import REASONS
from pipeline.errors import PipelineError
from pipeline.sources.network.address import without_secrets

Phase = Literal["opening", "loading", "running", "unparsed", "lost", "ended", "failed"]


@dataclass(frozen=True, slots=True)
class Sentence:
    """What is to be said, in whichever language is spoken when it is.

    Attributes:
        template: the English text, with a name in braces where an argument belongs.
        arguments: what belongs there; texts and sentences among them are said in that language too.
    """

    template: str = ""
    arguments: Mapping[str, object] = field(default_factory=dict)

    def said(self, say: Callable[[str], str]) -> str:
        """Return it in the user's language."""
        words = say(self.template)
        if not self.arguments:
            return words
        return words.format_map({name: _said(value, say) for name, value in self.arguments.items()})

    def __bool__(self) -> bool:
        return bool(self.template)

    def __str__(self) -> str:
        return self.said(lambda text: text)


def _said(value: object, say: Callable[[str], str]) -> object:
    if isinstance(value, Sentence):
        return value.said(say)
    return say(REASONS.get(value, value)) if isinstance(value, str) else value


NOTHING = Sentence()
BROKE = Sentence(
    "Something went wrong within the program; the rest of it goes on. Copy the details if "
    "you want to report it"
)
STOPPED = Sentence(
    "The picture stopped: something within the program failed. Try again; the details can be "
    "copied for a report"
)
PARSER_FAILED = Sentence(
    "The parser failed. Try again or choose another; the details can be copied for a report"
)


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
    problem: Sentence = NOTHING
    details: str = ""
    retry_at: float | None = None
    has_picture: bool = False
    since: float = 0.0


def told(error: BaseException, otherwise: Sentence = STOPPED) -> Sentence:
    """Return an error as a sentence for whoever sits before the window.

    Args:
        error: what went wrong; an expected error speaks for itself.
        otherwise: what is said of an error that nobody expected.
    """
    if isinstance(error, PipelineError):
        return Sentence(words_of(error.code) or error.words, error.fields)
    if isinstance(error, MemoryError):
        return Sentence(
            "There is not enough memory. Close other programs, or choose another parser"
        )
    if isinstance(error, OSError) and error.strerror:
        return Sentence(
            "A file or a device could not be used: {reason}", {"reason": error.strerror}
        )
    return otherwise


def details_of(error: BaseException) -> str:
    """Return where an error arose, and what it said."""
    return without_secrets("".join(traceback.format_exception(error)))
