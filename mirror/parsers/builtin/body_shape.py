"""The shape of a body: which lines its parts lie along, and how thick they are.

Lengths are in body units. A border between two parts lies where both are equally far, so the
thicknesses place the borders. They were fitted on people who sit and people who stand; how much
such a fit loses on pictures that it has not seen, docs/evaluation.md says.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.core.skeleton import LANDMARKS

Mixture = dict[str, float]  # landmark -> how much of it; the sum is 1

# Parts that come in pairs: the left one's id, the two joints that they lie between, where between
# these (0 to 1, or beyond them) the part begins and ends, and half its thickness at either end.
_LIMBS = (
    (3, "shoulder", "elbow", (-0.028, 0.895), (0.049, 0.062)),
    (5, "elbow", "wrist", (0.058, 0.997), (0.054, 0.051)),
    (7, "wrist", "fingers", (0.045, 1.475), (0.06, 0.056)),
    (9, "hip", "knee", (0.066, 0.802), (0.205, 0.162)),
    (11, "knee", "ankle", (0.069, 0.879), (0.1, 0.016)),
    (13, "heel", "toes", (-0.02, 0.994), (0.073, 0.115)),
)
_INSTEP = 0.065  # how far from the heel to the ankle a foot's line begins
# Points on a side that are no landmarks
_BETWEEN: dict[str, Mixture] = {
    "fingers": {"pinky": 0.5, "index": 0.5},
    "toes": {"foot_index": 1.0},
}
_SEEN_BY = {"fingers": "index", "toes": "foot_index"}

JAW = 0.141  # above the mouth, where the line through a head begins
CROWN = 0.112  # above the middle of mouth and ears, where it ends
_HEAD_RADII = (0.127, 0.192)  # at the jaw, and at the crown
# How far the torso reaches beyond the joints: of half their width, outwards, and of its height
_SHOULDER_OUT, _SHOULDER_UP = -0.016, 0.075
_HIP_OUT, _HIP_DOWN = 0.276, -0.175
TORSO_ROOM = 0.015  # round the hull of these four points
TORSO_DEPTH = 0.011  # how deep inside it counts at most: an arm in front of it stays on top
_NECK, _NECK_RADIUS = 0.094, 0.076  # from between the shoulders towards the ears; it is the torso's
_PELVIS_RADIUS = -0.066  # round the line between the hips
UNSEEN = 0.30  # that a limb nobody can see is held off, so that it takes no pixels


def _mixed(*mixtures: Mixture) -> NDArray[np.float32]:
    """(N, 33): the matrix that makes N points out of a body's landmarks."""
    matrix = np.zeros((len(mixtures), len(LANDMARKS)), np.float32)
    for row, mixture in enumerate(mixtures):
        for name, share in mixture.items():
            matrix[row, LANDMARKS.index(name)] = share
    return matrix


def _sum(*parts: tuple[float, Mixture]) -> Mixture:
    total: Mixture = {}
    for share, mixture in parts:
        for name, of_it in mixture.items():
            total[name] = total.get(name, 0.0) + share * of_it
    return total


def _on_side(side: str, name: str) -> Mixture:
    return {f"{side}_{part}": share for part, share in _BETWEEN.get(name, {name: 1.0}).items()}


def _along(side: str, start: str, end: str, place: float) -> Mixture:
    return _sum((1 - place, _on_side(side, start)), (place, _on_side(side, end)))


def _limb_start(side: str, start: str, end: str, place: float) -> Mixture:
    begins = _along(side, start, end, place)
    if start != "heel":
        return begins
    return _sum((1, begins), (_INSTEP, _on_side(side, "ankle")), (-_INSTEP, _on_side(side, "heel")))


def _middle(*names: str) -> Mixture:
    return dict.fromkeys(names, 1 / len(names))


def _seen_at(side: str, name: str) -> int:
    return LANDMARKS.index(f"{side}_{_SEEN_BY.get(name, name)}")


_SIDES = ("left", "right")
_SIDED = [(side, *limb) for side in _SIDES for limb in _LIMBS]
_SHOULDERS, _HIPS = _middle("left_shoulder", "right_shoulder"), _middle("left_hip", "right_hip")
_EARS = _middle("left_ear", "right_ear")

FACE = _mixed(_middle("mouth_left", "mouth_right"), _EARS, _SHOULDERS)


def _corner(side: str, name: str, out: float, middle: Mixture, up: float) -> Mixture:
    joint = _on_side(side, name)
    return _sum((1 + out, joint), (-out, middle), (up, _SHOULDERS), (-up, _HIPS))


CORNERS = _mixed(  # of the torso
    *(_corner(side, "shoulder", _SHOULDER_OUT, _SHOULDERS, _SHOULDER_UP) for side in _SIDES),
    *(_corner(side, "hip", _HIP_OUT, _HIPS, -_HIP_DOWN) for side in _SIDES),
)
PARTS = [part + (side == "right") for side, part, *_ in _SIDED]  # whose the first lines are
SEEN_AT = np.array([[_seen_at(side, one), _seen_at(side, two)] for side, _, one, two, *_ in _SIDED])
# the limbs' lines, then the torso's two; the head's, which is no mixture of landmarks, comes last
STARTS = _mixed(
    *(_limb_start(side, one, two, place) for side, _, one, two, (place, _), _ in _SIDED),
    _SHOULDERS,
    _on_side("left", "hip"),
)
ENDS = _mixed(
    *(_along(side, one, two, place) for side, _, one, two, (_, place), _ in _SIDED),
    _sum((1 - _NECK, _SHOULDERS), (_NECK, _EARS)),
    _on_side("right", "hip"),
)
RADII = np.array(  # (N, 2): at either end of each line
    [
        *(radii for *_, radii in _SIDED),
        (_NECK_RADIUS, _NECK_RADIUS),
        (_PELVIS_RADIUS, _PELVIS_RADIUS),
        _HEAD_RADII,
    ],
    np.float32,
)
# what a body is measured by: pairs of points, each weighed so that most bodies give the same
_MEASURED = (
    (_middle("left_shoulder"), _middle("right_shoulder"), 1.15),
    (_middle("left_hip"), _middle("right_hip"), 1.7),
    (_SHOULDERS, _HIPS, 1.0),
    *((_on_side(side, "hip"), _on_side(side, "knee"), 1.0) for side in _SIDES),
    *((_on_side(side, "knee"), _on_side(side, "ankle"), 1.0) for side in _SIDES),
)
SPANS = np.stack(
    [_mixed(*(one for one, _, _ in _MEASURED)), _mixed(*(other for _, other, _ in _MEASURED))]
)
SPAN_WEIGHTS = np.array([weight for *_, weight in _MEASURED], np.float32)
