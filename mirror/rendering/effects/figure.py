"""A stylised figure in each person's place, and outlines round people."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person
from mirror.core.skeleton import LANDMARKS
from mirror.rendering.effects.absence import Background
from mirror.rendering.effects.matte import matte_of
from pipeline.frame import BGR, Frame

Colour = tuple[int, int, int]
Stroke = tuple[str, tuple[str, str, float]]  # a side, and one of its limbs
Points = NDArray[np.float32]

_COLOURS = (  # of one person after the other: body, limbs, head
    ((214, 122, 52), (240, 170, 96), (128, 205, 255)),
    ((84, 92, 226), (132, 142, 246), (128, 205, 255)),
    ((108, 168, 62), (150, 204, 110), (128, 205, 255)),
    ((176, 84, 158), (210, 136, 196), (128, 205, 255)),
)
_DARK: Colour = (40, 34, 30)
_SUB = 4  # bits of a pixel that places are given in
_VISIBLE = 0.3
_TRUNK = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
_AT = {name: place for place, name in enumerate(LANDMARKS)}
_LIMBS = (  # from, to, and how thick as a share of the trunk's length; the far ones first
    ("hip", "knee", 0.26), ("knee", "ankle", 0.2), ("ankle", "foot_index", 0.16),
    ("shoulder", "elbow", 0.18), ("elbow", "wrist", 0.15),
)  # fmt: skip
_EDGE = 0.035  # of the trunk's length: the dark line round everything


class Figures:
    """Puts a drawn figure in each person's place, moved as they are; see ``Renderer``.

    The people themselves are gone: the background is what was seen there before, or blurred from
    around. Who has no landmarks becomes a flat shape.
    """

    def __init__(self) -> None:
        self._background = Background()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame with figures in place of people."""
        somebody = cv2.dilate(
            cv2.compare(matte_of(parsing), 20, cv2.CMP_GT), np.ones((9, 9), np.uint8)
        )
        image = self._background.behind(frame.bgr, np.asarray(somebody, np.uint8))
        for person in reversed(parsing.people):  # the surest on top
            colours = _COLOURS[(person.id - 1) % len(_COLOURS)]
            if person.pose is None or person.pose.names != LANDMARKS:
                mine = (parsing.instances == person.instance).astype(np.uint8)
                image[mine > 0] = colours[0]
            else:
                _draw(image, person, colours)
        if not parsing.people:
            image[parsing.labels > 0] = _COLOURS[0][0]
        return frame.with_bgr(image)

    def end_scene(self) -> None:
        """Forget the background."""
        self._background.forget()


