"""What is to be drawn over a picture of people who are coached; plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mirror.coach.exercises.definition import Words
from mirror.coach.feedback.live_coaching import NOBODY, Coached
from mirror.rendering.coach.lettering import writable

Tone = Literal["plain", "guide", "cue"]  # of the session, of the place, of the movement


@dataclass(frozen=True, slots=True)
class Strip:
    """One line of large words."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Ring:
    """A ring that fills round a hand that is held up.

    Attributes:
        person: whose hand, by track id.
        landmark: which.
        share: 0-1, how full.
    """

    person: int
    landmark: str
    share: float


@dataclass(frozen=True, slots=True)
class Glass:
    """What is drawn over one picture.

    Attributes:
        coached: what there is to be shown of everybody.
        language: of exercises, phases and cues, as gettext names it.
        set_line: the set and its timer, on everybody's panel; empty for none.
        strip: what is told.
        big: a number that is counted down; empty where none is.
        ring: round a hand; None where none is held up.
    """

    coached: Coached = NOBODY
    language: str = "en"
    set_line: str = ""
    strip: Strip | None = None
    big: str = ""
    ring: Ring | None = None


def glass_of(coached: Coached, language: str = "en") -> Glass:
    """Return what is drawn where there are no sets: panels, and what is told."""
    return Glass(coached, language, strip=strip_of(coached, language))


def strip_of(coached: Coached, language: str) -> Strip | None:
    """Return the one thing that is told about a frame; None for nothing."""
    if coached.cue is None:
        return None
    is_guide = any(one.framing == coached.cue for one in coached.people.values())
    return Strip(in_language(coached.cue.words, language), "guide" if is_guide else "cue")


def in_language(words: Words, language: str) -> str:
    """Return words in a language, or in English where its letters cannot be written here."""
    chosen = words.zh if language.startswith("zh") else words.en
    return chosen if writable(chosen) == chosen else words.en
