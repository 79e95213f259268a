"""Rates, sizes and counts as people write them."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from pydantic import TypeAdapter, ValidationError

from mirror.core.quantities import BILLION, Rate, Size, age_of, positive, rate_of, size_in


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (positive, "1", 1),
        (positive, str(BILLION), BILLION),
        (rate_of, "25", Fraction(25)),
        (rate_of, "29.97", Fraction(2997, 100)),
        (rate_of, "30000/1001", Fraction(30000, 1001)),
        (rate_of, "0.001", Fraction(1, 1000)),
        (rate_of, "1000", Fraction(1000)),
        (size_in, "1280x720", (720, 1280)),
        (age_of, "0.5", 0.5),
        (age_of, "86400", 86_400.0),
    ],
)
def test_what_can_be_is_read(read: Callable[[str], object], text: str, value: object) -> None:
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text"),
    [
        (positive, "0"),
        (positive, str(BILLION + 1)),
        (positive, "-1"),
        (positive, "1.5"),
        (rate_of, "0.0009"),
        (rate_of, "1001"),
        (rate_of, "1/0"),
        (rate_of, "1e9"),
        (rate_of, ""),
        (size_in, "1280"),
        (size_in, "1280x"),
        (age_of, "0"),
        (age_of, "86401"),
    ],
)
def test_what_cannot_be_is_refused(read: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r"a whole number|rate|frames a second|size|age"):
        read(text)


@pytest.mark.parametrize("given", [25, 25.0, "25", "25/1", Fraction(25)])
def test_a_rate_comes_as_text_as_number_and_as_itself(given: object) -> None:
    assert TypeAdapter(Rate).validate_python(given) == Fraction(25)


@pytest.mark.parametrize("given", [Fraction(5000), "5000", 5000, None])
def test_a_rate_that_cannot_be_is_refused_however_it_comes(given: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Rate).validate_python(given)


def test_a_size_goes_out_as_it_is_written() -> None:
    size = TypeAdapter(Size)
    assert size.dump_python(size.validate_python("1280x720")) == "1280x720"
