"""Left and right over time, on bodies of known landmarks."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.skeleton import FROM_COCO, LANDMARKS
from mirror.parsers.builtin.settle import Settle
from mirror.pose.landmark_network import PoseEstimate
from mirror.tracking.crop import SIDE, Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import Frame

CROP = Crop(160.0, 160.0, 300.0, 0.0)
RATE = 30
OTHER = [
    LANDMARKS.index(name.replace("left", "LEFT").replace("right", "left").replace("LEFT", "right"))
    for name in LANDMARKS
]
ARM = ("elbow", "wrist", "pinky", "index", "thumb", "eye", "ear")
Joints = NDArray[np.float32]


def place(name: str) -> int:
    return LANDMARKS.index(name)


def body(raised: float = 0.0, stride: float = 0.0, wide: float = 1.0) -> Joints:
    """Somebody who faces us, 200 px tall.

    Args:
        raised: degrees that both arms are raised sideways from hanging down.
        stride: pixels that the left knee is to the right of where it hangs, and the right knee to
            the left of it.
        wide: how far left is from right, 1 from the front, 0 from the side.
    """
    joints = np.zeros((33, 3), np.float32)
    joints[:, :2], joints[:, 2] = (160, 75), 1.0
    for sign, side in ((1, "left"), (-1, "right")):
        bend = np.radians(raised)
        shoulder, across = 160 + sign * 22 * wide, sign * np.sin(bend)
        arm = {"elbow": 35, "wrist": 65, "pinky": 75, "index": 77, "thumb": 72, "shoulder": 0}
        places = {
            name: (shoulder + along * across, 100 + along * np.cos(bend))
            for name, along in arm.items()
        }
        hip, step = 160 + sign * 14 * wide, sign * stride
        leg = {"hip": (0, 0), "knee": (1, 45), "ankle": (1.5, 88), "heel": (1.5, 92)}
        for name, (steps, down) in {**leg, "foot_index": (1.7, 96)}.items():
            places[name] = hip + steps * step, 160 + down
        places |= {"ear": (160 + 6 * sign, 74), "eye": (160 + 3 * sign, 72)}
        for name, where in places.items():
            joints[place(f"{side}_{name}"), :2] = where
        joints[place(f"mouth_{side}"), :2] = 160 + 4 * sign, 80
    return joints


def seen(joints: Joints) -> PoseEstimate:
    world = np.zeros((33, 3), np.float32)
    world[:, :2] = (joints[:, :2] - (160, 160)) / 120
    mask = np.full((SIDE, SIDE), -9.0, np.float32)
    return PoseEstimate(CROP, 1.0, joints, world, mask, CROP)


def look(joints: Joints, finds: int, trust: float = 1.0) -> PersonCrop:
    found = joints[list(FROM_COCO)].copy()
    found[:, 2] = 0.8
    return PersonCrop(1, CROP, found, trust, finds, 0.0)


def named(
    estimates: Iterable[tuple[Joints, PersonCrop]],
) -> Iterator[tuple[Joints, dict[str, float]]]:
    """What comes out: landmarks in the picture, and angles."""
    settle = Settle()
    for number, (joints, plan) in enumerate(estimates):
        frame = Frame.from_bgr(np.zeros((320, 320, 3), np.uint8), number / RATE)
        (person,) = settle(frame, (plan,), (seen(joints),)).people
        assert person.pose is not None
        yield person.pose.image, dict(person.pose.angles)


def lefts(joints: Joints) -> tuple[bool, ...]:
    """Whether shoulder and hip have the names of somebody who faces us."""
    return tuple(
        bool(joints[place(f"left_{name}"), 0] > joints[place(f"right_{name}"), 0])
        for name in ("shoulder", "hip")
    )


def test_arms_lowered_fast_are_where_they_are_though_the_detector_saw_them_raised() -> None:
    # the network has the sides exchanged all along; the flow has lost the arms since the one find
    degrees = [122, 122, 122, 98, 87, 74, 58, 49, 41, 34]
    frames = [(body(angle)[OTHER], look(body(122), 1, 0.6)) for angle in degrees]
    for angle, (joints, angles) in zip(degrees, named(frames), strict=True):
        assert lefts(joints) == (True, True)
        assert joints[place("left_wrist"), :2] == pytest.approx(
            body(angle)[place("left_wrist"), :2], abs=4
        )
        straight = 8  # degrees that the line from hip to shoulder leans
        assert angles["left_shoulder"] == pytest.approx(angle + straight, abs=10)
        assert angles["right_shoulder"] == pytest.approx(angle + straight, abs=10)


def test_a_network_that_slips_for_a_few_frames_changes_no_names() -> None:
    slips = [*range(10, 14), 20, 25, 26]
    frames = [
        (body(20)[OTHER] if number in slips else body(20), look(body(20), 1))
        for number in range(40)
    ]
    assert {lefts(joints) for joints, _ in named(frames)} == {(True, True)}


def test_the_corners_of_the_mouth_are_called_as_the_rest_of_the_side_is() -> None:
    frames = [(body(20)[OTHER], look(body(20), 1 + number // RATE)) for number in range(RATE)]
    for joints, _ in named(frames):
        for name in ("mouth_{}", "{}_eye", "{}_ear"):
            left, right = (joints[place(name.format(side)), 0] for side in ("left", "right"))
            assert left > right, name


def test_one_slip_of_the_detector_changes_no_names_and_several_do() -> None:
    def after(slips: int) -> set[tuple[bool, ...]]:
        finds = [look(body(20), 1)] * 60
        for slip in range(slips):
            finds += [look(body(20)[OTHER], 2 + slip)] * 10
        finds += [look(body(20), 9)]
        return {lefts(joints) for joints, _ in named((body(20), one) for one in finds)}

    assert after(1) == {(True, True)}
    assert (False, False) in after(4)


def test_a_mistake_of_the_detector_at_first_sight_does_not_last() -> None:
    frames = [(body(20), look(body(20)[OTHER], 1)) for _ in range(4 * RATE)]
    joints = [joints for joints, _ in named(frames)]
    assert lefts(joints[0]) == (False, False)
    assert lefts(joints[-1]) == (True, True)


def test_a_network_that_is_wrong_all_along_is_put_right_by_every_find() -> None:
    frames = [(body(20)[OTHER], look(body(20), 1 + number // RATE)) for number in range(5 * RATE)]
    assert {lefts(joints) for joints, _ in named(frames)} == {(True, True)}


def test_places_in_the_world_are_put_right_with_those_in_the_picture() -> None:
    frames = [(body(20)[OTHER], look(body(20), 1 + number // RATE)) for number in range(3 * RATE)]
    settle, found = Settle(), None
    for number, (joints, plan) in enumerate(frames):
        frame = Frame.from_bgr(np.zeros((320, 320, 3), np.uint8), number / RATE)
        (found,) = settle(frame, (plan,), (seen(joints),)).people
    assert found is not None
    assert found.pose is not None
    assert found.pose.world is not None
    right_way = seen(body(20)).world
    for name in ("left_shoulder", "left_wrist", "right_hip", "right_ankle"):
        assert found.pose.world[place(name)] == pytest.approx(right_way[place(name)], abs=0.02)


def test_a_trunk_seen_in_one_line_takes_no_name_from_legs_that_are_well_apart() -> None:
    def frame(number: int) -> Joints:
        joints = body(60, stride=-4)
        if number != 10:
            return joints
        # the network turns the arms over, and sees shoulders and hips in the middle
        arms = [place(f"{side}_{name}") for side in ("left", "right") for name in ARM]
        joints[arms] = body(60, stride=-4)[OTHER][arms]
        for name, gap in (("shoulder", -4), ("hip", -1)):
            for sign, side in ((1, "left"), (-1, "right")):
                joints[place(f"{side}_{name}"), 0] = 160 + sign * gap
        return joints

    steady = look(body(60, stride=-4), 1)
    for joints, _ in named((frame(number), steady) for number in range(20)):
        assert joints[place("left_knee"), 0] > joints[place("right_knee"), 0] + 5


def walking(number: int) -> Joints:
    return body(10 * np.sin(number / 4), 16 * np.sin(number / 3), 0.1)


def test_legs_that_pass_one_another_keep_their_names() -> None:
    frames = [(walking(number), look(walking(number), 1 + number // 10)) for number in range(90)]
    for number, (joints, _) in enumerate(named(frames)):
        if abs(np.sin(number / 3)) > 0.3:  # apart
            ahead = joints[place("left_ankle"), 0] > joints[place("right_ankle"), 0]
            assert ahead == (np.sin(number / 3) > 0)


def test_limbs_seen_in_the_middle_for_a_moment_come_out_under_their_names() -> None:
    def collapsed(joints: Joints) -> Joints:
        middle = (joints + joints[OTHER]) / 2
        middle[:, 0] += np.where(np.arange(33) % 2, 0.5, -0.5)
        return middle.astype(np.float32)

    sights: list[Callable[[Joints], Joints]] = [lambda joints: joints] * 12
    sights += [collapsed] * 2 + [lambda joints: joints[OTHER]] * 6
    frames = [(sight(body(40, 20)), look(body(40, 20), 1)) for sight in sights]
    last = [lefts(joints) for joints, _ in named(frames)][-6:]
    assert last == [(True, True)] * 6


def test_landmarks_are_those_of_the_frame_they_are_of() -> None:
    # the detector has found the legs elsewhere a moment ago, and is believed
    frames = [
        (body(20, 2 * number), replace(look(body(20, 30), 1), trust=0.95)) for number in range(12)
    ]
    for number, (joints, _) in enumerate(named(frames)):
        assert joints[place("left_ankle"), 0] == pytest.approx(
            body(20, 2 * number)[place("left_ankle"), 0], abs=3
        )
