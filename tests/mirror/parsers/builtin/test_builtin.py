"""The built-in parser on real pictures: who is found, where, and how steadily."""

import itertools
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from clip import frames_of, images, man, noisy, on_ground

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Pose
from mirror.parsers.builtin import BuiltIn
from pipeline.flow import Flow
from pipeline.frame import BGR, Frame

NAMES = label_set("built-in").names
HEAD, TORSO = NAMES.index("head"), NAMES.index("torso")


@pytest.fixture(scope="module")
def parse_all() -> Callable[[list[BGR]], list[Parsing]]:
    kind = BuiltIn()
    parse = kind.make_parse(2)

    def run(pictures: list[BGR]) -> list[Parsing]:
        prepare, settle = kind.make_prepare(live=False), kind.make_settle()
        found = []
        for frame in frames_of(pictures):
            plan = prepare(frame)
            found.append(settle(frame, plan, parse(frame, plan)))
        return found

    return run


ParseAll = Callable[[list[BGR]], list[Parsing]]


def middle_of(parsing: Parsing, part: str) -> tuple[float, float]:
    rows, columns = np.nonzero(parsing.labels == NAMES.index(part))
    return float(columns.mean()), float(rows.mean())


def pose_of(parsing: Parsing) -> Pose:
    (person,) = parsing.people
    assert person.pose is not None
    return person.pose


def test_every_large_part_of_a_standing_man_is_found_in_its_place(parse_all: ParseAll) -> None:
    parsing = parse_all(man(1))[0]
    assert len(parsing.people) == 1
    heights = [middle_of(parsing, part)[1] for part in ("head", "torso", "left-thigh", "left-shin")]
    assert heights == sorted(heights)
    share = np.bincount(parsing.labels.ravel(), minlength=15) / (parsing.labels > 0).sum()
    assert share[TORSO] > 0.2
    assert share[HEAD] > 0.05


def test_left_is_the_persons_own_left(parse_all: ParseAll) -> None:
    plain = parse_all(man(1))[0]  # he faces us: his left is on our right
    mirrored = parse_all([np.ascontiguousarray(man(1)[0][:, ::-1])])[0]
    # and of whoever faces us in a mirror image it is, too: nothing tells it from a real one
    for parsing in (plain, mirrored):
        left, _ = middle_of(parsing, "left-thigh")
        right, _ = middle_of(parsing, "right-thigh")
        assert left > right + 5
    width = plain.labels.shape[1]
    thigh = middle_of(plain, "left-thigh")[0]
    # it is the other leg that is called left in the mirror
    assert middle_of(mirrored, "right-thigh")[0] == pytest.approx(width - 1 - thigh, abs=12)


def test_a_leg_raised_keeps_its_side_and_its_angle_opens(parse_all: ParseAll) -> None:
    parsings = parse_all(man(24))
    raised = parsings[-1]
    assert middle_of(raised, "right-foot")[0] < middle_of(raised, "left-foot")[0] - 20
    standing = np.median([pose_of(parsing).image[28, 1] for parsing in parsings[:4]])
    assert pose_of(raised).image[28, 1] < standing - 15  # the ankle went up
    assert set(pose_of(raised).angles) >= {"left_knee", "right_knee", "left_hip", "right_hip"}
    assert all(0 <= degrees <= 180 for degrees in pose_of(raised).angles.values())


def test_landmarks_have_names_scores_and_world_coordinates(parse_all: ParseAll) -> None:
    pose = pose_of(parse_all(man(1))[0])
    assert len(pose.names) == len(pose.image) == 33
    assert pose.world is not None
    tall = pose.world[:, 1].max() - pose.world[:, 1].min()
    assert 1.2 < tall < 2.0  # metres
    assert abs(pose.world[23:25].mean()) < 0.05  # the origin lies between the hips


def test_two_people_keep_their_own_numbers(parse_all: ParseAll) -> None:
    pictures = [cv2.resize(image, (360, 640)) for image in images()[:30]]
    parsings = parse_all([picture[80:440] for picture in pictures])
    numbers = {person.id for parsing in parsings for person in parsing.people}
    assert len(parsings[-1].people) == 2
    assert numbers == {1, 2}
    instances = parsings[-1].instances
    assert instances is not None
    assert np.array_equal(instances > 0, parsings[-1].labels > 0)
    for place, person in enumerate(parsings[-1].people, start=1):
        x0, y0, x1, y1 = (round(edge) for edge in person.box)
        assert (instances[y0:y1, x0:x1] == place).sum() > 0.9 * (instances == place).sum()


