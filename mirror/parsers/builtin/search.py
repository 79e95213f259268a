"""Where and when to look for people, so that finding them costs little and misses nobody."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from mirror.motion import Box, Motion, Moving
from mirror.parsers.builtin.detector import SIDE, Detection, Detector
from mirror.people import Tracks, body_length
from pipeline.frame import Frame

RHYTHM_S = 1.0  # between searches of the whole picture when all is well: 1 ms a frame at 30 fps
GLANCE_S = 0.3  # between glances at somebody who moves fast
HURRY_S = 0.2  # between searches when somebody may have come, gone or been mistaken
_FAST = 0.08  # body lengths that limbs may go before the flow has lost them
_ROOM = 0.15  # of a person's box, for what moves outside of it but belongs to it
_STRANGER = 0.004  # share of the picture that moves where nobody is followed
_WINDOW = 0.7  # side of a close-up window over the picture's shorter side
_WORTH_CLOSER = 400  # pixels of the shorter side from which the whole view loses small people
_SMALL = 60  # pixels of the detector's view below which somebody is only found in a close-up
_CLOSE_UP = 90  # pixels of the detector's view above which a window may cut somebody off
_GLANCE = 160  # pixels of the detector's view of one person: 40 % of the cost of the whole picture

_NOWHERE: Box = (0, 0, 0, 0)  # nobody who is not found there is missed
Window = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture


class Search:
    """Keeps tracks up to date with a detector. Frames in order; one thread; deterministic.

    A person 120 px tall in a 1080p picture is 16 px in the detector's view of the whole, and is not
    found there. So the first frame of a scene is searched in overlapping windows too, and later a
    window in which something moves that nobody is followed for.
    """

    def __init__(self, detector: Detector, tracks: Tracks) -> None:
        self._detector, self._tracks = detector, tracks
        self._searched_at = 0.0
        self._looked_round_at = 0.0
        self._patience_s = HURRY_S  # grows while what moves turns out to be nobody

    def look(self, frame: Frame, motion: Motion | None) -> None:
        """Search the frame, or a part of it, if a search is due."""
        if motion is None:
            self._look_everywhere(frame)
            return
        waited_s = frame.time - self._searched_at
        if waited_s < HURRY_S or frame.time - self._looked_round_at < HURRY_S:
            return self._glance(frame)
        self._looked_round_at = frame.time
        people = self._tracks.present()
        strangers = motion.moving_outside([_grown(track.box) for track in people])
        is_restless = strangers.share > _STRANGER or any(track.missed for track in people)
        if waited_s < (self._patience_s if is_restless else RHYTHM_S):
            return self._glance(frame)
        before = {track.key for track in people}
        self._look_at_whole(frame)
        if is_restless and (window := _busiest(strangers, frame)):
            self._look_closer(frame, window)
        news = {track.key for track in self._tracks.present()} != before
        self._patience_s = HURRY_S if news else min(RHYTHM_S, 2 * self._patience_s)

    def _look_everywhere(self, frame: Frame) -> None:
        self._tracks.clear()
        self._looked_round_at = frame.time
        self._look_at_whole(frame)
        for window in _windows(frame):
            self._look_closer(frame, window)

    def _look_at_whole(self, frame: Frame) -> None:
        self._searched_at = frame.time
        found = self._detector.find(frame.bgr)
        self._tracks.meet(found, frame.time, (0, 0, frame.width, frame.height))
        for track in self._tracks.present():
            if track.length < _SMALL * _detail(frame):
                self._look_closer(frame, _square_round(track.box, frame, 1.2), _GLANCE)

    def _look_closer(self, frame: Frame, window: Window, side: int = SIDE) -> None:
        """Search a window for small people; whoever is large is seen in the whole."""
        found = [
            person
            for person in self._find(frame, window, side)
            if _is_inside(person, window)
            and body_length(person.joints) < _CLOSE_UP * _detail(frame)
            and not self._tracks.holds(person, _SMALL * _detail(frame))
        ]
        self._tracks.meet(found, frame.time, _NOWHERE)

    def _glance(self, frame: Frame) -> None:
        """Find one person again who moved too fast for the flow, if there is one."""
        due = [
            track
            for track in self._tracks.present()
            if track.moved > _FAST * track.length and frame.time - track.found_at >= GLANCE_S
        ]
        if due:
            track = min(due, key=lambda track: track.found_at)
            found = self._find(frame, _square_round(track.box, frame, 0.6), _GLANCE)
            self._tracks.meet_again(track, found, frame.time)

    def _find(self, frame: Frame, window: Window, side: int) -> list[Detection]:
        x0, y0, x1, y1 = window
        return self._detector.find(frame.bgr[y0:y1, x0:x1], x0, y0, side)


def _grown(box: Box) -> Box:
    """A box with room for a limb that has left it since."""
    room = _ROOM * max(box[2] - box[0], box[3] - box[1])
    return box[0] - room, box[1] - room, box[2] + room, box[3] + room


def _detail(frame: Frame) -> float:
    """Pixels of the picture for one pixel of the detector's view of the whole."""
    return max(frame.height, frame.width) / SIDE


def _windows(frame: Frame) -> Iterator[Window]:
    """Squares that overlap by half and cover the picture; none where the whole view suffices."""
    shorter = min(frame.height, frame.width)
    if shorter < _WORTH_CLOSER:
        return
    side = round(_WINDOW * shorter)
    for y in _starts(frame.height, side):
        for x in _starts(frame.width, side):
            yield x, y, x + side, y + side


def _starts(length: int, side: int) -> list[int]:
    count = max(1, round(2 * (length - side) / side)) + 1
    return [round(place) for place in np.linspace(0, length - side, count)]


def _busiest(strangers: Moving, frame: Frame) -> Window | None:
    """The window in which most moves that nobody is followed for."""
    best, most = None, 0
    for window in _windows(frame):
        moving = strangers.within(*window)
        if moving > most:
            best, most = window, moving
    return best


def _square_round(box: Box, frame: Frame, reach: float) -> Window:
    """A window round a box; it reaches so many of the box's longer sides from the middle."""
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    half = reach * max(box[2] - box[0], box[3] - box[1])
    x0, y0 = max(0, int(x - half)), max(0, int(y - half))
    x1, y1 = min(frame.width, int(x + half) + 1), min(frame.height, int(y + half) + 1)
    return (x0, y0, x1, y1) if x1 > x0 and y1 > y0 else (0, 0, frame.width, frame.height)


def _is_inside(person: Detection, window: Window) -> bool:
    x0, y0, x1, y1 = window
    points = person.joints[:, :2]
    return bool((points > (x0 + 2, y0 + 2)).all() and (points < (x1 - 2, y1 - 2)).all())
