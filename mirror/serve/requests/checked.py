"""Parameters as they come, checked: what is wrong is named by its field, and never repeated."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from mirror.serve.problems import Problem

M = TypeVar("M", bound=BaseModel)


def checked(kind: type[M], values: object, where: str) -> M:
    """Return parameters as a value of their kind.

    Args:
        kind: of which kind they are.
        values: name -> value.
        where: what goes before a field's name in a refusal, such as ``query``.

    Raises:
        Problem: they are none (422, with the fields).
    """
    return _checked(lambda: kind.model_validate(values), where)


def checked_json(kind: type[M], data: bytes, where: str) -> M:
    """Return what a text of JSON says; else as ``checked``.

    Raises:
        Problem: it is none of the kind (422, with the fields).
    """
    return _checked(lambda: kind.model_validate_json(data), where)


def _checked(validate: Callable[[], M], where: str) -> M:
    try:
        return validate()
    except ValidationError as error:
        fields = [".".join((where, *map(str, wrong["loc"]))) for wrong in error.errors()]
        raise Problem(
            422, "request.invalid", f"These are not as they should be: {', '.join(fields)}.",
            errors=[{"field": field} for field in fields],
        ) from None  # fmt: skip
