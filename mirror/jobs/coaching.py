"""A coach for a run, where its job asks for one."""

from __future__ import annotations

import locale
import os
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.targets.distinct_paths import InputPath

if TYPE_CHECKING:
    from mirror.coach.exercises.definition import Exercise
    from mirror.coach.feedback.coaching import Coaching
    from mirror.coach.programmes.catalogue import ProgrammeFile
    from mirror.outputs.spoken_coach import SpokenCoach

AUTO = "auto"
_FILE = ".toml"


def coaching_of(asked: str | None) -> Coaching | None:
    """Return what coaches a run; None where nobody asked for it.

    Args:
        asked: an exercise, a programme, a file of one's own of either (``.toml``), or ``auto``.

    Raises:
        BadExercise: there is none of that name; says which comes nearest.
        BadProgramme: a programme's file is not as it should be.
    """
    if asked is None:
        return None
    from mirror.coach.feedback.live_coaching import LiveCoaching  # few runs need them
    from mirror.coach.feedback.programme_coaching import ProgrammeCoaching

    programme = programme_of(asked)
    if programme is not None:
        return ProgrammeCoaching(programme)
    return LiveCoaching(exercises_of(asked))


def exercises_of(asked: str) -> tuple[Exercise, ...]:
    """Return what may be done: the one exercise of a name or a file, or all that ship.

    Args:
        asked: an exercise, a file of one's own (``.toml``), or ``auto``.

    Raises:
        BadExercise: there is none of that name; says which comes nearest.
    """
    from mirror.coach.exercises.catalogue import find_exercise, shipped

    return tuple(shipped().values()) if asked == AUTO else (find_exercise(asked),)


def programme_of(asked: str) -> ProgrammeFile | None:
    """Return the programme that is asked for; None where it is an exercise.

    Raises:
        BadProgramme: a programme's file is not as it should be.
    """
    from mirror.coach.programmes.catalogue import find_programme, is_programme

    return find_programme(asked) if asked != AUTO and is_programme(asked) else None


def spoken(coaching: Coaching) -> SpokenCoach:
    """Return what says aloud what a coach says, in this machine's language.

    Raises:
        NoVoice: no program that speaks is installed.
    """
    from mirror.outputs.spoken_coach import SpokenCoach  # few runs need it
    from mirror.outputs.voice import Voice

    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    said = next(filter(None, names), None) or locale.getlocale()[0] or ""
    language = "zh" if said.lower().startswith(("zh", "chinese")) else "en"
    return SpokenCoach(coaching.of, Voice(language), language)


def coach_files(asked: str | None) -> list[InputPath]:
    """Return the files that an exercise or a programme is read from: no output replaces them.

    Raises:
        BadProgramme: a programme's file is not as it should be.
    """
    if asked is None or not asked.endswith(_FILE):
        return []
    from mirror.coach.programmes.catalogue import is_programme, read_programme

    if is_programme(asked):
        return [InputPath(file, "the programme") for file in read_programme(Path(asked)).files]
    return [InputPath(Path(asked), "the exercise")]
