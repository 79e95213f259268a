"""The ordered step before the workers: who is where, and the square to look at for each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.tracking.crop import Crop
from mirror.tracking.crop_placement import closer, crop_round, settled
from mirror.tracking.detection_intervals import DetectionIntervals
from mirror.tracking.detection_scheduler import AsyncDetection, DetectionScheduler, SyncDetection
from mirror.tracking.largest_movers import LargestMovers
from mirror.tracking.motion import Motion, MotionMeter
from mirror.tracking.person_detector import PersonDetector
from mirror.tracking.person_search import PersonSearch, PersonVerifier
from mirror.tracking.tracks import Track, Tracks
from pipeline.frame import Frame

_MOVES = 0.12  # body lengths a second from which something clearly moves
_GOES_ASTRAY = 0.2  # body lengths after which joints carried by the flow are trusted half
_GAP_S = 1.0  # frames farther apart, or going back, may be anything


@dataclass(frozen=True, slots=True, eq=False)
class PersonCrop:
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
        motion: of the whole picture since the frame before; None where that was another scene.
        motion_s: seconds since the frame before.
        is_mover: whether the whole body moves fast, and hardly anybody larger does that.
        is_verified: whether other squares were tried in this frame, and the person was seen best in
            this one.
    """

    key: int
    crop: Crop
    joints: NDArray[np.float32]
    trust: float
    finds: int
    calm: float
    motion: Motion | None = None
    motion_s: float = 0.0
    is_mover: bool = False
    is_verified: bool = False


CropPlan = tuple[PersonCrop, ...]


class CropPlanner:
    """Sees every frame in order; one thread."""

    def __init__(
        self, scheduler: DetectionScheduler, verify: PersonVerifier, is_thorough: bool = False
    ) -> None:
        self._motion = MotionMeter()
        self._tracks = Tracks()
        self._scheduler = scheduler
        self._search = PersonSearch(scheduler, self._tracks, verify, is_thorough)
        self._crops: dict[int, Crop] = {}
        self._movers = LargestMovers()
        self._time: float | None = None

    @classmethod
    def of(
        cls,
        detector: PersonDetector,
        verify: PersonVerifier,
        live: bool,
        is_thorough: bool = False,
    ) -> CropPlanner:
        """Return the step for a run.

        Args:
            detector: finds people.
            verify: see ``PersonSearch``.
            live: frames do not wait for people to be found, who are carried to where they are by
                then; otherwise they do, and the same frames have the same plans every time.
            is_thorough: every search takes the time that one of a held frame takes; not when live.
        """
        if live:
            return cls(AsyncDetection(detector), verify)
        return cls(SyncDetection(detector), verify, is_thorough)

    @property
    def intervals(self) -> DetectionIntervals:
        """How often people are looked for. Any thread may set it, at any time.

        It holds from the next frame on. Where frames wait for people to be found, as those of a
        film do, plans depend on the intervals and on the frame at which they were set, no more.
        """
        return self._search.intervals

    @intervals.setter
    def intervals(self, intervals: DetectionIntervals) -> None:
        self._search.intervals = intervals

    def close(self) -> None:
        """Let go of the detector."""
        self._scheduler.close()

    def __call__(self, frame: Frame) -> CropPlan:
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
        self._search.update(frame, motion)
        people = self._tracks.present()
        movers = self._movers.choose(people, elapsed_s)
        calms = [_calm(track, elapsed_s) for track in people]
        self._crops = {
            track.key: track.crop
            or settled(
                self._crops.get(track.key), closer(crop_round(track.joints), calm), elapsed_s, calm
            )
            for track, calm in zip(people, calms, strict=True)
        }
        return tuple(
            PersonCrop(
                track.key,
                self._crops[track.key],
                track.joints.copy(),
                _trust(track),
                track.finds,
                calm,
                motion,
                elapsed_s,
                track.key in movers,
                is_verified=track.crop is not None,
            )
            for track, calm in zip(people, calms, strict=True)
        )


def _trust(track: Track) -> float:
    return 1 / (1 + track.moved / (_GOES_ASTRAY * track.length))


def _calm(track: Track, elapsed_s: float) -> float:
    lengths = track.speed / track.length / max(elapsed_s, 1e-3)
    return float(1 / (1 + (lengths / _MOVES) ** 2))
