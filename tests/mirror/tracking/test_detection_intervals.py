from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from clip import frames_of, man
from somebody import moving, standing

from mirror.parsers.builtin import BuiltIn
from mirror.tracking.detection_intervals import DetectionIntervals
from mirror.tracking.detection_scheduler import DetectorView
from mirror.tracking.person_detector import Detection
from mirror.tracking.person_search import PersonSearch
from mirror.tracking.tracks import Tracks
from pipeline.frame import Frame

STILL = moving(0, 0)
STEP_S = 1 / 32
RARE = DetectionIntervals(2.0, 10.0, 1.0, 4.0)


@dataclass
class Counting:
    """A scheduler that always finds the same people, and counts how often it is asked."""

    people: list[Detection]
    asked: int = 0

    def submit(self, view: DetectorView) -> None:
        self.asked += 1

    def result(self, patient: bool) -> list[Detection]:
        return self.people

    def close(self) -> None:
        pass


class Watch:
    """A search over frames in which nothing moves."""

    def __init__(self, people: list[Detection]) -> None:
        self._scheduler, self.now = Counting(people), 0.0
        self.search = PersonSearch(self._scheduler, Tracks(), lambda _picture, found: list(found))
        self._see(first=True)

    def _see(self, first: bool = False) -> None:
        self.now += STEP_S
        black = np.zeros((320, 320, 3), np.uint8)
        self.search.update(Frame.from_bgr(black, self.now), None if first else STILL)

    def searches_in(self, seconds: float) -> int:
        before = self._scheduler.asked
        for _ in range(round(seconds / STEP_S)):
            self._see()
        return self._scheduler.asked - before


def alone() -> Watch:
    return Watch([Detection(standing(100).joints, 0.9)])


def test_the_whole_is_searched_as_often_as_is_said_from_the_next_frame_on() -> None:
    watch = alone()
    watch.search.intervals = DetectionIntervals(0.25, 1.0)
    assert watch.searches_in(10.0) == 10
    watch.search.intervals = RARE
    assert watch.searches_in(40.0) == 4
    watch.search.intervals = DetectionIntervals(0.25, 0.5)
    assert watch.searches_in(5.0) == 10


def test_shorter_intervals_end_a_longer_wait_at_once() -> None:
    watch = alone()
    watch.search.intervals = RARE
    watch.searches_in(5.0)
    watch.search.intervals = DetectionIntervals()
    assert watch.searches_in(4 * STEP_S) == 1


@pytest.mark.parametrize(("shortest_s", "longest_s"), [(0.0, 1.0), (-1.0, 1.0), (2.0, 1.0)])
def test_intervals_that_cannot_be_are_refused(shortest_s: float, longest_s: float) -> None:
    for kind in ("detect", "redetect"):
        given = {f"min_{kind}_s": shortest_s, f"max_{kind}_s": longest_s}
        with pytest.raises(ValueError, match="the shortest no longer than the longest"):
            DetectionIntervals(**given)


def test_all_intervals_can_be_made_longer_by_a_factor() -> None:
    assert DetectionIntervals(1.0, 2.0, 3.0, 4.0).times(1.5) == DetectionIntervals(1.5, 3, 4.5, 6)


def test_intervals_may_be_set_at_any_moment_by_another_thread(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    watch, over = alone(), threading.Event()

    def change() -> None:
        while not over.is_set():
            for intervals in (RARE, DetectionIntervals()):
                watch.search.intervals = intervals
                over.wait(0.0002)

    changer = in_thread(change)
    found = watch.searches_in(60.0)
    over.set()
    changer.join(5.0)
    assert 6 <= found <= 60  # what either alone would do


def test_a_films_plans_are_the_same_where_intervals_are_set_to_what_they_are() -> None:
    frames = frames_of(man(6))
    plans = []
    for sets in (False, True):
        planner = BuiltIn().make_prepare(live=False)
        for frame in frames:
            if sets:
                planner.intervals = DetectionIntervals()
            plan = planner(frame)
        plans.append([(person.key, person.joints.tobytes(), person.calm) for person in plan])
        planner.close()
    assert plans[0] == plans[1] != []
