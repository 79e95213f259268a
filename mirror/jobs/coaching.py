"""A coach for a run, where its job asks for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.targets.distinct_paths import InputPath

if TYPE_CHECKING:
    from mirror.coach.feedback.coaching import Coaching

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
    from mirror.coach.exercises.catalogue import find_exercise, shipped  # few runs need them
    from mirror.coach.feedback.live_coaching import LiveCoaching
    from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
    from mirror.coach.programmes.catalogue import find_programme, is_programme

    if asked == AUTO:
        return LiveCoaching(tuple(shipped().values()))
    if is_programme(asked):
        return ProgrammeCoaching(find_programme(asked))
    return LiveCoaching((find_exercise(asked),))


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