def test_labels_of_a_still_body_stand_still(parse_all: ParseAll) -> None:
    still = cv2.resize(images()[0], (480, 854), interpolation=cv2.INTER_AREA)
    parsings = parse_all([noisy(still, seed) for seed in range(24)])[8:]
    flicker = [
        (one.labels != other.labels).sum() / (one.labels > 0).sum()
        for one, other in itertools.pairwise(parsings)
    ]
    assert np.mean(flicker) < 0.01


def test_nobody_is_found_where_nobody_is(parse_all: ParseAll) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (240, 320, 3)).astype(np.uint8)
    room = images()[0][640:, :]  # the floor of the same room
    for picture in (np.zeros((240, 320, 3), np.uint8), noise, room):
        parsing = parse_all([picture] * 3)[-1]
        assert parsing.people == ()
        assert not parsing.labels.any()


def test_somebody_enters_and_leaves(parse_all: ParseAll) -> None:
    room = np.full_like(man(1)[0], 90)
    counts = [len(p.people) for p in parse_all([room] * 3 + man(12) + [room] * 20)]
    assert counts[:3] == [0, 0, 0]
    assert 1 in counts[3:15]
    assert counts[-5:] == [0] * 5


@pytest.mark.parametrize(
    ("height", "width"), [(1, 1), (2, 300), (300, 2), (64, 48), (31, 77), (2160, 3840)]
)
def test_any_size_is_parsed_at_its_own_size(parse_all: ParseAll, height: int, width: int) -> None:
    picture = cv2.resize(man(1)[0], (width, height))
    assert parse_all([picture])[0].labels.shape == (height, width)


def test_a_person_120_pixels_tall_in_a_1080p_picture_is_found(parse_all: ParseAll) -> None:
    small = man(3, 190)  # the man is 120 tall in there
    parsings = parse_all([on_ground(image, 1080, 1920, 1400, 700) for image in small])
    (person,) = parsings[-1].people
    _, top, _, bottom = person.box
    assert 90 < bottom - top < 150
    assert (parsings[-1].labels > 0).sum() > 1500


def test_half_a_body_has_a_head_and_a_torso_and_no_shins(parse_all: ParseAll) -> None:
    upper = [image[:160] for image in man(3)]
    labels = parse_all(upper)[-1].labels
    counts = np.bincount(labels.ravel(), minlength=15)
    assert counts[HEAD] > 300
    assert counts[TORSO] > 1000
    assert counts[NAMES.index("left-shin")] + counts[NAMES.index("right-shin")] < 150


def test_a_face_close_to_the_camera_is_a_head(parse_all: ParseAll) -> None:
    bystander = images()[0][330:440, 480:590]
    picture = cv2.resize(bystander, (440, 440), interpolation=cv2.INTER_CUBIC)
    labels = parse_all([picture] * 2)[-1].labels
    assert labels[120:180, 200:260].size
    counts = np.bincount(labels.ravel(), minlength=15)
    assert counts[HEAD] > 2000


def test_a_dark_picture_gives_nearly_the_same_parts(parse_all: ParseAll) -> None:
    plain = parse_all(man(1))[0].labels > 0
    dark = parse_all([(man(1)[0] * 0.2).astype(np.uint8)])[0].labels > 0
    assert (plain & dark).sum() / (plain | dark).sum() > 0.8


def test_a_change_of_size_is_another_scene(parse_all: ParseAll) -> None:
    parsings = parse_all(man(3, 320) + man(3, 200))
    assert parsings[-1].labels.shape == (200, 150)
    assert len(parsings[-1].people) == 1


def outcome(parsing: Parsing) -> tuple[bytes, list[Any]]:
    people = [
        (person.id, person.score, person.box, pose_bytes(person.pose)) for person in parsing.people
    ]
    assert parsing.instances is not None
    return parsing.labels.tobytes() + parsing.instances.tobytes(), people


def pose_bytes(pose: Pose | None) -> tuple[bytes, bytes, Any]:
    assert pose is not None
    assert pose.world is not None
    return pose.image.tobytes(), pose.world.tobytes(), dict(pose.angles)


def test_any_number_of_workers_gives_the_same_bytes() -> None:
    def with_workers(count: int) -> list[tuple[bytes, list[Any]]]:
        kind = BuiltIn()
        frames: list[Frame] = frames_of(man(16, 240))
        flow = Flow(
            frames,
            make_parser=lambda: kind.make_parse(1),
            prepare=kind.make_prepare(live=False),
            settle=kind.make_settle(),
            workers=count,
        )
        with flow as results:
            return [outcome(result.parsing) for result in results]

    alone = with_workers(1)
    assert len(alone) == 16
    assert any(people for _, people in alone)
    for count in (2, 3, 8):
        assert with_workers(count) == alone
