"""Where each part of a body lies, as distances from lines between its joints."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.skeleton import LANDMARKS

_INDEX = {name: place for place, name in enumerate(LANDMARKS)}

HEAD, TORSO = 1, 2
# Parts that come in pairs: name of the part, its two ends, half its thickness in body units. A
# border between two parts lies where both are equally far, so the radii place the borders.
_LIMBS = (
    (3, "shoulder", "elbow", 0.075),
    (5, "elbow", "wrist", 0.060),
    (7, "wrist", "fingers", 0.060),
    (9, "groin", "knee", 0.110),
    (11, "knee", "ankle", 0.075),
    (13, "heel", "toes", 0.050),
)
_HEAD_RADIUS = 0.15
_TORSO_DEPTH = 0.03  # how deep inside the torso counts at most: an arm in front of it stays on top
_UNSEEN = 0.30  # body units that a limb nobody can see is held off, so that it takes no pixels
COUNT = 15  # labels, the background's included


class Body:
    """A person's parts in picture coordinates. Pure values; cheap to make for each frame.

    Attributes:
        unit: pixels; what lengths on this body are measured in.
    """

    def __init__(self, joints: NDArray[np.float32]) -> None:
        self._points, self._seen = joints[:, :2].astype(np.float32), joints[:, 2]
        self.unit = self._body_unit()
        self._starts, self._ends, self._radii, self._parts = self._segments()

    def distances(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return how far every point of a grid is from every part, in body units.

        Args:
            xs: the grid's columns, in pixels of the picture.
            ys: its rows.

        Returns:
            (15, rows, columns) float32; below zero inside a part, infinite for the background.
        """
        far = np.full((COUNT, len(ys), len(xs)), np.inf, np.float32)
        along = self._ends - self._starts
        lengths = np.maximum((along**2).sum(axis=1), 1e-6)
        for start, line, length, radius, part in zip(
            self._starts, along, lengths, self._radii, self._parts, strict=True
        ):
            # a point's place on the line is a sum of one term a column and one a row
            dx, dy = xs - start[0], ys - start[1]
            place = (dx * (line[0] / length))[None, :] + (dy * (line[1] / length))[:, None]
            np.clip(place, 0.0, 1.0, out=place)
            apart = np.hypot(dx[None, :] - place * line[0], dy[:, None] - place * line[1])
            np.minimum(far[part], apart / self.unit - radius, out=far[part])
        np.maximum(self._torso(xs, ys), -_TORSO_DEPTH, out=far[TORSO])
        return far

    def _at(self, *names: str) -> NDArray[np.float32]:
        mean: NDArray[np.float32] = self._points[[_INDEX[name] for name in names]].mean(axis=0)
        return mean

    def _body_unit(self) -> float:
        def span(one: str, other: str) -> float:
            return float(np.linalg.norm(self._at(one) - self._at(other)))

        shoulders, hips = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
        torso = float(np.linalg.norm(self._at(*shoulders) - self._at(*hips)))
        shins = [span(f"{side}_knee", f"{side}_ankle") for side in ("left", "right")]
        thighs = [span(f"{side}_hip", f"{side}_knee") for side in ("left", "right")]
        return max(1.15 * span(*shoulders), 1.7 * span(*hips), torso, *thighs, *shins, 4.0)

    def _segments(
        self,
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32], list[int]]:
        starts, ends, radii, parts = [], [], [], []
        for offset, side in enumerate(("left", "right")):
            for part, start, end, radius in _LIMBS:
                held_off = _UNSEEN * (1 - min(1.0, 2 * self._visibility(side, start, end)))
                starts.append(self._joint(side, start))
                ends.append(self._joint(side, end))
                radii.append(radius - held_off)
                parts.append(part + offset)
        starts.append(self._at("mouth_left", "mouth_right"))
        ends.append(self._crown())
        radii.append(_HEAD_RADIUS)
        parts.append(HEAD)
        return np.array(starts), np.array(ends), np.array(radii, np.float32), parts

    def _joint(self, side: str, name: str) -> NDArray[np.float32]:
        if name == "groin":  # the thigh begins below the joint: the hip itself is the torso's
            hip, knee = self._at(f"{side}_hip"), self._at(f"{side}_knee")
            return hip + np.float32(0.15) * (knee - hip)
        if name == "fingers":
            wrist = self._at(f"{side}_wrist")
            return wrist + np.float32(1.5) * (self._at(f"{side}_pinky", f"{side}_index") - wrist)
        if name == "toes":
            return self._at(f"{side}_foot_index")
        return self._at(f"{side}_{name}")

    def _visibility(self, side: str, start: str, end: str) -> float:
        joints = {"fingers": "index", "toes": "foot_index", "groin": "hip"}
        ends = (f"{side}_{joints.get(name, name)}" for name in (start, end))
        return float(max(self._seen[_INDEX[name]] for name in ends))

    def _crown(self) -> NDArray[np.float32]:
        """The top of the head: from the mouth through the middle of the ears, and on."""
        mouth, ears = self._at("mouth_left", "mouth_right"), self._at("left_ear", "right_ear")
        up = ears - self._at("left_shoulder", "right_shoulder")
        up = up / np.float32(max(float(np.linalg.norm(up)), 1e-6))
        return (mouth + ears) / 2 + up * np.float32(0.12 * self.unit)

    def _torso(self, xs: NDArray[np.float32], ys: NDArray[np.float32]) -> NDArray[np.float32]:
        """Distance from the hull of shoulders and hips, below zero inside; body units."""
        names = ("left_shoulder", "right_shoulder", "right_hip", "left_hip")
        corners = np.array([self._at(name) for name in names])
        hull = corners[_around(corners)]
        inside = np.full((len(ys), len(xs)), -np.inf, np.float32)
        apart = np.full((len(ys), len(xs)), np.inf, np.float32)
        for start, end in zip(hull, np.roll(hull, -1, axis=0), strict=True):
            line = end - start
            length = max(float(np.linalg.norm(line)), 1e-3)
            dx, dy = xs - start[0], ys - start[1]
            across = (dy * (line[0] / length))[:, None] - (dx * (line[1] / length))[None, :]
            place = (dx * (line[0] / length**2))[None, :] + (dy * (line[1] / length**2))[:, None]
            np.clip(place, 0.0, 1.0, out=place)
            np.maximum(inside, -across, out=inside)
            distance = np.hypot(dx[None, :] - place * line[0], dy[:, None] - place * line[1])
            np.minimum(apart, distance, out=apart)
        signed = np.where(inside <= 0, -apart, apart) / np.float32(self.unit)
        return signed.astype(np.float32, copy=False)


def _around(corners: NDArray[np.float32]) -> NDArray[np.intp]:
    """The order of points round their middle, clockwise on the screen."""
    dx, dy = (corners - corners.mean(axis=0)).T
    return np.argsort(np.arctan2(dy, dx), kind="stable")
