"""The programmes that ship, and files of one's own."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from mirror.coach.exercises.catalogue import BadExercise, find_exercise
from mirror.coach.exercises.definition import Exercise
from mirror.coach.programmes.definition import Programme
from mirror.coach.toml_files import mistakes_in
from mirror.core.errors import MirrorError
from mirror.core.resources import config_file
from pipeline.nearest_name import nearest

_FILE = ".toml"


class BadProgramme(MirrorError):
    """A programme is unknown, or its file is not as it should be."""


@dataclass(frozen=True, slots=True)
class ProgrammeFile:
    """A programme with the exercises that its steps name.

    Attributes:
        programme: as the file says it.
        exercises: by the names that its steps have for them.
        files: what was read for it besides what ships.
    """

    programme: Programme
    exercises: Mapping[str, Exercise]
    files: tuple[Path, ...] = ()


@functools.cache
def shipped_programmes() -> Mapping[str, ProgrammeFile]:
    """Return the programmes that ship, by name."""
    files = sorted(config_file("programmes").glob(f"*{_FILE}"))
    read = (read_programme(file) for file in files)
    return {one.programme.name: ProgrammeFile(one.programme, one.exercises) for one in read}


def find_programme(name: str) -> ProgrammeFile:
    """Return a programme by its name, or from a file of one's own (``.toml``).

    Raises:
        BadProgramme: there is none; says which comes nearest, or what is wrong with the file.
    """
    if name.endswith(_FILE):
        return read_programme(Path(name))
    known = shipped_programmes()
    if name not in known:
        raise BadProgramme(
            "programme.unknown",
            "no programme is called {name}; {hint}",
            name=name,
            hint=nearest(name, known),
        )
    return known[name]


def is_programme(name: str) -> bool:
    """Say whether a name is a programme's, or a file has steps: then it is no exercise."""
    if not name.endswith(_FILE):
        return name in shipped_programmes()
    try:
        return "steps" in tomllib.loads(Path(name).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return False  # whoever reads it says what is wrong


def read_programme(path: Path) -> ProgrammeFile:
    """Return the programme that a file describes, its exercises found.

    Raises:
        BadProgramme: says in one line where each mistake is, and what would be right.
    """
    try:
        programme = Programme.model_validate(_described(path))
    except ValidationError as error:
        raise _invalid(path, mistakes_in(error, Programme)) from error
    exercises: dict[str, Exercise] = {}
    files = [path]
    for number, step in enumerate(programme.steps, 1):
        where = f"steps[{number}].exercise"
        name = step.exercise
        if name.endswith(_FILE):
            files.append(path.parent / name)
        try:
            exercises[name] = find_exercise(str(files[-1]) if name.endswith(_FILE) else name)
        except BadExercise as error:
            raise _invalid(path, f"{where}: {error}") from error
        is_held = exercises[name].hold is not None
        if is_held and step.repetitions is not None:
            raise _invalid(path, f"{where}: {name} is held; say held_s instead of repetitions")
        if not is_held and step.held_s is not None:
            raise _invalid(path, f"{where}: {name} is not held; say repetitions, not held_s")
    return ProgrammeFile(programme, exercises, tuple(files))


def _described(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as error:
        raise BadProgramme(
            "programme.unreadable",
            "{path} cannot be read: {reason}",
            path=path,
            reason=str(error.strerror),
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadProgramme(
            "programme.not_toml", "{path} is not TOML: {reason}", path=path, reason=str(error)
        ) from error


def _invalid(path: Path, reason: str) -> BadProgramme:
    return BadProgramme("programme.invalid", "{path}: {reason}", path=path, reason=reason)
