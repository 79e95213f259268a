"""Avatars, outlines, hidden people, enrolment, framing and light, on made pictures."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person, Pose
from mirror.core.schema import ConfigError
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.synthetic.figure import Figure, across, along
from mirror.rendering.effects.registry import effect_of, renderer_with
from mirror.rendering.overlay import OverlayRenderer, Style
from pipeline.frame import BGR, Frame

PARTS = label_set("built-in")
TORSO = PARTS.names.index("torso")
HIGH, WIDE = 180, 240
Place = tuple[int, int, int, int]  # x0, y0, x1, y1


def background() -> BGR:
    """A chequered wall, so that a hole in it shows."""
    rows, columns = np.mgrid[:HIGH, :WIDE]
    image = np.full((HIGH, WIDE, 3), 60, np.uint8)
    image[(rows // 12 + columns // 12) % 2 == 0] = 180
    return image


def scene(places: dict[int, Place], seconds: float = 0.0) -> tuple[Frame, Parsing]:
    """People as red boxes: id -> where."""
    image, labels = background(), np.zeros((HIGH, WIDE), np.uint8)
    instances = np.zeros_like(labels)
    people = []
    for id, (x0, y0, x1, y1) in places.items():
        box = slice(y0, y1), slice(x0, x1)
        image[box], labels[box], instances[box] = (20, 20, 230), TORSO, id
        people.append(Person(id, 0.9, (float(x0), float(y0), float(x1), float(y1))))
    frame = Frame.from_bgr(image, 0.0, round(seconds * 1000), Fraction(1, 1000))
    return frame, Parsing(labels, instances, tuple(people))


def red(image: BGR) -> NDArray[np.bool_]:
    found: NDArray[np.bool_] = (image[:, :, 2] > 180) & (image[:, :, 0] < 90)
    return found


def test_who_is_hidden_leaves_the_wall_that_was_seen_there() -> None:
    effect = effect_of("hide:2", PARTS)
    effect.render(*scene({1: (20, 40, 60, 170), 2: (100, 40, 140, 170)}))
    effect.render(*scene({1: (20, 40, 60, 170), 2: (170, 40, 210, 170)}, 0.5))
    out = effect.render(*scene({1: (20, 40, 60, 170), 2: (100, 40, 140, 170)}, 1.0)).bgr
    assert red(out)[60:160, 25:55].all()  # the other is as they were
    assert not red(out)[:, 80:].any()
    inside = slice(50, 160), slice(105, 135)
    assert np.abs(out[inside].astype(int) - background()[inside]).mean() < 3


def test_where_the_wall_was_never_seen_nothing_of_who_is_hidden_is_left() -> None:
    out = effect_of("hide:2", PARTS).render(*scene({1: (20, 40, 60, 170), 2: (100, 40, 140, 170)}))
    assert red(out.bgr)[60:160, 25:55].all()
    assert not red(out.bgr)[:, 80:].any()


def test_only_who_is_to_be_shown_is_shown() -> None:
    out = effect_of("show:2", PARTS).render(*scene({1: (20, 40, 60, 170), 2: (100, 40, 140, 170)}))
    assert not red(out.bgr)[:, :80].any()
    assert red(out.bgr)[60:160, 105:135].all()


def test_everybody_is_hidden_until_somebody_has_stood_in_front() -> None:
    effect = effect_of("privacy:others", PARTS)
    front, far = (20, 30, 70, 170), (150, 40, 170, 90)
    out = effect.render(*scene({1: front, 2: far}, 0.0)).bgr
    assert not red(out).any()
    out = effect.render(*scene({1: front, 2: far}, 1.1)).bgr
    assert red(out)[40:160, 25:65].all()
    assert not red(out)[:, 130:].any()
    out = effect.render(*scene({2: front}, 2.0)).bgr  # nobody takes the place of who has enrolled
    assert not red(out).any()
    out = effect.render(*scene({1: far}, 3.0)).bgr
    assert red(out).any()
    effect.end_scene()
    assert not red(effect.render(*scene({1: front}, 4.0)).bgr).any()


def test_who_walks_by_does_not_enrol() -> None:
    effect = effect_of("privacy:others", PARTS)
    for number in range(8):  # somebody else is in front in each half second
        out = effect.render(*scene({number % 2 + 1: (20, 30, 70, 170)}, number / 2)).bgr
        assert not red(out).any()
    small = {3: (100, 100, 120, 150)}
    for seconds in (4.0, 6.0):
        assert not red(effect.render(*scene(small, seconds)).bgr).any()


def test_a_line_runs_round_people_and_nowhere_else() -> None:
    frame, parsing = scene({1: (80, 40, 140, 150)})
    out = effect_of("outline:#00ff00", PARTS).render(frame, parsing).bgr
    green = (out[:, :, 1] > 200) & (out[:, :, 2] < 120)
    near = cv2.dilate((parsing.labels > 0).astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    deep = cv2.erode((parsing.labels > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    assert green.sum() > 300
    assert not (green & ~near).any()
    assert not (green & deep).any()


def standing() -> tuple[Frame, Parsing]:
    """A figure with landmarks, its arms out, whose mask is red."""
    figure = Figure(across(1, y=0.9), np.zeros(1), np.zeros(1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = along(0.0, 80.0, sign, 1)
        figure.hang(side, arm, arm)
        figure.swing(side, along(0, 4, sign, 1), along(0, 4, sign, 1))
    (points,) = figure.landmarks()
    places = np.stack([WIDE / 2 + 90 * points[:, 0], 170 - 90 * points[:, 1]], axis=1)
    mask = np.zeros((HIGH, WIDE), np.uint8)
    cv2.fillConvexPoly(mask, cv2.convexHull(places.astype(np.int32)), 1)
    image = background()
    image[mask > 0] = (20, 20, 230)
    marks = np.concatenate([places, np.ones((33, 1))], axis=1).astype(np.float32)
    pose = Pose(LANDMARKS, marks, (points * (1, -1, -1)).astype(np.float32), {})
    person = Person(1, 0.9, (20.0, 10.0, 220.0, 170.0), pose)
    return Frame.from_bgr(image, 0.0), Parsing(mask * np.uint8(TORSO), mask, (person,))


def test_a_figure_stands_where_somebody_stood_and_nothing_of_them_is_left() -> None:
    frame, parsing = standing()
    out = effect_of("avatar", PARTS).render(frame, parsing).bgr
    assert not red(out).any()
    pose = parsing.people[0].pose
    assert pose is not None
    limbs = (240, 170, 96)
    for name in ("left_elbow", "right_elbow", "left_knee", "right_knee"):
        x, y = pose.image[LANDMARKS.index(name), :2].round().astype(int)
        assert out[y, x].tolist() == list(limbs), name
    x, y = pose.image[[LANDMARKS.index("left_ear"), LANDMARKS.index("right_ear")], :2].mean(axis=0)
    assert out[int(y) - 6, int(x)].tolist() == [128, 205, 255]


def test_who_has_no_landmarks_becomes_a_flat_shape() -> None:
    frame, parsing = scene({1: (80, 40, 140, 150)})
    out = effect_of("avatar", PARTS).render(frame, parsing).bgr
    assert np.ptp(out[45:145, 85:135].reshape(-1, 3), axis=0).max() == 0
    assert not red(out).any()


def test_a_crop_keeps_people_in_and_stays_where_it_is_while_they_hardly_move() -> None:
    effect = effect_of("framing", PARTS)
    first = effect.render(*scene({1: (150, 90, 170, 140)}, 0.0)).bgr
    assert first.shape == (HIGH, WIDE, 3)
    assert red(first).sum() > 2.2 * 20 * 50  # enlarged
    for number in range(1, 20):
        shift = number % 3
        out = effect.render(*scene({1: (150 + shift, 90, 170 + shift, 140)}, number / 30)).bgr
    wall = ~(cv2.dilate((red(first) | red(out)).astype(np.uint8), np.ones((9, 9))) > 0)
    assert np.abs(out.astype(int) - first)[wall].max() == 0  # the wall has not moved


def test_a_crop_follows_smoothly_and_shows_all_when_nobody_is_there() -> None:
    effect = effect_of("framing:3", PARTS)
    effect.render(*scene({1: (20, 60, 40, 120)}, 0.0))
    widths = []
    for number in range(1, 90):
        out = effect.render(*scene({1: (190, 60, 210, 120)}, number / 30)).bgr
        columns = np.flatnonzero(red(out).any(axis=0))
        widths.append(columns.mean() if columns.size else WIDE)
    steps = np.diff(widths)
    assert abs(steps).max() < 0.12 * WIDE  # no leap
    assert widths[-1] == pytest.approx(WIDE / 2, abs=0.2 * WIDE)
    frame, nobody = scene({}, 20.0)
    effect.render(*scene({}, 5.0))
    assert np.abs(effect.render(frame, nobody).bgr.astype(int) - frame.bgr).mean() < 1


def test_dark_pictures_become_lighter_and_light_ones_stay() -> None:
    frame, parsing = scene({})
    light = effect_of("light", PARTS)
    assert light.render(frame, parsing) is frame
    light.end_scene()
    dark = Frame.from_bgr((frame.bgr // 8).astype(np.uint8), 0.0, 0, Fraction(1, 1000))
    out = light.render(dark, parsing).bgr
    assert np.median(out) > 3 * np.median(dark.bgr)
    levels = [out[dark.bgr == value].mean() for value in np.unique(dark.bgr)]
    assert (np.diff(levels) > 0).all()  # what was lighter is lighter


def test_light_does_not_flicker_where_a_lamp_does() -> None:
    light = effect_of("light", PARTS)
    _, parsing = scene({})
    levels = []
    for number in range(60):
        grey = 20 if number % 2 else 24
        image = np.full((HIGH, WIDE, 3), grey, np.uint8)
        frame = Frame.from_bgr(image, 0.0, round(number * 33), Fraction(1, 1000))
        levels.append(float(light.render(frame, parsing).bgr.mean()) / grey)
    assert np.abs(np.diff(levels[30:])).max() < 0.5


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("hide", "people's ids"),
        ("hide:0", "people's ids"),
        ("show:me", "people's ids"),
        ("framing:0.5", "above 1"),
        ("light:0", "above 0"),
        ("outline:red", "a colour"),
        ("avatar:me", "nothing"),
        ("privacy:everyone", "others"),
        ("avatr", "avatar"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(effect: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        effect_of(effect, PARTS)


def test_what_moves_the_picture_comes_last() -> None:
    with pytest.raises(ConfigError, match="framing comes last"):
        renderer_with(("framing:2", "blur"), OverlayRenderer(Style.of(PARTS)), PARTS)