class Outlined:
    """Draws a line round people; see ``Renderer``.

    Args:
        colour: ``#rrggbb``.
        width: of the line, as a share of the picture's longer side.
    """

    def __init__(self, colour: str = "#ffffff", width: float = 0.004) -> None:
        self._bgr = tuple(bytes.fromhex(colour.removeprefix("#")))[::-1]
        self._width = width

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame with a line round everybody."""
        matte = matte_of(parsing)
        hard = cv2.compare(cv2.GaussianBlur(matte, (0, 0), 1.5), 127, cv2.CMP_GT)
        lines, _ = cv2.findContours(hard, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
        lines = [line for line in lines if len(line) > 0.02 * sum(matte.shape)]
        if not lines:
            return frame
        image = frame.bgr.copy()
        thick = max(1, round(self._width * max(matte.shape)))
        cv2.drawContours(image, lines, -1, self._bgr, thick, cv2.LINE_AA)
        return frame.with_bgr(image)

    def end_scene(self) -> None:
        """Do nothing: each frame is for itself."""


def _draw(image: BGR, person: Person, colours: Sequence[Colour]) -> None:
    pose = person.pose
    assert pose is not None
    points, seen = pose.image[:, :2], pose.image[:, 2] >= _VISIBLE
    trunk = points[[_AT[name] for name in _TRUNK]]
    unit = float(np.linalg.norm(trunk[:2].mean(axis=0) - trunk[2:].mean(axis=0)))
    unit = max(unit, float(np.linalg.norm(trunk[0] - trunk[1])), 4.0)
    sides = ("right", "left") if _is_behind(person, "right") else ("left", "right")
    strokes = [(side, limb) for side in sides for limb in _LIMBS]
    behind, ahead = strokes[: len(_LIMBS)], strokes[len(_LIMBS) :]
    _limbs(image, points, seen, behind, unit, colours[1])
    _trunk(image, trunk, unit, colours[0])
    _limbs(image, points, seen, ahead, unit, colours[1])
    _head(image, points, seen, trunk, unit, colours[2])


def _is_behind(person: Person, side: str) -> bool:
    """Whether a side of somebody is farther from the camera than the other."""
    pose = person.pose
    assert pose is not None
    if pose.world is None:
        return True
    left, right = pose.world[_AT["left_shoulder"], 2], pose.world[_AT["right_shoulder"], 2]
    return bool(right > left) == (side == "right")


def _limbs(
    image: BGR,
    points: Points,
    seen: NDArray[np.bool_],
    strokes: Sequence[Stroke],
    unit: float,
    colour: Colour,
) -> None:
    for widen, ink in ((2 * _EDGE, _DARK), (0.0, colour)):
        for side, (near, far, thick) in strokes:
            places = [_AT[f"{side}_{near}"], _AT[f"{side}_{far}"]]
            if seen[places].all():
                _capsule(image, points[places], (thick + widen) * unit, ink)


def _capsule(image: BGR, ends: Points, thick: float, colour: Colour) -> None:
    one, other = (tuple(int(value) for value in np.round(end)) for end in ends)
    cv2.line(image, one, other, colour, max(1, round(thick)), cv2.LINE_AA)


def _trunk(image: BGR, corners: Points, unit: float, colour: Colour) -> None:
    shape = np.round(corners * 2**_SUB).astype(np.int32)
    for thick, ink in ((0.2 + 2 * _EDGE, _DARK), (0.2, colour)):
        cv2.polylines(
            image, [shape], True, ink, max(1, round(thick * unit)), cv2.LINE_AA, shift=_SUB
        )
    cv2.fillPoly(image, [shape], colour, cv2.LINE_AA, shift=_SUB)


def _head(
    image: BGR, points: Points, seen: NDArray[np.bool_], trunk: Points, unit: float, colour: Colour
) -> None:
    ears = points[[_AT["left_ear"], _AT["right_ear"]]]
    centre, neck = ears.mean(axis=0), trunk[:2].mean(axis=0)
    radius = 0.24 * unit
    for widen, ink in ((2 * _EDGE, _DARK), (0.0, colour)):
        _capsule(image, np.stack([neck, centre]), (0.14 + widen) * unit, ink)
        _dot(image, centre, radius + widen * unit / 2, ink)
    nose = points[_AT["nose"]]
    if not seen[_AT["nose"]]:
        return
    looks = (nose - centre) * 0.8
    up = (centre - neck) / max(1e-6, float(np.linalg.norm(centre - neck)))
    aside = np.array([-up[1], up[0]])
    for sign in (-1, 1):
        eye = centre + looks + 0.05 * unit * up + sign * 0.08 * unit * aside
        _dot(image, eye, 0.03 * unit, _DARK)
    smile = [centre + looks - (0.07 + 0.02 * (1 - x * x)) * unit * up + x * 0.07 * unit * aside
             for x in np.linspace(-1, 1, 9)]  # fmt: skip
    line = np.round(np.array(smile) * 2**_SUB).astype(np.int32)
    cv2.polylines(image, [line], False, _DARK, max(1, round(0.02 * unit)), cv2.LINE_AA, shift=_SUB)


def _dot(image: BGR, centre: Points, radius: float, colour: Colour) -> None:
    x, y = (int(value) for value in np.round(centre * 2**_SUB))
    cv2.circle(image, (x, y), max(1, round(radius * 2**_SUB)), colour, -1, cv2.LINE_AA, _SUB)
