"""The ordered step before the workers: who is where, and the square to look at for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.motion import MotionMeter
from mirror.parsers.builtin.crop import MARGIN, Crop
from mirror.parsers.builtin.detector import Detector
from mirror.parsers.builtin.lookout import AtOnce, Beside, Lookout
from mirror.parsers.builtin.search import Search
from mirror.people import Track, Tracks
from pipeline.frame import Frame

_SURE = 0.2  # a joint's score below which its place is a guess
_MOVES = 0.12  # body lengths a second from which something clearly moves
_SETTLES_S = 0.1  # how long the square round a statue takes to follow a change of size or lean
# What it does not follow at all, so that somebody who stands still is seen in the same one
_SLACK = 0.015  # of its side: what its centre may be off
_SLACK_SIDE = 0.06  # of its side
_SLACK_ANGLE = 0.10  # radians
_LEAST_SIDE = 16.0  # pixels of the picture
_GOES_ASTRAY = 0.2  # body lengths after which joints carried by the flow are trusted half
_GAP_S = 1.0  # frames farther apart, or going back, may be anything

# How far a body reaches beyond its joints, seen from the hips: the top of the head lies beyond the
# nose, fingers and toes beyond wrists and ankles. COCO's order.
_REACH = np.array([1.35] * 5 + [1.1] * 4 + [1.25] * 2 + [1.0] * 2 + [1.05] * 2 + [1.15] * 2)


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """One person to look at in one frame.

    Attributes:
        key: the track's, the same from frame to frame.
        crop: the square round the person.
        joints: (17, 3) float32: x, y in pixels of the picture, score 0-1; COCO's order. As the
            detector found them, carried here by the motion since.
        trust: 0-1, how well these joints are where they are said to be: less the farther they went.
        finds: how often the detector has found this person.
        calm: 0-1, how still the person is: 1 is a statue, 0.5 somebody of whom something clearly
            moves, 0 is not known.
    """

    key: int
    crop: Crop
    joints: NDArray[np.float32]
    trust: float
    finds: int
    calm: float


Plan = tuple[Look, ...]


class Prepare:
    """Sees every frame in order; one thread."""

    def __init__(self, lookout: Lookout) -> None:
        self._motion = MotionMeter()
        self._tracks = Tracks()
        self._lookout = lookout
        self._search = Search(lookout, self._tracks)
        self._crops: dict[int, Crop] = {}
        self._time: float | None = None

    @classmethod
    def of(cls, live: bool) -> Prepare:
        """Return the step for a run.

        Args:
            live: frames do not wait for people to be found, who are carried to where they are by
                then; otherwise they do, and the same frames have the same plans every time.
        """
        return cls(Beside(Detector()) if live else AtOnce(Detector()))

    def close(self) -> None:
        """Let go of the detector."""
        self._lookout.close()

    def __call__(self, frame: Frame) -> Plan:
        """Return whom to look at in this frame, the largest first."""
        motion = self._motion.see(frame)
        elapsed_s = 0.0 if self._time is None else frame.time - self._time
        self._time = frame.time
        if motion is None:
            self._tracks.clear()
        elif not 0.0 <= elapsed_s < _GAP_S:
            motion = None
            self._tracks.doubt(frame.time)
        else:
            self._tracks.carry(motion)
        self._search.look(frame, motion)
        people = self._tracks.present()
        calms = [_calm(track, elapsed_s) for track in people]
        self._crops = {
            track.key: _settled(
                self._crops.get(track.key), crop_round(track.joints), elapsed_s, calm
            )
            for track, calm in zip(people, calms, strict=True)
        }
        return tuple(
            Look(
                track.key,
                self._crops[track.key],
                track.joints.copy(),
                _trust(track),
                track.finds,
                calm,
            )
            for track, calm in zip(people, calms, strict=True)
        )


def crop_round(joints: NDArray[np.float32]) -> Crop:
    """Return the square round a person's (17, 3) joints, head up.

    As MediaPipe's pose landmarker has it: centred between the hips, large enough for the circle
    round the whole body.
    """
    points, scores = joints[:, :2], joints[:, 2]
    shoulders = points[5:7].mean(axis=0)
    if scores[11:13].max() >= _SURE:
        hips = points[11:13].mean(axis=0)
        spine = shoulders - hips
    else:  # half a body: where the hips would be below the shoulders
        width = float(np.linalg.norm(points[5] - points[6]))
        spine = np.array([0.0, -1.4 * width])
        hips = shoulders - spine
    sure = scores >= _SURE
    reach = (np.linalg.norm(points - hips, axis=1) * _REACH)[sure]
    radius = max(float(reach.max(initial=0.0)), 1.5 * float(np.linalg.norm(spine)))
    angle = float(np.arctan2(spine[0], -spine[1]))
    return Crop(float(hips[0]), float(hips[1]), max(_LEAST_SIDE, 2 * radius * MARGIN), angle)


def _trust(track: Track) -> float:
    return 1 / (1 + track.moved / (_GOES_ASTRAY * track.length))


def _calm(track: Track, elapsed_s: float) -> float:
    lengths = track.speed / track.length / max(elapsed_s, 1e-3)
    return float(1 / (1 + (lengths / _MOVES) ** 2))


def _settled(before: Crop | None, now: Crop, elapsed_s: float, calm: float) -> Crop:
    """Follow somebody who moves at once, and of somebody who is still nothing that is hardly so."""
    if before is None or not 0.7 < now.side / before.side < 1.4:
        return now
    turn = (now.angle - before.angle + np.pi) % (2 * np.pi) - np.pi
    if abs(turn) > 1.0:
        return now
    follows = 1 - calm * float(np.exp(-elapsed_s / _SETTLES_S))
    slack = calm * before.side
    return Crop(
        before.x + _beyond(now.x - before.x, _SLACK * slack),
        before.y + _beyond(now.y - before.y, _SLACK * slack),
        before.side + _beyond(now.side - before.side, _SLACK_SIDE * slack) * follows,
        before.angle + _beyond(turn, _SLACK_ANGLE * calm) * follows,
    )


def _beyond(change: float, slack: float) -> float:
    """What of a change is more than the slack."""
    return float(np.sign(change)) * max(0.0, abs(change) - slack)
