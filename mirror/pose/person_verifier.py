"""Says who is in a picture that there is time for: two detectors, and the landmark network."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from mirror.core.instance_map import Box
from mirror.core.skeleton import COCO_OTHER_SIDE, FROM_COCO, MIN_JOINT_SCORE
from mirror.pose.picture_looks import LandmarkNetworks, Look, PictureLooks
from mirror.tracking.body_geometry import Joints, distance
from mirror.tracking.box_detector import BoxDetector, PersonBox, once_each
from mirror.tracking.box_tracks import overlap
from mirror.tracking.crop import Crop
from mirror.tracking.crop_placement import crop_round
from mirror.tracking.person_detector import Detection
from mirror.tracking.search_views import MOST_PEOPLE, closer_views
from pipeline.frame import BGR

_LEAST_SCORE = 0.3  # of a box, or of joints that no box is round
_MOST_BOXES = 2 * MOST_PEOPLE  # in which somebody is looked for: each takes up to half a second
_CLOSER_SIDE = 320  # pixels that a window's side is brought to
_CUT = 0.02  # of a window's side: a box that ends nearer to its edge may be cut off there
_MAY_BE = 0.4  # overlap of the box round joints with a person's, from which they may be theirs
_BELIEVED = 0.6  # overlap of the mask's box, from which joints surer than the box are believed
_AGREED = 0.85  # and other joints
_SAME = 0.12  # body lengths: joints that lie nearer to one another are of one person
_MOST_IN_BOX = 4  # finds whose squares are looked at for one box
_LIKELIEST = 2  # of these, that may be whoever is in it as they are
_FEW = 3  # sure joints: with fewer, the others say more of where somebody is

Seen = tuple[Detection, Look]


class LandmarkVerifier:
    """Says who is there, once each; loads its networks at the first call.

    The detector of joints sees how people stand, and takes two who sit side by side for one. That
    of boxes, which was trained on everyday pictures, tells them apart, but knows no more. Whoever
    either of them found is there if the landmark network sees the person too; and of its looks in
    different squares the one counts that fills the box.
    """

    def __init__(self) -> None:
        self._detector: BoxDetector | None = None
        self._networks: LandmarkNetworks | None = None

    def __call__(self, image: BGR, found: Sequence[Detection]) -> list[Detection]:
        """Return who is there in (H, W, 3) uint8 BGR.

        Args:
            image: the picture.
            found: by the detector of joints, in any number of views, pieces of people included.
        """
        self._detector = self._detector or BoxDetector()
        self._networks = self._networks or LandmarkNetworks()
        looks = PictureLooks(self._networks, image)
        people: list[Seen] = []
        for person, look in _everybody(looks, _boxes(self._detector, image), found):
            if not any(look.meets(other) for _, other in people):
                people.append((person, look))
            if len(people) == MOST_PEOPLE:
                break
        return [person for person, _ in people]


def _boxes(detector: BoxDetector, image: BGR) -> list[PersonBox]:
    """The boxes round people in a picture and in windows of it, the surest first."""
    height, width = image.shape[:2]
    found = detector.find(image, _LEAST_SCORE)
    for x0, y0, x1, y1 in closer_views(height, width):
        part = np.ascontiguousarray(image[y0:y1, x0:x1])
        room = _CUT * (x1 - x0)
        # where the picture itself ends, people may be cut off
        left, top = (x0 + room if x0 else -np.inf), (y0 + room if y0 else -np.inf)
        right = x1 - room if x1 < width else np.inf
        bottom = y1 - room if y1 < height else np.inf
        for one in detector.find(part, _LEAST_SCORE, _CLOSER_SIDE):
            box = one.box[0] + x0, one.box[1] + y0, one.box[2] + x0, one.box[3] + y0
            if box[0] > left and box[1] > top and box[2] < right and box[3] < bottom:
                found.append(PersonBox(box, one.score))
    return once_each(found)[:_MOST_BOXES]


def _everybody(
    looks: PictureLooks, boxes: Sequence[PersonBox], found: Sequence[Detection]
) -> Iterator[Seen]:
    """Whoever is seen in a box, then of whom only joints were found; some more than once."""
    people = [_Find(looks, person) for person in sorted(found, key=lambda person: -person.score)]
    for box in boxes:
        inside = [find for find in people if overlap(find.box, box.box) >= _MAY_BE]
        if (seen := _in_box(looks, box, inside[:_MOST_IN_BOX])) is not None:
            yield seen
    looked: list[Crop] = []
    for find in people:
        if find.person.score < _LEAST_SCORE or any(_is_same(find.crop, one) for one in looked):
            continue
        looked.append(find.crop)
        if find.look.is_somebody:
            yield find.seen


class _Find:
    """Somebody of whom joints were found, looked at when that is asked for, once."""

    def __init__(self, looks: PictureLooks, person: Detection) -> None:
        self._looks, self.person = looks, person
        self.box, self.crop = _box_round(person.joints), crop_round(person.joints)

    @functools.cached_property
    def look(self) -> Look:
        """What the landmark network sees of them."""
        return self._looks.at(self.crop)

    @property
    def seen(self) -> Seen:
        """They and the look; as sure as the surer of both."""
        score = max(self.person.score, self.look.seen.presence)
        return replace(self.person, score=score), self.look


def _in_box(looks: PictureLooks, box: PersonBox, inside: Sequence[_Find]) -> Seen | None:
    """Whoever fills a box: as the joints say, or as other looks say whose mask fits better."""
    for find in inside[:_LIKELIEST]:
        least = _BELIEVED if find.person.score >= box.score else _AGREED
        if find.look.is_somebody and looks.fit(find.look, box.box) >= least:
            return find.seen
    look = looks.in_box(box.box, [find.crop for find in inside])
    if look is None:
        return None
    joints = _found_there(look.seen.joints[list(FROM_COCO)], inside)
    return Detection(joints, max(box.score, look.seen.presence), crop=look.seen.crop), look


def _found_there(seen: Joints, inside: Sequence[_Find]) -> Joints:
    """The joints found where the landmark network saw somebody, if there are any; else its own.

    It sees one square, and the detector the whole picture: which side is left, both are to say.
    """
    for find in inside:
        joints = find.person.joints
        if min(distance(seen, joints), distance(seen[COCO_OTHER_SIDE], joints)) < _SAME:
            return joints
    return seen


def _box_round(joints: Joints) -> Box:
    """The box round the joints that are sure."""
    sure = joints[joints[:, 2] >= MIN_JOINT_SCORE, :2]
    points = sure if len(sure) >= _FEW else joints[:, :2]
    x0, y0 = points.min(axis=0)
    x1, y1 = points.max(axis=0)
    return float(x0), float(y0), float(x1), float(y1)


def _is_same(one: Crop, other: Crop) -> bool:
    """Whether there is nothing new to be seen in a square."""
    apart = np.hypot(one.x - other.x, one.y - other.y) / other.side
    turn = (one.angle - other.angle + np.pi) % (2 * np.pi) - np.pi
    return bool(apart < 0.06 and abs(np.log(one.side / other.side)) < 0.12 and abs(turn) < 0.2)
