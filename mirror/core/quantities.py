"""Rates, sizes and counts as people write them, checked wherever they come from."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from typing import Annotated, TypeVar

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from mirror.core.settings import FASTEST, SLOWEST

T = TypeVar("T")

BILLION = 1_000_000_000
A_DAY_S = 86_400


def rate_of(text: str) -> Fraction:
    """Return frames a second, from a number or a ratio.

    Raises:
        ValueError: it is none, or none that can be.
    """
    try:
        # without exponents: one could ask for a number of a billion digits
        found = re.fullmatch(r"[0-9]{0,9}(\.[0-9]{0,9}|/[0-9]{1,9})?", text)
        rate = Fraction(text if found else "")
    except (ValueError, ZeroDivisionError):
        raise ValueError(f"{text} is not a rate; try 25 or 30000/1001") from None
    if not SLOWEST <= rate <= FASTEST:
        raise ValueError(
            f"{text} frames a second cannot be; try 25 ({float(SLOWEST)} to {FASTEST})"
        )
    return rate.limit_denominator(1001)


def size_in(text: str) -> tuple[int, int]:
    """Return the height and width that ``1280x720`` says, which is written the other way round.

    Raises:
        ValueError: it says none.
    """
    found = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if found is None:
        raise ValueError(f"{text} is not a size; try 1280x720")
    return int(found[2]), int(found[1])


def age_of(text: str) -> float:
    """Return seconds, a day at most.

    Raises:
        ValueError: it is no such number.
    """
    seconds = float(text)
    if not 0 < seconds <= A_DAY_S:
        raise ValueError(f"{text} is no age; try 0.5")
    return seconds


def positive(text: str) -> int:
    """Return a whole number from 1 to a billion.

    Raises:
        ValueError: it is none.
    """
    if re.fullmatch("[0-9]{1,10}", text) is None or not 1 <= int(text) <= BILLION:
        raise ValueError(f"{text} is not a whole number from 1 on")
    return int(text)


def _read(parse: Callable[[str], T]) -> Callable[[object], object]:
    """Take numbers and texts, as JSON has them, beside the value itself."""

    def read(value: object) -> object:
        is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
        return parse(str(value)) if is_plain else value

    return read


def _in_bounds(rate: object) -> object:
    return rate_of(str(rate)) if isinstance(rate, Fraction) else rate


Rate = Annotated[  # frames a second
    Fraction,
    BeforeValidator(_in_bounds),
    BeforeValidator(_read(rate_of)),
    PlainSerializer(str),
    WithJsonSchema({"type": "string", "examples": ["25", "30000/1001"]}),
]
Size = Annotated[  # height, width
    tuple[int, int],
    BeforeValidator(_read(size_in)),
    PlainSerializer(lambda size: f"{size[1]}x{size[0]}"),
    WithJsonSchema({"type": "string", "examples": ["1280x720"]}),
]
Age = Annotated[float, Field(gt=0, le=A_DAY_S)]  # seconds
Positive = Annotated[int, Field(ge=1, le=BILLION)]
Name = Annotated[str, Field(min_length=1)]  # an empty one is a script's variable that is not set
