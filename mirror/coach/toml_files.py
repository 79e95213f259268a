"""Files that describe something, and what is wrong with them in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pydantic import BaseModel, ValidationError

from pipeline.nearest_name import nearest


def mistakes_in(error: ValidationError, model: type[BaseModel]) -> str:
    """Return in one line where each mistake is, and what would be right."""
    return "; ".join(_mistake(one, model) for one in error.errors())


def _mistake(found: Mapping[str, object], model: type[BaseModel]) -> str:
    place, message = found["loc"], str(found["msg"]).removeprefix("Value error, ")
    assert isinstance(place, tuple)
    where = _where(place)
    if found["type"] == "extra_forbidden":
        keys = _keys_beside(place, model)
        hint = f"; {nearest(str(place[-1]), keys)}" if keys else ""
        return f"{where} is no key here{hint}"
    if found["type"] == "missing":
        return f"{where} is missing"
    got = found.get("input")
    shown = f", got {got!r}" if isinstance(got, str | int | float) else ""
    return f"{where}: {message[0].lower()}{message[1:]}{shown}" if where else message


def _where(place: Iterable[object]) -> str:
    """Return a place as a person would count: ``signals[2].far`` is the second signal's."""
    words = ""
    for step in place:
        words += f"[{step + 1}]" if isinstance(step, int) else f"{'.' if words else ''}{step}"
    return words


def _keys_beside(place: tuple[object, ...], model: type[BaseModel]) -> list[str]:
    """Return what keys there are where one is unknown."""
    schema = model.model_json_schema()
    here = schema
    for step in place[:-1]:
        here = here["items"] if isinstance(step, int) else here["properties"][str(step)]
        for way in here.get("anyOf", [here]):
            if "$ref" in way:
                here = schema["$defs"][str(way["$ref"]).rsplit("/", 1)[-1]]
    return sorted(here.get("properties", {}))
