"""Who is in the picture: tracks, found now and then and carried by the motion in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from mirror.core.skeleton import COCO_OTHER_SIDE, MIN_JOINT_SCORE
from mirror.tracking.body_geometry import (
    Joints,
    body_length,
    box_round,
    distance,
    distance_to_follow,
    travelled,
)
from mirror.tracking.crop import Crop
from mirror.tracking.motion import Box, Motion

MOST_PEOPLE = 6
_NEAR = 0.6  # body lengths: a person found farther than that from a track is somebody else
_PIECE = 0.3  # body lengths within which the joints of a piece lie at those of the whole
_ON_BONE = 0.08  # body lengths from a bone within which a joint lies on the body
_MOSTLY = 0.6  # share of a find's joints on somebody who is followed already: a piece of them
_SAME = 0.12  # body lengths: two people nearer than that are one
_FOOT, _BODY = 0.01, 0.4  # shares of the box round a person
_OPENS = 0.3  # score from which somebody new is believed; who is followed already needs less
_PATIENCE = 2  # searches in vain after which somebody is lost
_AGAIN_S = 0.15  # between two searches of which the second says anything new
_FORGET_S = 2.0  # how long somebody lost keeps their place
_IN_VIEW = 0.25  # share of the joints in the picture: with less, nobody is to be seen there
_TURNED = 0.05  # body lengths: less than that apart, sides cannot be told

# from and to which joints: the neck, both diagonals and the sides of the trunk, and the limbs
_BONES = np.array(
    [
        [0, 0, 5, 5, 6, 11, 5, 6, 5, 7, 6, 8, 11, 13, 12, 14],
        [5, 6, 6, 11, 12, 12, 12, 11, 7, 9, 8, 10, 13, 15, 14, 16],
    ]
)


class Found(Protocol):
    """One person found by a detector."""

    @property
    def joints(self) -> Joints:
        """(17, 3): x, y in pixels of the frame, score 0-1; COCO's order."""
        ...

    @property
    def score(self) -> float:
        """0-1."""
        ...

    @property
    def moved(self) -> float:
        """Pixels that what moves fastest about the person has gone since it was looked for."""
        ...

    @property
    def crop(self) -> Crop | None:
        """The square in which the landmark network saw the person best, where that was tried."""
        ...


@dataclass(slots=True, eq=False)
class Track:
    """One person, followed.

    Attributes:
        key: the same for as long as the person is followed; counted from 1, never used again.
        joints: (17, 3) float32: x, y in pixels of the present frame, score 0-1; COCO's order.
        found_at: seconds of frame time when a detector last found the person.
        missed: searches in vain since then.
        moved: pixels that what moves fastest about the person has gone since then.
        speed: pixels that it went since the frame before; infinite where that is not known.
        body_speed: pixels that most of the body went since then, apart from the whole picture.
        exchanged: finds in a row that had left and right the other way round.
        finds: how often a detector has found the person.
        missed_at: seconds of frame time of the last search in vain that was counted.
        crop: the square in which the landmark network saw the person best, where that was tried;
            of the present frame only.
        found_length: how large the person was when found, in pixels of the frame.
    """

    key: int
    joints: Joints
    found_at: float
    missed: int = 0
    moved: float = 0.0
    speed: float = np.inf
    body_speed: float = 0.0
    exchanged: int = 0
    finds: int = 1
    missed_at: float = -np.inf
    crop: Crop | None = None
    found_length: float = field(init=False)

    def __post_init__(self) -> None:
        self.found_length = self.length

    def miss(self, now: float) -> None:
        """Count a search in vain; those in quick succession are one."""
        if now - self.missed_at >= _AGAIN_S:
            self.missed, self.missed_at = self.missed + 1, now

    @property
    def is_lost(self) -> bool:
        """Whether too many searches were in vain to look at this place any longer."""
        return self.missed >= _PATIENCE

    @property
    def length(self) -> float:
        """How large the person is, in pixels of the frame."""
        return body_length(self.joints)

    @property
    def stretched(self) -> float:
        """By which share the flow has made the person longer or shorter since they were found."""
        return abs(self.length / self.found_length - 1)

    @property
    def box(self) -> Box:
        """Round the joints, with room for what reaches beyond them."""
        return box_round(self.joints)


