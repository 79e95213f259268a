"""People whom the detector of joints misses in a whole picture, and that of boxes does not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from mirror.core.instance_map import Box
from mirror.tracking.body_geometry import Joints
from mirror.tracking.box_detector import SIDE as BOX_SIDE
from mirror.tracking.box_detector import PersonBox
from mirror.tracking.box_tracks import overlap
from mirror.tracking.person_detector import Detection, PersonDetector
from mirror.tracking.search_views import window_round
from mirror.tracking.tracks import MOST_PEOPLE
from pipeline.frame import BGR

_LEAST_SCORE = 0.35  # of a box
# Of large pictures, boxes are looked for in a larger view: in that of 640 pixels, twice as many of
# those who are 120 px tall in 1080p are found as in that of 416
_SHRINK, _LARGEST_VIEW = 2, 640
_FILLS = 0.35  # overlap of the box round somebody's joints with a box, from which it may be theirs
_MOST_LOOKS = 12  # closer ones, at a crowd of which nothing is to be made out
_REACH = 0.7  # of a box's longer side, that is looked at from its middle
_SIDE = 160  # pixels that this is brought to: somebody who fills it needs no more


def missed_people(detector: PersonDetector, image: BGR, known: Sequence[Joints]) -> list[Detection]:
    """Return people in (H, W, 3) uint8 BGR who are none of those that are known, the largest first.

    The detector of joints looks closer at boxes that nobody known fills. To draw boxes costs about
    as much as one look at the whole picture; most often there is nothing to look closer at.

    Args:
        detector: looks, at boxes too.
        image: the picture.
        known: their joints. With whoever is found, they are as many as are ever followed at most.
    """
    side = min(max(BOX_SIDE, max(image.shape[:2]) // _SHRINK), _LARGEST_VIEW)
    boxes = detector.boxes.find(image, _LEAST_SCORE, side)
    missed: list[Detection] = []
    looks = 0
    for box in sorted(boxes, key=lambda box: box.box[1] - box.box[3]):
        if len(known) + len(missed) >= MOST_PEOPLE or looks >= _MOST_LOOKS:
            break
        there = (*known, *(person.joints for person in missed))
        if all(overlap(_box_of(joints), box.box) < _FILLS for joints in there):
            missed += _in_box(detector, image, box)
            looks += 1
    return missed


def _in_box(detector: PersonDetector, image: BGR, box: PersonBox) -> list[Detection]:
    """Whoever fills a box, if anybody does; as sure as the surer of both detectors."""
    x0, y0, x1, y1 = window_round(box.box, _REACH, *image.shape[:2])
    found = detector.find(image[y0:y1, x0:x1], x0, y0, _SIDE)
    fits = [(overlap(_box_of(person.joints), box.box), person) for person in found]
    fit, person = max(fits, key=lambda one: one[0], default=(0.0, None))
    if person is None or fit < _FILLS:
        return []
    return [replace(person, score=max(person.score, box.score))]


def _box_of(joints: Joints) -> Box:
    """The box round all joints: the detector knows about where hidden ones are, too."""
    x0, y0 = joints[:, :2].min(axis=0)
    x1, y1 = joints[:, :2].max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)
