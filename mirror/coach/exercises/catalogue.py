"""The exercises that ship, and files of one's own."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from mirror.coach.exercises.definition import Exercise
from mirror.coach.toml_files import mistakes_in
from mirror.core.errors import MirrorError
from mirror.core.resources import config_file
from pipeline.nearest_name import nearest


class BadExercise(MirrorError):
    """An exercise is unknown, or its file is not as it should be."""


@functools.cache
def shipped() -> Mapping[str, Exercise]:
    """Return the exercises that ship, by name."""
    files = sorted(config_file("exercises").glob("*.toml"))
    return {exercise.name: exercise for exercise in map(read_exercise, files)}


def find_exercise(name: str) -> Exercise:
    """Return an exercise by its name, or from a file of one's own (``.toml``).

    Raises:
        BadExercise: there is none; says which comes nearest, or what is wrong with the file.
    """
    if name.endswith(".toml"):
        return read_exercise(Path(name))
    known = shipped()
    if name not in known:
        raise BadExercise(
            "exercise.unknown",
            "no exercise is called {name}; {hint}",
            name=name,
            hint=nearest(name, known),
        )
    return known[name]


def read_exercise(path: Path) -> Exercise:
    """Return the exercise that a file describes.

    Raises:
        BadExercise: says in one line a mistake where each is, and what would be right.
    """
    try:
        with path.open("rb") as file:
            described = tomllib.load(file)
    except OSError as error:
        raise BadExercise(
            "exercise.unreadable",
            "{path} cannot be read: {reason}",
            path=path,
            reason=str(error.strerror),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadExercise(
            "exercise.not_toml", "{path} is not TOML: {reason}", path=path, reason=str(error)
        ) from error
    try:
        return Exercise.model_validate(described)
    except ValidationError as error:
        mistakes = mistakes_in(error, Exercise)
        raise BadExercise(
            "exercise.invalid", "{path}: {reason}", path=path, reason=mistakes
        ) from error