class Tracks:
    """Follows people from frame to frame. Told the time; frames in order; one thread.

    Attributes:
        most: how many are to be looked at.
    """

    def __init__(self) -> None:
        self.most = MOST_PEOPLE
        self._tracks: list[Track] = []
        self._next_key = 1

    def present(self) -> list[Track]:
        """Return whoever is to be looked at, the largest first, ``most`` of them at most."""
        seen = [track for track in self._tracks if not track.is_lost]
        return sorted(seen, key=lambda track: -track.length)[: self.most]

    def clear(self) -> None:
        """Forget everybody: what comes next is another scene."""
        self._tracks.clear()

    def doubt(self, now: float) -> None:
        """Believe in nobody until they are found again where they were: too much time went by."""
        for track in self._tracks:
            track.missed, track.found_at = _PATIENCE, now
            track.speed, track.body_speed, track.crop = np.inf, 0.0, None

    def carry(self, motion: Motion) -> None:
        """Move everybody along with the picture; whoever is carried out of it is lost."""
        camera = motion.camera() if self._tracks else None
        for track in self._tracks:
            track.speed = motion.speed_in(track.box, _FOOT)
            track.body_speed = motion.speed_in(track.box, _BODY, camera)
            track.moved += travelled(track.joints, motion)
            track.crop = None
            track.joints[:, :2] = motion.carry(track.joints[:, :2])
            if motion.share_in_view(track.joints[:, :2]) < _IN_VIEW:
                # no search of the picture would ever miss them there
                track.missed = max(track.missed, _PATIENCE)

    def meet(
        self, found: Sequence[Found], now: float, searched: Box, shorter_than: float = np.inf
    ) -> None:
        """Take in what a detector found in the part of the present frame that it searched.

        Args:
            found: the surest first.
            now: seconds of frame time.
            searched: whoever is followed within it and was not found is missed.
            shorter_than: pixels of the frame; whoever is larger stays as they are.
        """
        met: set[int] = set()
        taken: set[int] = set()
        for _, index, track in self._pairs(found, now):
            if track.length >= shorter_than:
                continue
            if index not in taken and track.key not in met:
                met.add(track.key)
                taken.add(index)
                _refresh(track, found[index], now)
        for index, person in enumerate(found):
            if index not in taken and person.score >= _OPENS and not self._is_known(person):
                new = Track(
                    self._next_key,
                    person.joints.copy(),
                    now,
                    moved=person.moved,
                    crop=person.crop,
                )
                self._tracks.append(new)
                met.add(self._next_key)
                self._next_key += 1
        for track in self._tracks:
            if track.key not in met and _is_inside(track, searched):
                track.miss(now)
        self._tracks = [track for track in self._tracks if not self._is_over(track, now)]

    def holds(self, person: Found, least_length: float) -> bool:
        """Whether a person found is a piece of somebody at least that large who is followed."""
        return any(
            track.length >= least_length
            and (_coincides(person.joints, track.joints) or _lies_on(person.joints, track))
            for track in self.present()
        )

    def meet_again(self, track: Track, found: Sequence[Found], now: float) -> None:
        """Take in what a detector found where one person was looked for."""
        near = [(distance_to_follow(track.joints, person.joints), person) for person in found]
        apart, nearest = min(near, key=lambda pair: pair[0], default=(np.inf, None))
        if nearest is None or apart >= _NEAR:
            # somebody curled up in the air is easily missed: the whole picture is to decide
            if not track.missed:
                track.miss(now)
            return
        others = [other for other in self.present() if other is not track]
        if all(distance(other.joints, nearest.joints) >= _SAME for other in others):
            _refresh(track, nearest, now)

    def _pairs(self, found: Sequence[Found], now: float) -> list[tuple[float, int, Track]]:
        """Every track with every person found near enough, the nearest first."""
        pairs = []
        for index, person in enumerate(found):
            for track in self._tracks:
                # somebody lost may have walked on meanwhile
                near = _NEAR * (1 + (now - track.found_at if track.is_lost else 0))
                apart = distance_to_follow(track.joints, person.joints)
                if apart < near:
                    pairs.append((apart, index, track))
        return sorted(pairs, key=lambda pair: (pair[0], pair[2].key))

    def _is_known(self, person: Found) -> bool:
        return any(
            distance(track.joints, person.joints) < _SAME
            for track in self._tracks
            if not track.is_lost
        )

    def _is_over(self, track: Track, now: float) -> bool:
        """Whether somebody is gone for good, or is one of two tracks on the same person."""
        if track.is_lost and now - track.found_at > _FORGET_S:
            return True
        return track.missed > 0 and any(
            other is not track
            and other.missed == 0
            and distance(other.joints, track.joints) < _SAME
            for other in self._tracks
        )


def _refresh(track: Track, person: Found, now: float) -> None:
    joints = person.joints
    straight = distance(track.joints, joints)
    exchanged = distance(track.joints, joints[COCO_OTHER_SIDE])
    if straight > _TURNED and exchanged < 0.6 * straight:
        # one find is a detector's slip, two are somebody who has turned round
        track.exchanged += 1
        joints = joints if track.exchanged >= 2 else joints[COCO_OTHER_SIDE]
    else:
        track.exchanged = 0
    track.joints = joints.copy()
    track.found_at, track.missed, track.moved = now, 0, person.moved
    track.finds += 1
    track.crop = person.crop
    track.found_length = track.length


def _coincides(piece: Joints, whole: Joints) -> bool:
    """Whether the joints that are sure in a piece lie where they do in the whole."""
    sure = piece[:, 2] >= MIN_JOINT_SCORE
    if not sure.any():
        return True
    apart = np.linalg.norm(piece[sure, :2] - whole[sure, :2], axis=1)
    return float(np.median(apart)) < _PIECE * body_length(piece)


def _lies_on(piece: Joints, track: Track) -> bool:
    """Whether most of the joints that are sure in a piece lie on somebody's trunk or limbs."""
    sure = piece[piece[:, 2] >= MIN_JOINT_SCORE, None, :2]
    if not len(sure):
        return True
    starts, ends = track.joints[_BONES, :2]
    along = ends - starts
    lengths = np.maximum((along**2).sum(axis=1), np.float32(1e-6))
    place = np.clip(((sure - starts) * along).sum(axis=2) / lengths, 0.0, 1.0)
    apart = np.linalg.norm(sure - starts - place[:, :, None] * along, axis=2).min(axis=1)
    return float((apart < _ON_BONE * track.length).mean()) > _MOSTLY


def _is_inside(track: Track, searched: Box) -> bool:
    x, y = track.joints[:, :2].mean(axis=0)
    x0, y0, x1, y1 = searched
    return bool(x0 <= x < x1 and y0 <= y < y1)
