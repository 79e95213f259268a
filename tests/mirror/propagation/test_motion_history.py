"""Motion between frames of made footage whose true motion is known."""

from __future__ import annotations

import threading
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from doubles import until
from lanes import Gate
from numpy.typing import NDArray
from textured import moved, textured

from mirror.propagation.displacement import Displacement
from mirror.propagation.motion_history import MotionHistory, _Captured
from pipeline.frame import BGR, Frame

GROUND, BODY = textured(240, 320), textured(400, 400)[40:140, 100:160]
RIGHT, DOWN = 4, 1  # pixels a frame that the body goes


def body_at(number: int) -> tuple[BGR, NDArray[np.uint8]]:
    """A picture of a body that crosses a ground which stands, and the body's mask."""
    picture, mask = GROUND.copy(), np.zeros((240, 320), np.uint8)
    x, y = 40 + RIGHT * number, 60 + DOWN * number
    picture[y : y + 100, x : x + 60] = BODY
    mask[y : y + 100, x : x + 60] = 5
    return picture, mask


def numbered(picture: BGR, number: int) -> Frame:
    frame = Frame.from_bgr(picture.copy(), 0.0)
    frame.sequence = number
    return frame


def seen(count: int, span: int = 128) -> MotionHistory:
    history = MotionHistory(span)
    for number in range(count):
        history.see(numbered(body_at(number)[0], number))
    return history


