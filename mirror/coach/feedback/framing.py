"""Whether somebody stands so that an exercise can be watched, and what to do if not."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

import numpy as np

from mirror.coach.body import Body
from mirror.coach.exercises.definition import Exercise, View, Words
from mirror.coach.feedback.cues import Cue
from mirror.coach.signals.definition import JOINTS, MIDDLES
from mirror.coach.signals.view import facing, view_of
from mirror.core.skeleton import LANDMARKS

_VISIBLE = 0.5
_OVER_S = 1.0  # what is seen for a moment, or not, says nothing
_ENOUGH_S = 0.4
_MOSTLY = 0.7  # of that time
_NAMES = {  # joint -> what people call what is not seen, the lowest first
    "foot_index": Words(en="feet", zh="脚"),
    "heel": Words(en="feet", zh="脚"),
    "ankle": Words(en="feet", zh="脚"),
    "knee": Words(en="knees", zh="膝盖"),
    "hip": Words(en="hips", zh="髋部"),
    "wrist": Words(en="hands", zh="手"),
    "elbow": Words(en="elbows", zh="手肘"),
    "shoulder": Words(en="shoulders", zh="肩膀"),
    "ear": Words(en="head", zh="头部"),
}
_UNKNOWN_NEEDS = ("shoulder", "hip")  # while it is not known what somebody does
_TURN = {
    "side": Words(en="Turn to the side", zh="请侧身站"),
    "front": Words(en="Turn to the camera", zh="请面向镜头"),
    "back": Words(en="Turn your back to the camera", zh="请背对镜头"),
}


class FramingGuide:
    """Watches one person's place in the picture."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, frozenset[str], float]] = deque()

    def update(self, body: Body, size: tuple[int, int], exercise: Exercise | None) -> Cue | None:
        """Take in one body; return what should be changed, if anything.

        Args:
            body: in order of time.
            size: height and width of the picture.
            exercise: what is to be done; None while that is not known.
        """
        hidden = frozenset(_hidden(body, size, joints_of(exercise)))
        self._seen.append((body.time, hidden, facing(body)))
        while body.time - self._seen[0][0] > _OVER_S:
            self._seen.popleft()
        if body.time - self._seen[0][0] < _ENOUGH_S:
            return None
        for joint, what in _NAMES.items():
            if self._mostly_hidden(joint):
                return Cue(body.id, f"{what.en}-not-visible", _step_back(what))
        return self._turned(body.id, exercise)

    def _mostly_hidden(self, joint: str) -> bool:
        return sum(joint in hidden for _, hidden, _ in self._seen) >= _MOSTLY * len(self._seen)

    def _turned(self, person: int, exercise: Exercise | None) -> Cue | None:
        if exercise is None or not exercise.views:
            return None
        view: View | None = view_of(facing for _, _, facing in self._seen)
        if view is None or view in exercise.views:
            return None
        best = exercise.views[0]
        return Cue(person, f"turn-{best}", _TURN[best])


def joints_of(exercise: Exercise | None) -> frozenset[str]:
    """Return the joints without which an exercise cannot be followed, such as ``ankle``."""
    if exercise is None:
        return frozenset(_UNKNOWN_NEEDS)
    points = [
        point
        for signal in exercise.all_signals
        if signal in exercise.signals or exercise.hold is not None
        for point in signal.points
    ]
    landmarks = [name for point in points for name in MIDDLES.get(point, (point,))]
    return frozenset(name.removeprefix("left_").removeprefix("right_") for name in landmarks)


def _hidden(body: Body, size: tuple[int, int], joints: Iterable[str]) -> Iterable[str]:
    """Joints of which neither side is seen: from the side, one of them seldom is."""
    height, width = size
    x, y = body.image.T
    seen = (body.visibility >= _VISIBLE) & (x >= 0) & (y >= 0) & (x < width) & (y < height)
    for joint in joints:
        if joint in JOINTS:
            sides = [LANDMARKS.index(f"{side}_{joint}") for side in ("left", "right")]
            if not np.any(seen[sides]):
                yield joint


def _step_back(what: Words) -> Words:
    return Words(en=f"Step back: {what.en} not visible", zh=f"请后退一步, 看不到{what.zh}")
