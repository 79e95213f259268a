"""Where and when to look for people, so that finding them costs little and misses nobody."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence

import numpy as np

from mirror.tracking.body_geometry import body_length
from mirror.tracking.detection_intervals import DetectionIntervals
from mirror.tracking.detection_scheduler import DetectionScheduler, DetectorView
from mirror.tracking.motion import Box, Motion, Moving
from mirror.tracking.person_detector import SIDE, Detection
from mirror.tracking.search_views import MOST_PEOPLE as MOST_IF_THOROUGH
from mirror.tracking.search_views import (
    Step,
    Window,
    turned_back,
    views,
    window_round,
    windows,
)
from mirror.tracking.tracks import MOST_PEOPLE, Track, Tracks
from pipeline.frame import BGR, Frame

# Between frames, from which the flow carries nobody who moves: where somebody was found in the one
# before says little of the next. A search takes less than that; so slow a run can wait for it.
_FAR_S = 0.07
_STEPS_S = 0.25  # of a held film's time within which nobody small comes out of nowhere
_FAST = 0.08  # body lengths that limbs may go before the flow has lost them
_LOST = 0.25  # body lengths after which it has lost the body
_STRETCHED = 0.06  # of a body's length that it grew or shrank by: limbs follow what lies behind
_ROOM = 0.15  # of a person's box, for what moves outside of it but belongs to it
_STRANGER = 0.004  # share of the picture that moves where nobody is followed
_WINDOW = 0.7  # side of a close-up window over the picture's shorter side
_WORTH_CLOSER = 400  # pixels of the shorter side from which the whole view loses small people
_SMALL = 60  # pixels of the detector's view below which somebody is only found in a close-up
_CLOSE_UP = 90  # pixels of the detector's view above which a window may cut somebody off
_REDETECT_SIDE = (
    160  # pixels of the detector's view of one person: 40 % of the cost of the whole picture
)


_NOWHERE: Box = (0, 0, 0, 0)  # nobody who is not found there is missed
PersonVerifier = Callable[[BGR, Sequence[Detection]], list[Detection]]
Steps = Generator[Step, list[Detection], None]  # a search: sent what is seen at each step


class PersonSearch:
    """Keeps tracks up to date with a detector. Frames in order; one thread.

    A person 120 px tall in a 1080p picture is 16 px in the detector's view of the whole, and is not
    found there. So in the first frame of a scene, the detector of boxes says where to look closer;
    and later a window is searched in which something moves that nobody is followed for.

    A search goes on over as many frames as the scheduler takes; whoever is found is carried by the
    motion since to where they are by then. With a scheduler that answers at once, none takes longer
    than its frame. Frames that are far apart wait for an answer all the same.

    A frame that is held is searched thoroughly: in views of many sizes, and whom they show is
    verified.

    Args:
        scheduler: runs the detector.
        tracks: are kept up to date.
        verify: told a picture, (H, W, 3) uint8 BGR, and whoever was found in many views of it,
            returns who is there, once each.
        is_thorough: whether every search is; for a scheduler that answers at once.

    Attributes:
        intervals: how often it searches. Any thread may set them; they hold from the next frame on.
    """

    def __init__(
        self,
        scheduler: DetectionScheduler,
        tracks: Tracks,
        verify: PersonVerifier,
        is_thorough: bool = False,
    ) -> None:
        self._scheduler, self._tracks = scheduler, tracks
        self._verify, self._is_thorough = verify, is_thorough
        self._seen_at = self._searched_at = 0.0
        self._looked_round_at, self._everywhere_at = 0.0, -np.inf
        self.intervals = DetectionIntervals()
        self._restless_s = 0.0  # grows while what moves turns out to be nobody
        self._steps: Steps | None = None  # of the search that is under way
        self._since: list[Motion] = []  # since the frame that the scheduler looks at
        self._step: Step  # of the steps, that is being taken
        self._frame: Frame  # the present one

    def update(self, frame: Frame, motion: Motion | None) -> None:
        """Search the frame, or a part of it, if a search is due; go on with one under way.

        Args:
            frame: the present one. One that is held is searched to the end.
            motion: since the frame before; None where that is not known: all is to be searched.
        """
        since_s, self._seen_at, self._frame = frame.time - self._seen_at, frame.time, frame
        has_time = frame.is_held or self._is_thorough
        self._tracks.most = MOST_IF_THOROUGH if has_time else MOST_PEOPLE
        if motion is None or (frame.is_held and frame.time - self._everywhere_at > _STEPS_S):
            self._begin(self._everywhere())
        elif frame.is_held:
            self._begin(self._again(None))
        elif self._steps is not None:
            self._since.append(motion)
        elif (steps := self._due(motion)) is not None:
            self._begin(steps)
        self._go_on(patient=motion is None or frame.is_held or since_s > _FAR_S)

    def _begin(self, steps: Steps) -> None:
        self._steps = steps
        self._ask(next(steps))

    def _go_on(self, patient: bool) -> None:
        """Take the steps whose answers are there; the first one's is waited for if patient.

        All answers are on a frame that is held: no other comes on which to take what is left.
        """
        while self._steps is not None:
            found = self._scheduler.result(patient)
            if found is None:
                return
            patient = self._frame.is_held
            try:
                self._ask(self._steps.send(self._carried(found)))
            except StopIteration:
                self._steps = None

    def _ask(self, step: Step) -> None:
        x0, y0, x1, y1 = step.window
        self._since, self._step = [], step
        part = self._frame.bgr[y0:y1, x0:x1]
        image = np.ascontiguousarray(np.rot90(part, step.turns)) if step.turns else part
        self._scheduler.submit(DetectorView(image, x0, y0, step.side, step.known))

    def _carried(self, found: list[Detection]) -> list[Detection]:
        """Whoever was found, where they are now."""
        if turns := self._step.turns:
            size = self._frame.height, self._frame.width
            found = [turned_back(person, turns, *size) for person in found]
        if self._step.whole_only:
            found = [person for person in found if _is_inside(person, self._step.window)]
        for motion in self._since:
            found = [person.carried(motion) for person in found]
        return found

    def _due(self, motion: Motion) -> Steps | None:
        """What is to be searched by now."""
        now, intervals = self._frame.time, self.intervals  # once: another thread may set them
        waited_s = now - self._searched_at
        if min(waited_s, now - self._looked_round_at) < intervals.min_detect_s:
            return self._redetect(intervals)
        self._looked_round_at = now
        people = self._tracks.present()
        strangers = motion.moving_outside([_grown(track.box) for track in people])
        is_restless = strangers.share > _STRANGER or any(track.missed for track in people)
        restless_s = min(self._restless_s, intervals.max_detect_s)
        if waited_s < (restless_s if is_restless else intervals.max_detect_s):
            return self._redetect(intervals)
        return self._again(_busiest(strangers, self._frame) if is_restless else None)

    def _everywhere(self) -> Steps:
        self._looked_round_at = self._frame.time
        if self._is_thorough or self._frame.is_held:
            yield from self._thoroughly()
            return
        yield from self._whole()
        yield from self._missed()
        self._everywhere_at = self._frame.time

    def _thoroughly(self) -> Steps:
        """Search the frame in every view; it is the same frame until all are seen."""
        found = []
        for step in views(self._frame.height, self._frame.width):
            found += yield step
        people = self._verify(self._frame.bgr, found)
        everywhere = (0, 0, self._frame.width, self._frame.height)
        self._searched_at = self._everywhere_at = self._frame.time
        self._tracks.meet(people, self._frame.time, everywhere)

    def _again(self, window: Window | None) -> Steps:
        """Search the whole picture, and a window of it where something moves that nobody is."""
        if self._is_thorough:
            yield from self._thoroughly()
            return
        before = {track.key for track in self._tracks.present()}
        yield from self._whole()
        if window is not None:
            yield from self._closer(window)
        news = {track.key for track in self._tracks.present()} != before
        waited_s = max(self.intervals.min_detect_s, self._restless_s)
        self._restless_s = 0.0 if news else 2 * waited_s

    def _whole(self) -> Steps:
        self._searched_at = self._frame.time
        everywhere = (0, 0, self._frame.width, self._frame.height)
        found = yield Step(everywhere, SIDE)
        self._tracks.meet(found, self._frame.time, everywhere)
        small, medium = (of * _detail(self._frame) for of in (_SMALL, _CLOSE_UP))
        missed = [one for one in self._tracks.present() if one.found_at < self._frame.time]
        for track in self._tracks.present():
            if track.length < small:
                yield from self._closer(_round(track, 1.2, self._frame), _REDETECT_SIDE)
            elif track in missed and track.length < medium:  # who may have been found in a window
                yield from self._again_at(track)

    def _missed(self) -> Steps:
        """Search the whole picture for whoever is not followed yet."""
        known = self._tracks.present()
        everywhere = (0, 0, self._frame.width, self._frame.height)
        found = yield Step(everywhere, SIDE, known=tuple(track.joints.copy() for track in known))
        self._tracks.meet(found, self._frame.time, _NOWHERE)

    def _closer(self, window: Window, side: int = SIDE) -> Steps:
        """Search a window for small people; whoever is large is seen in the whole."""
        small, large = (of * _detail(self._frame) for of in (_CLOSE_UP, _SMALL))
        found = yield Step(window, side, whole_only=True)
        news = [
            person
            for person in found
            if body_length(person.joints) < small and not self._tracks.holds(person, large)
        ]
        self._tracks.meet(news, self._frame.time, _NOWHERE, shorter_than=large)

    def _redetect(self, intervals: DetectionIntervals) -> Steps | None:
        """Find one person again who moved too fast for the flow, if there is one."""
        now = self._frame.time
        due = [
            track
            for track in self._tracks.present()
            if _strayed(track, now - track.found_at, intervals)
        ]
        return self._again_at(min(due, key=lambda track: track.found_at)) if due else None

    def _again_at(self, track: Track) -> Steps:
        found = yield Step(_round(track, 0.6, self._frame), _REDETECT_SIDE)
        self._tracks.meet_again(track, found, self._frame.time)


def _strayed(track: Track, since_s: float, intervals: DetectionIntervals) -> bool:
    """Whether somebody has moved too much since they were found, for so short a time."""
    moved = track.moved / track.length
    is_lost = moved > _LOST or track.stretched > _STRETCHED
    interval_s = intervals.min_redetect_s if is_lost else intervals.max_redetect_s
    return moved > _FAST and since_s >= interval_s


def _grown(box: Box) -> Box:
    """A box with room for a limb that has left it since."""
    room = _ROOM * max(box[2] - box[0], box[3] - box[1])
    return box[0] - room, box[1] - room, box[2] + room, box[3] + room


def _detail(frame: Frame) -> float:
    """Pixels of the picture for one pixel of the detector's view of the whole."""
    return max(frame.height, frame.width) / SIDE


def _windows(frame: Frame) -> Iterator[Window]:
    """Squares that cover the picture; none where the whole view suffices."""
    if min(frame.height, frame.width) >= _WORTH_CLOSER:
        yield from windows(frame.height, frame.width, _WINDOW)


def _busiest(strangers: Moving, frame: Frame) -> Window | None:
    """The window in which most moves that nobody is followed for."""
    best, most = None, 0
    for window in _windows(frame):
        moving = strangers.within(*window)
        if moving > most:
            best, most = window, moving
    return best


def _round(track: Track, reach: float, frame: Frame) -> Window:
    return window_round(track.box, reach, frame.height, frame.width)


def _is_inside(person: Detection, window: Window) -> bool:
    x0, y0, x1, y1 = window
    points = person.joints[:, :2]
    return bool((points > (x0 + 2, y0 + 2)).all() and (points < (x1 - 2, y1 - 2)).all())