def overlap(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return np.count_nonzero(one & other) / np.count_nonzero(one | other)


@pytest.mark.parametrize(("start", "end"), [(0, 1), (2, 6), (0, 12), (12, 0), (9, 8)])
def test_points_on_a_body_stay_on_it_from_any_frame_to_any_other(start: int, end: int) -> None:
    middle = np.array([[70, 110], [60, 90], [80, 130]], np.float32)
    points = middle + np.array([RIGHT, DOWN], np.float32) * start
    carried = seen(13).carry_points(points, start, end)
    assert carried == pytest.approx(
        middle + np.array([RIGHT, DOWN], np.float32) * end, abs=0.5 + 0.3 * abs(end - start)
    )


@pytest.mark.parametrize(("start", "end", "least"), [(0, 1, 0.9), (2, 6, 0.75), (6, 2, 0.75)])
def test_a_mask_is_where_the_body_is_by_then(start: int, end: int, least: float) -> None:
    mask, truth = body_at(start)[1], body_at(end)[1]
    carried = seen(13).carry_labels(mask, start, end)
    assert carried is not None
    assert set(np.unique(carried)) == {0, 5}
    assert overlap(carried, truth) > least > overlap(mask, truth)


def test_a_frame_carried_to_itself_is_itself() -> None:
    mask = body_at(3)[1]
    assert (seen(6).carry_labels(mask, 3, 3) == mask).all()  # type: ignore[union-attr]


def test_a_picture_that_pans_carries_all_of_it_and_leaves_new_ground_empty() -> None:
    history, picture = MotionHistory(), textured(480, 640)
    for number in range(5):
        history.see(numbered(moved(picture, 6 * number, 0), number))
    carried = history.carry_labels(np.full((480, 640), 3, np.uint8), 0, 4)
    displacement = history.displacement(4, 0)
    assert carried is not None
    assert displacement is not None
    assert (carried[40:-40, 60:-40] == 3).all()
    assert (carried[40:-40, :12] == 0).all()
    assert (displacement.is_inside() == (carried == 3)).all()


def test_what_is_carried_on_step_by_step_is_what_is_carried_at_once() -> None:
    mask = body_at(0)[1]
    growing, late = MotionHistory(), seen(9)
    for number in range(9):
        growing.see(numbered(body_at(number)[0], number))
        stepwise = growing.carry_labels(mask, 0, number)
    at_once = late.carry_labels(mask, 0, 8)
    assert stepwise is not None
    assert at_once is not None
    assert (stepwise == at_once).all()


def test_one_more_frame_takes_one_more_flow(monkeypatch: pytest.MonkeyPatch) -> None:
    history = seen(8)
    computed: list[int] = []
    compute = history._computed

    def counted(start: _Captured, end: _Captured) -> Displacement | None:
        computed.append(end.sequence)
        return compute(start, end)

    monkeypatch.setattr(history, "_computed", counted)
    history.displacement(6, 2)
    assert len(computed) == 4
    history.displacement(6, 2)
    history.displacement(7, 2)
    assert len(computed) == 5
    history.displacement(7, 4)  # another mask on the way: all its steps are known
    assert len(computed) == 5


@pytest.mark.parametrize(("start", "end"), [(0, 9), (9, 0), (5, 12), (7, 7), (3, 3)])
def test_what_is_not_remembered_is_not_known(start: int, end: int) -> None:
    history = seen(5)  # 0 to 4
    history.see(numbered(body_at(9)[0], 9))
    known = start in (*range(5), 9) and end in (*range(5), 9)
    assert (history.displacement(start, end) is not None) == known


def test_only_so_many_frames_are_remembered() -> None:
    history = seen(10, span=4)
    assert history.displacement(5, 9) is None
    assert history.displacement(6, 9) is not None


def test_nothing_leads_over_a_cut_or_to_another_size() -> None:
    history = seen(3)
    history.see(numbered(255 - GROUND, 3))
    history.see(numbered(255 - GROUND, 4))
    history.see(numbered(cv2.resize(255 - GROUND, (160, 120)), 5))
    known = [
        history.displacement(*pair) is not None for pair in ((0, 2), (2, 3), (0, 4), (3, 4), (4, 5))
    ]
    assert known == [True, False, False, True, False]


def test_a_picture_too_narrow_for_the_flow_has_no_motion() -> None:
    history = MotionHistory()
    for number in range(2):
        history.see(numbered(textured(40, 500), number))
    assert history.displacement(0, 1) is None


def test_a_run_that_begins_anew_forgets_the_one_before() -> None:
    history = seen(5)
    history.see(numbered(GROUND, 0))
    assert history.displacement(0, 0) is not None
    assert history.displacement(1, 2) is None


def test_a_frame_without_a_number_is_refused() -> None:
    with pytest.raises(ValueError, match="has its number from the lane"):
        MotionHistory().see(Frame.from_bgr(GROUND.copy(), 0.0))


def test_who_captures_is_not_held_up_by_who_asks(
    in_thread: Callable[[Callable[[], None]], threading.Thread], monkeypatch: pytest.MonkeyPatch
) -> None:
    history, gate = seen(4), Gate()
    compute = history._computed

    def slow(start: _Captured, end: _Captured) -> Displacement | None:
        gate.pass_through()
        return compute(start, end)

    monkeypatch.setattr(history, "_computed", slow)

    def ask() -> None:
        history.displacement(3, 0)

    asker = in_thread(ask)
    gate.wait_reached()
    history.see(numbered(body_at(4)[0], 4))  # returns
    gate.open()
    asker.join(5.0)
    assert history.displacement(4, 0) is not None


def test_threads_that_ask_while_frames_come_all_get_the_same(
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    count = 24
    alone, together = seen(count, span=64), MotionHistory(64)
    found: dict[tuple[int, int], list[NDArray[np.float32]]] = {}
    lock, over = threading.Lock(), threading.Event()

    def ask(seed: int) -> None:
        chance = np.random.default_rng(seed)
        while not over.is_set():
            pair = tuple(int(number) for number in chance.integers(0, count, 2))
            displacement = together.displacement(pair[0], pair[1])
            if displacement is not None:
                with lock:
                    found.setdefault((pair[0], pair[1]), []).append(displacement.field)

    askers = [in_thread(lambda seed=seed: ask(seed)) for seed in range(3)]  # type: ignore[misc]
    for number in range(count):
        together.see(numbered(body_at(number)[0], number))
    until(lambda: len(found) > 40)
    over.set()
    for asker in askers:
        asker.join(5.0)
    for (start, end), fields in found.items():
        expected = alone.displacement(start, end)
        assert expected is not None
        for field in fields:
            assert (field == expected.field).all()
