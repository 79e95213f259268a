"""The coach's voice, in the window's language."""

from __future__ import annotations

from mirror.coach.feedback.live_coaching import NOBODY
from mirror.outputs.spoken_coach import SpokenCoach
from mirror.outputs.voice import Voice, speaking_program


def check_voice(language: str) -> None:
    """Make sure that something can be said in a language, as gettext names it.

    Raises:
        NoVoice: there is no program that speaks.
    """
    speaking_program(_spoken(language))


def spoken_coach(language: str) -> SpokenCoach:
    """Return what says aloud what it is told.

    Raises:
        NoVoice: there is no program that speaks.
    """
    spoken = _spoken(language)
    return SpokenCoach(lambda _: NOBODY, Voice(spoken), spoken)


def _spoken(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"
