"""Small pictures of a run, kept until it is known which of them matter."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.coach.body import body_of
from mirror.coach.coach import Coach
from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing
from mirror.rendering.coach.board import PALETTE
from mirror.rendering.coach.fault_marks import fault_marks
from mirror.rendering.overlay.drawing_plan import DrawingPlan
from mirror.rendering.overlay.painting import draw, draw_plan
from mirror.rendering.overlay.style import Style
from mirror.rendering.renderer import Renderer
from pipeline.frame import BGR
from pipeline.result import Result

_HEIGHT = 360  # pixels of what is kept
_EVERY_S = 0.2  # half as long as the way to the far end of a quick repetition
_MOST = 1500  # five minutes; then every other one goes: about 40 MB
_ROOM = 0.15  # of somebody's size, round them


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    time: float
    picture: NDArray[np.uint8]  # a JPEG file
    labels: NDArray[np.uint8]  # PNG files
    instances: NDArray[np.uint8]
    people: dict[int, int]  # the coach's number -> instance


class Thumbnails:
    """A consumer of results that keeps small pictures; comes after the coach, its guide.

    Args:
        coach: takes the same results in, before this does.
        style: how parts are drawn.
        parts: what the parser can name.
        hiding: hides what is not to be seen, before anything is kept; None hides nothing.
    """

    stage = "report"
    remarks: tuple[str, ...] = ()

    def __init__(
        self, coach: Coach, style: Style, parts: LabelSet, hiding: Renderer | None = None
    ) -> None:
        self._coach, self._style, self._parts, self._hiding = coach, style, parts, hiding
        self._kept: list[_Kept] = []
        self._every_s = _EVERY_S

    def consume(self, result: Result[Parsing]) -> None:
        """Keep a picture now and then."""
        time, parsing = result.frame.time, result.parsing
        if self._kept and time - self._kept[-1].time < self._every_s - 1e-3:
            return
        people = [one for one in parsing.people if body_of(one, time) is not None]
        if not people:
            return
        numbers = [progress.person for progress in self._coach.progress]
        frame = self._hiding.render(result.frame, parsing) if self._hiding else result.frame
        height, width = parsing.labels.shape
        size = max(1, round(width * _HEIGHT / height)), _HEIGHT
        picture = cv2.resize(frame.bgr, size, interpolation=cv2.INTER_AREA)
        self._kept.append(
            _Kept(
                time,
                cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 85])[1],
                _png(parsing.labels, size),
                _png(parsing.instances, size),
                dict(zip(numbers, (one.instance for one in people), strict=True)),
            )
        )
        if len(self._kept) > _MOST:
            self._kept, self._every_s = self._kept[::2], 2 * self._every_s

    def close(self, failure: BaseException | None = None) -> None:
        """Do nothing: pictures are asked for once all is known."""

    def picture(self, person: int, time: float, parts: Iterable[str]) -> str | None:
        """Return somebody at about a time, parts at fault marked, as a ``data:`` address.

        Args:
            person: the coach's number.
            time: media time in seconds.
            parts: names of the parts at fault.
        """
        there = [one for one in self._kept if person in one.people]
        if not there:
            return None
        kept = min(there, key=lambda one: abs(one.time - time))
        image = self._drawn(kept, kept.people[person], parts)
        jpeg = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, 85])[1]
        return f"data:image/jpeg;base64,{base64.b64encode(jpeg.tobytes()).decode('ascii')}"

    def _drawn(self, kept: _Kept, instance: int, parts: Iterable[str]) -> BGR:
        labels: LabelMap = np.asarray(cv2.imdecode(kept.labels, cv2.IMREAD_UNCHANGED), np.uint8)
        owners: InstanceMap = np.asarray(cv2.imdecode(kept.instances, cv2.IMREAD_UNCHANGED))
        whole = Parsing(labels, owners)
        image = draw(np.asarray(cv2.imdecode(kept.picture, 1), np.uint8), whole, self._style)
        marks = tuple(fault_marks(whole, instance, parts, self._parts))
        return _cut_out(draw_plan(image, DrawingPlan(PALETTE, marks)), owners == instance)


def _png(plane: NDArray[np.uint8 | np.uint16], size: tuple[int, int]) -> NDArray[np.uint8]:
    small = cv2.resize(plane, size, interpolation=cv2.INTER_NEAREST)
    return np.asarray(cv2.imencode(".png", small)[1], np.uint8)


def _cut_out(image: BGR, theirs: NDArray[np.bool_]) -> BGR:
    """The part of a picture that somebody is in."""
    x, y, wide, tall = cv2.boundingRect(theirs.astype(np.uint8))
    if not wide:
        return image
    room = round(_ROOM * max(wide, tall))
    return image[max(0, y - room) : y + tall + room, max(0, x - room) : x + wide + room]
