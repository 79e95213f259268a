"""Chapters of a file, some of which may be damaged."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, cast

import pytest
from av.container import InputContainer

from pipeline.sinks.stream_copy.side_content import chapters_of


class Holding:
    """A container as far as its chapters go; times in milliseconds."""

    def __init__(self, *times: tuple[int, int]) -> None:
        self._times = times

    def chapters(self) -> list[dict[str, Any]]:
        return [
            {"id": number, "start": start, "end": end, "time_base": Fraction(1, 1000)}
            for number, (start, end) in enumerate(self._times)
        ]


def kept(*times: tuple[int, int], end: Fraction | None = None) -> list[tuple[int, int]]:
    chapters = chapters_of(cast(InputContainer, Holding(*times)), end)
    return [(chapter["start"], chapter["end"]) for chapter in chapters]


def test_chapters_come_in_the_order_of_their_times() -> None:
    assert kept((5000, 9000), (0, 5000)) == [(0, 5000), (5000, 9000)]


@pytest.mark.parametrize(
    ("times", "left"),
    [
        ((-1, 10), []),
        ((999_999_999, 1_000_000_000), [(999_999_999, 1_000_000_000)]),
        ((1_000_000_000, 1_000_000_001), []),  # eleven days
        ((0, 4_000_000_000), [(0, 1_000_000_000)]),
        ((70, 70), [(70, 71)]),
        ((70, 20), [(70, 71)]),
    ],
)
def test_a_chapter_whose_times_cannot_be_is_left_out_or_ends_in_time(
    times: tuple[int, int], left: list[tuple[int, int]]
) -> None:
    assert kept(times) == left


def test_of_two_chapters_that_begin_together_the_first_is_kept() -> None:
    assert kept((0, 10), (0, 20), (30, 40)) == [(0, 10), (30, 40)]


def test_chapters_end_where_the_recording_is_cut() -> None:
    assert kept((0, 2000), (2000, 4000), (3000, 4000), end=Fraction(3)) == [(0, 2000), (2000, 3000)]
