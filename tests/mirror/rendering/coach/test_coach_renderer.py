"""What the coach says, drawn on made pictures."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from mannequins import LEFT_THIGH, frame_in, labels_of_one, person

from mirror.coach.counting.repetition import Repetition
from mirror.coach.exercises.catalogue import find_exercise
from mirror.coach.feedback.cues import Cue
from mirror.coach.feedback.live_coaching import NOBODY, Coached, Feedback
from mirror.coach.programmes.catalogue import find_programme
from mirror.coach.programmes.run import ProgrammeRun
from mirror.coach.programmes.status import ProgrammeStatus
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.rendering.coach.coach_renderer import CoachRenderer
from mirror.rendering.coach.glass import Glass, Ring, Strip
from mirror.rendering.coach.panel import layouts
from mirror.rendering.coach.placement import Occupancy
from mirror.rendering.coach.programme_strip import programme_text
from pipeline.frame import BGR

PARTS = label_set("built-in")
SQUAT = find_exercise("squat")
SHALLOW = SQUAT.faults[0]
HIGH, WIDE = 240, 480
ONCE = Repetition(0.0, 1.0, 2.0, 80.0, 1.0, 0.2, 0.8)


def parsed(left: float = 0.5) -> Parsing:
    labels = labels_of_one(HIGH, WIDE, left)
    return Parsing(labels, (labels > 0).astype(np.uint8), (person(1, HIGH, WIDE, left),))


def feedback(**more: object) -> Feedback:
    return Feedback(1, SQUAT, 7, 0.5, "out", ONCE, **more)  # type: ignore[arg-type]


def changed(said: Coached, parsing: Parsing, pixel_format: str = "bgr24") -> tuple[BGR, BGR]:
    """The picture before and after, BGR."""
    frame = frame_in(pixel_format, HIGH, WIDE)
    out = CoachRenderer(lambda _: said, PARTS).render(frame, parsing)
    assert out.pixel_format == frame.pixel_format
    return frame.bgr, out.bgr


def touched(said: Coached, parsing: Parsing) -> np.typing.NDArray[np.bool_]:
    before, after = changed(said, parsing)
    return np.asarray((before != after).any(axis=2))


@pytest.mark.parametrize("left", [0.25, 0.5, 0.75])
def test_panel_and_cue_are_drawn_and_cover_nobody(left: float) -> None:
    parsing = parsed(left)
    cue = Cue.of_fault(1, SHALLOW)
    drawn = touched(Coached(1.0, {1: feedback()}, cue), parsing)
    assert drawn.mean() > 0.1
    assert (drawn & (parsing.labels > 0)).sum() < 0.02 * (parsing.labels > 0).sum()


def test_the_part_at_fault_turns_to_the_warning_colour_on_the_mask_and_no_other() -> None:
    parsing = parsed()
    before, after = changed(Coached(1.0, {1: feedback(faults=(SHALLOW,))}, None), parsing)
    inside = cv2.erode((parsing.labels == LEFT_THIGH).view(np.uint8), np.ones((9, 9), np.uint8)) > 0
    blue, green, red = after[inside].mean(axis=0)
    assert red > 180 > 100 > max(blue, green)
    torso = parsing.labels == 2
    assert np.array_equal(before[torso], after[torso])


def test_a_part_that_the_parser_cannot_name_is_left_out() -> None:
    unknown = SHALLOW.model_copy(update={"parts": ("tail",)})
    parsing = parsed()
    drawn = touched(Coached(1.0, {1: feedback(faults=(unknown,))}, None), parsing)
    assert not (drawn & (parsing.labels > 0)).any()


def test_nothing_is_drawn_where_nothing_is_said() -> None:
    frame = frame_in("yuv420p", HIGH, WIDE)
    assert CoachRenderer(lambda _: NOBODY, PARTS).render(frame, parsed()) is frame


def test_it_is_drawn_in_the_pixel_format_that_came_and_leaves_the_rest_bit_for_bit() -> None:
    parsing = parsed(0.25)
    before, after = changed(Coached(1.0, {1: feedback()}, None), parsing, "yuv420p")
    same = (before == after).all(axis=2)
    assert 0.5 < same.mean() < 0.95


def test_a_panel_stays_where_it_is_while_somebody_moves_a_little() -> None:
    said = [Coached(0.0, {1: feedback()}, None)]
    renderer = CoachRenderer(lambda _: said[-1], PARTS)
    places = []
    for step in range(4):
        said.append(Coached(step * 2.0, {1: feedback()}, None))
        frame = frame_in("bgr24", HIGH, WIDE)
        out = renderer.render(frame, parsed(0.5 + 0.01 * step))
        drawn = (out.bgr != frame.bgr).any(axis=2)
        places.append(cv2.boundingRect(drawn.view(np.uint8)))
    assert len(set(places)) == 1


def test_a_panel_gives_way_to_somebody_who_comes_where_it_is() -> None:
    said = [Coached(0.0, {1: feedback()}, None)]
    renderer = CoachRenderer(lambda _: said[-1], PARTS)
    places = []
    for time, left in ((0.0, 0.8), (10.0, 0.55), (20.0, 0.3)):
        said.append(Coached(time, {1: feedback()}, None))
        frame, parsing = frame_in("bgr24", HIGH, WIDE), parsed(left)
        out = renderer.render(frame, parsing)
        drawn = (out.bgr != frame.bgr).any(axis=2)
        places.append(cv2.boundingRect(drawn.view(np.uint8)))
    assert len(set(places)) > 1


def test_room_is_found_where_nobody_is_and_near_what_was_asked() -> None:
    occupancy = Occupancy()
    labels = np.zeros((200, 400), np.uint8)
    labels[:, :200] = 1
    occupancy.update(labels, 0.0)
    x, _, wide, _ = occupancy.quietest(100, 50, near=(100.0, 100.0))
    assert x >= 195
    assert wide == 100
    assert occupancy.share((0, 0, 100, 100)) == 1.0
    occupancy.update(np.zeros_like(labels), 60.0)
    assert occupancy.share((0, 0, 100, 100)) < 0.01  # that was long ago


def test_where_there_is_little_room_the_panel_is_smaller() -> None:
    whole, *smaller = layouts((HIGH, WIDE))
    labels = np.full((HIGH, WIDE), 2, np.uint8)
    labels[:, : smaller[-1].size[0] + 24] = 0
    parsing = Parsing(labels, (labels > 0).astype(np.uint8), (person(1, HIGH, WIDE),))
    drawn = touched(Coached(1.0, {1: feedback()}, None), parsing)
    assert 0 < drawn.any(axis=0).sum() < whole.size[0]
    assert not (drawn & (labels > 0)).any()


def test_several_people_have_a_panel_each_and_a_line_to_it() -> None:
    labels = np.maximum(labels_of_one(HIGH, WIDE, 0.35), labels_of_one(HIGH, WIDE, 0.65))
    owners = ((labels > 0) * np.where(np.arange(WIDE) < WIDE // 2, 1, 2)).astype(np.uint8)
    people = (person(1, HIGH, WIDE, 0.35), person(2, HIGH, WIDE, 0.65))
    both = {1: feedback(), 2: dataclasses.replace(feedback(), person=2)}
    parsing = Parsing(labels, owners, people)
    alone = touched(Coached(1.0, {1: both[1]}, None), parsing)
    assert touched(Coached(1.0, both, None), parsing).sum() > 1.9 * alone.sum()


def programme_status(state: str, **more: object) -> ProgrammeStatus:
    found = find_programme("legs")
    run = ProgrammeRun(found.programme, {"squat": SQUAT.title})
    return dataclasses.replace(run.status(), state=state, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("state", "more", "said"),
    [
        ("ready", {}, "Squat: come into the picture"),
        ("countdown", {"remaining_s": 4.2}, "Ready in 0:05  Squat, set 1 of 7"),
        ("work", {"count": 6}, "Squat, set 1 of 7: 6 of 10"),
        ("rest", {"remaining_s": 61.0}, "Rest 1:01  Squat, set 1 of 7"),
        ("paused", {}, "Paused  Squat, set 1 of 7"),
        ("done", {}, "Done"),
    ],
)
def test_a_programme_says_in_one_line_where_it_is(
    state: str, more: dict[str, object], said: str
) -> None:
    assert programme_text(programme_status(state, **more)) == said


def test_a_programmes_line_is_drawn_beside_the_panel_and_also_where_nobody_is() -> None:
    parsing = parsed()
    status = programme_status("work", count=6)
    line = touched(Coached(1.0, {}, None, status), parsing)
    both = touched(Coached(1.0, {1: feedback()}, None, status), parsing)
    panel_only = touched(Coached(1.0, {1: feedback()}, None), parsing)
    assert 0.02 < line.mean() < 0.2
    assert both.mean() > 0.9 * (line.mean() + panel_only.mean())
    assert (line & (parsing.labels > 0)).sum() < 0.03 * (parsing.labels > 0).sum()


def test_what_is_told_stays_where_it_is_but_not_on_a_panel_that_has_moved_there() -> None:
    strip = Glass(Coached(0.0, {}, None), strip=Strip("Keep your trunk upright", "cue"))
    both = dataclasses.replace(strip, coached=Coached(1.0, {1: feedback()}, None))
    frame, parsing = frame_in("bgr24", HIGH, WIDE), parsed()
    renderer = CoachRenderer(lambda _: NOBODY, PARTS)

    def drawn(glass: Glass) -> np.typing.NDArray[np.bool_]:
        out = renderer.draw(frame, parsing, glass)
        return np.asarray((out.bgr != frame.bgr).any(axis=2))

    alone = drawn(strip)
    assert np.array_equal(drawn(strip), alone)
    renderer._panels[1] = (layouts((HIGH, WIDE))[-1], cv2.boundingRect(alone.view(np.uint8))), 1.0
    assert drawn(both).sum() > 1.3 * alone.sum()


def test_the_set_is_told_where_there_is_no_room_for_more() -> None:
    sizes = layouts((HIGH, WIDE), True)
    assert [one.lines for one in sizes if one.line] == [4, 1, 1]
    assert [one.size[1] for one in sizes] == sorted((one.size[1] for one in sizes), reverse=True)


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_a_countdown_and_a_ring_are_drawn_and_the_number_covers_nobody(language: str) -> None:
    parsing = parsed()
    frame = frame_in("bgr24", HIGH, WIDE)
    renderer = CoachRenderer(lambda _: NOBODY, PARTS)
    counting = Glass(Coached(1.0, {}, None), language, big="3")
    out = renderer.draw(frame, parsing, counting)
    touched = (out.bgr != frame.bgr).any(axis=2)
    assert touched.mean() > 0.01
    assert not (touched & (parsing.labels > 0)).any()
    ringed = dataclasses.replace(counting, ring=Ring(1, "left_knee", 0.5))
    more = (renderer.draw(frame, parsing, ringed).bgr != frame.bgr).any(axis=2)
    assert more.sum() > touched.sum()
