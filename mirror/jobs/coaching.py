"""A coach for a run, where its job asks for one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.targets.distinct_paths import InputPath

if TYPE_CHECKING:
    from mirror.coach.feedback.live_coaching import LiveCoaching

AUTO = "auto"
_FILE = ".toml"


def coaching_of(exercise: str | None) -> LiveCoaching | None:
    """Return what coaches a run; None where nobody asked for it.

    Args:
        exercise: a name, a file of one's own (``.toml``), or ``auto``.

    Raises:
        BadExercise: there is none of that name; says which comes nearest.
    """
    if exercise is None:
        return None
    from mirror.coach.exercises.catalogue import find_exercise, shipped  # few runs need them
    from mirror.coach.feedback.live_coaching import LiveCoaching

    chosen = tuple(shipped().values()) if exercise == AUTO else (find_exercise(exercise),)
    return LiveCoaching(chosen)


def exercise_files(exercise: str | None) -> list[InputPath]:
    """Return the file that an exercise is read from, so that no output replaces it."""
    is_file = exercise is not None and exercise.endswith(_FILE)
    return [InputPath(Path(exercise), "the exercise")] if is_file and exercise else []
