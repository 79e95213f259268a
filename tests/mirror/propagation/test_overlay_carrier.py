"""A slow parser's labels on a body that went on, and what happens where that cannot be."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from bodies import (
    GROUND,
    HEIGHT,
    RATE,
    WIDTH,
    Labels,
    bent_elbow,
    frame_of,
    going_right,
    mask_of,
    picture_of,
    seen,
    slow_labels,
    somebody,
    standing,
)

from mirror.core.parsing import Parsing, Person
from mirror.core.skeleton import LANDMARKS
from mirror.propagation.motion_history import SPAN, MotionHistory
from mirror.propagation.overlay_carrier import OverlayCarrier
from pipeline.frame import Frame


def walk(count: int, relabelled: bool = True) -> tuple[OverlayCarrier, MotionHistory, list[Frame]]:
    """A carrier that has followed somebody who goes to the right."""
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, relabelled)
    frames = [frame_of(picture_of(going_right(number)), number) for number in range(count)]
    for number, frame in enumerate(frames):
        motion.see(frame)
        carrier.followed(frame, seen(going_right(number)))
    return carrier, motion, frames


def overlap(one: Labels, other: Labels) -> float:
    return np.count_nonzero((one == other) & (one > 0)) / np.count_nonzero((one > 0) | (other > 0))


def test_labels_half_a_second_old_are_where_the_body_is_now() -> None:
    carrier, _, frames = walk(16)
    carrier.parsed(frames[0], Parsing.undivided(slow_labels(going_right(0))))
    carried = carrier.carry(frames[15])
    assert carried.parsing is not None
    true = slow_labels(going_right(15))
    assert overlap(slow_labels(going_right(0)), true) < 0.4
    assert overlap(carried.parsing.labels, true) > 0.95
    assert (carried.by_body, carried.fallback, carried.age_s) == (1, None, 0.0)


def test_a_parse_may_take_longer_than_frames_are_remembered_for() -> None:
    motion = MotionHistory(span=8)
    carrier = OverlayCarrier(motion, is_relabelled=True)
    frames = [frame_of(picture_of(going_right(0)), number) for number in range(SPAN + 16)]
    for frame in frames:
        motion.see(frame)
        if frame.sequence == 8:
            carrier.awaits(frames[8])  # before the carrier has seen it
        carrier.followed(frame, seen(going_right(0)))
    carrier.parsed(frames[8], Parsing.undivided(slow_labels(going_right(0))))
    carried = carrier.carry(frames[-1])
    assert (carried.by_body, carried.fallback) == (1, None)
    assert carried.parsing is not None
    assert overlap(carried.parsing.labels, slow_labels(going_right(0))) > 0.95


def test_a_limb_that_moved_by_itself_takes_its_labels_along() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    straight, bent = standing(), bent_elbow()
    forearm = slow_labels(straight)
    elbow, wrist = (
        tuple(map(int, straight[LANDMARKS.index(f"left_{name}"), :2]))
        for name in ("elbow", "wrist")
    )
    cv2.line(forearm, elbow, wrist, 3, 18)
    frames = [frame_of(picture_of(pose), number) for number, pose in enumerate((straight, bent))]
    for frame, pose in zip(frames, (straight, bent), strict=True):
        motion.see(frame)
        carrier.followed(frame, seen(pose))
    carrier.parsed(frames[0], Parsing.undivided(forearm))
    frames[1].captured_at = 1.0  # too long for the picture's motion to be trusted
    carried = carrier.carry(frames[1])
    assert carried.parsing is not None
    x, y = (bent[LANDMARKS.index("left_elbow"), :2] + bent[LANDMARKS.index("left_wrist"), :2]) / 2
    assert carried.parsing.labels[int(y), int(x)] == 3


def test_people_of_the_slow_parser_are_the_carriers_whatever_numbers_they_have() -> None:
    carrier, _, frames = walk(8)
    labels = slow_labels(going_right(0))
    theirs = Parsing(labels, (labels > 0) * np.uint8(5), (Person(5, 0.9, (0, 0, 1, 1)),))
    carrier.parsed(frames[0], theirs)
    carried = carrier.carry(frames[7])
    assert carried.parsing is not None
    assert set(np.unique(carried.parsing.instances)) == {0, 1}
    assert overlap(carried.parsing.labels, slow_labels(going_right(7))) > 0.95


def test_a_newcomer_is_left_bare_and_that_is_said() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    empty = frame_of(GROUND, 0)
    motion.see(empty)
    nobody = np.zeros((HEIGHT, WIDTH), np.uint8)
    carrier.followed(empty, Parsing.undivided(nobody.copy()))
    carrier.parsed(empty, Parsing.undivided(nobody.copy()))
    came = frame_of(picture_of(standing()), 1)
    motion.see(came)
    carrier.followed(came, seen(standing()))
    carried = carrier.carry(came)
    assert (carried.by_body, carried.fallback) == (0, "uncovered")
    assert carried.parsing is not None
    assert not carried.parsing.labels.any()


def test_somebody_whose_number_changed_is_still_the_same() -> None:
    carrier, motion, frames = walk(16)
    carrier.parsed(frames[0], Parsing.undivided(slow_labels(going_right(0))))
    last = frame_of(picture_of(going_right(16)), 16)
    motion.see(last)
    carrier.followed(last, seen(going_right(16), id=2))
    carried = carrier.carry(last)
    assert (carried.by_body, carried.fallback) == (1, None)
    assert carried.parsing is not None
    assert overlap(carried.parsing.labels, slow_labels(going_right(16))) > 0.9


def test_somebody_whom_the_carrier_did_not_see_then_is_covered_by_the_flow() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    for number in range(6):
        frame = frame_of(picture_of(going_right(number)), number)
        motion.see(frame)
        carrier.followed(frame, Parsing.undivided(np.zeros((HEIGHT, WIDTH), np.uint8)))
        if number == 0:
            carrier.parsed(frame, Parsing.undivided(slow_labels(going_right(0))))
    last = frame_of(picture_of(going_right(6)), 6)
    motion.see(last)
    carrier.followed(last, seen(going_right(6)))
    carried = carrier.carry(last)
    assert (carried.by_body, carried.fallback) == (0, "flow")
    assert carried.parsing is not None
    assert overlap(carried.parsing.labels, slow_labels(going_right(6))) > 0.7


def test_nothing_is_shown_across_a_cut() -> None:
    carrier, motion, frames = walk(4)
    carrier.parsed(frames[0], Parsing.undivided(slow_labels(going_right(0))))
    other = frame_of(255 - GROUND, 4)
    motion.see(other)
    carried = carrier.carry(other)
    assert (carried.parsing, carried.fallback) == (None, "cut")


def test_nothing_is_shown_before_anything_is_known() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    frame = frame_of(picture_of(standing()), 0)
    motion.see(frame)
    assert (carrier.carry(frame).parsing, carrier.carry(frame).fallback) == (None, "nothing")


def test_without_a_word_from_the_carrier_the_flow_carries() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)
    frames = [frame_of(picture_of(going_right(number)), number) for number in range(4)]
    for frame in frames:
        motion.see(frame)
    carrier.parsed(frames[0], Parsing.undivided(slow_labels(going_right(0))))
    carried = carrier.carry(frames[3])
    assert carried.fallback == "flow"
    assert carried.parsing is not None
    true = slow_labels(going_right(3))
    assert overlap(carried.parsing.labels, true) > overlap(slow_labels(going_right(0)), true)


@pytest.mark.parametrize("behind", [1, 2, 3])
def test_a_carrier_that_is_behind_is_brought_to_the_newest_frame(behind: int) -> None:
    carrier, motion, _ = walk(8, relabelled=False)
    newest = [frame_of(picture_of(going_right(number)), number) for number in range(8, 8 + behind)]
    for frame in newest:
        motion.see(frame)
    carried = carrier.carry(newest[-1])
    assert carried.parsing is not None
    true, stale = mask_of(going_right(7 + behind)), mask_of(going_right(7))
    missing = 1 - overlap(stale, true)
    assert overlap(carried.parsing.labels, true) > 1 - 0.5 * missing
    assert carried.age_s == pytest.approx(behind / RATE)
    (person,) = carried.parsing.people
    assert person.pose is not None
    strayed = np.abs(person.pose.image[:, 0] - going_right(7 + behind)[:, 0])
    assert np.median(strayed) < 3.0 * behind / 2


def test_a_run_that_begins_anew_forgets_what_was_before() -> None:
    carrier, _, frames = walk(4)
    carrier.parsed(frames[0], Parsing.undivided(slow_labels(going_right(0))))
    carrier.followed(frames[0], seen(going_right(0)))
    assert carrier.carry(frames[0]).fallback == "nothing"


def test_large_pictures_are_worked_on_small_and_come_back_as_large_as_they_were() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=True)

    def large(number: int) -> tuple[Frame, Parsing, Labels]:
        joints = going_right(number)
        twice = cv2.resize(picture_of(joints), None, fx=2, fy=2)
        joints_twice = joints.copy()
        joints_twice[:, :2] = joints[:, :2] * 2 + 0.5
        mask, slow = (
            cv2.resize(plane, None, fx=2, fy=2, interpolation=cv2.INTER_NEAREST)
            for plane in (mask_of(joints), slow_labels(joints))
        )
        x, y, width, height = cv2.boundingRect(mask)
        person = somebody(joints_twice, (x, y, x + width, y + height))
        return frame_of(twice, number), Parsing(mask, mask.copy(), (person,)), slow

    for number in range(10):
        frame, parsing, slow = large(number)
        motion.see(frame)
        if number < 9:
            carrier.followed(frame, parsing)
        if number == 0:
            carrier.parsed(frame, Parsing.undivided(slow))
    carried = carrier.carry(frame)
    assert carried.parsing is not None
    assert carried.parsing.labels.shape == (2 * HEIGHT, 2 * WIDTH)
    assert overlap(carried.parsing.labels, slow) > 0.9
    (person,) = carried.parsing.people
    assert person.box == pytest.approx(parsing.people[0].box, abs=8)
    assert person.pose is not None
    assert parsing.people[0].pose is not None
    strayed = np.abs(person.pose.image - parsing.people[0].pose.image)
    assert np.median(strayed[:, :2]) < 3


def test_the_outline_of_somebody_who_stands_still_is_left_as_it_is() -> None:
    motion = MotionHistory()
    carrier = OverlayCarrier(motion, is_relabelled=False)
    frames = [frame_of(picture_of(standing()), number) for number in range(3)]
    for frame in frames:
        motion.see(frame)
    carrier.followed(frames[0], seen(standing()))
    carried = carrier.carry(frames[2])
    assert carried.parsing is not None
    assert (carried.parsing.labels == mask_of(standing())).mean() > 0.999
