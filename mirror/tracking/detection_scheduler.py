"""Runs the detector for a search: at once, or beside what needs it, on a thread of its own."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

from mirror.core import machine
from mirror.tracking.body_geometry import Joints
from mirror.tracking.missed_people import missed_people
from mirror.tracking.person_detector import SIDE, Detection, PersonDetector
from pipeline.frame import BGR


@dataclass(frozen=True, slots=True, eq=False)
class DetectorView:
    """A picture, or a part of it, in which people are looked for.

    Attributes:
        image: (H, W, 3) uint8 BGR.
        x0, y0: column and row of the picture where the part begins.
        side: pixels that the longer side is brought to.
        known: joints of people in the picture: only others are looked for, in boxes. None:
            everybody is.
    """

    image: BGR
    x0: int = 0
    y0: int = 0
    side: int = SIDE
    known: tuple[Joints, ...] | None = None


class DetectionScheduler(Protocol):
    """Looks at one view at a time. One thread calls."""

    def submit(self, view: DetectorView) -> None:
        """Begin to look; what was asked before is of no interest any longer."""
        ...

    def result(self, patient: bool) -> list[Detection] | None:
        """Return whom there was to be seen, once; None: not known yet.

        Args:
            patient: wait until it is known.
        """
        ...

    def close(self) -> None:
        """Let go of what it holds."""
        ...


class SyncDetection:
    """Knows the answer as soon as it is asked: the same frames, the same answers."""

    def __init__(self, detector: PersonDetector) -> None:
        self._detector = detector
        self._view: DetectorView | None = None

    def submit(self, view: DetectorView) -> None:
        """See ``DetectionScheduler``."""
        self._view = view

    def result(self, patient: bool) -> list[Detection] | None:
        """See ``DetectionScheduler``."""
        view, self._view = self._view, None
        return None if view is None else _found(self._detector, view)

    def close(self) -> None:
        """Nothing is held."""


class AsyncDetection:
    """Looks while frames go on: none of them waits for a search, which takes longer than a frame.

    Its thread lets those go first that frames do wait for.
    """

    def __init__(self, detector: PersonDetector) -> None:
        self._detector = detector
        self._thread = ThreadPoolExecutor(1, "detector", initializer=machine.step_back)
        self._asked: Future[list[Detection]] | None = None

    def submit(self, view: DetectorView) -> None:
        """See ``DetectionScheduler``."""
        if self._asked is not None:
            self._asked.cancel()
        self._asked = self._thread.submit(_found, self._detector, view)

    def result(self, patient: bool) -> list[Detection] | None:
        """See ``DetectionScheduler``. Raises what the detector raised."""
        asked = self._asked
        if asked is None or not (patient or asked.done()):
            return None
        self._asked = None
        return asked.result()

    def close(self) -> None:
        """Wait for the look that is being taken, and end the thread."""
        self._thread.shutdown(cancel_futures=True)


def _found(detector: PersonDetector, view: DetectorView) -> list[Detection]:
    if view.known is not None:
        return missed_people(detector, view.image, view.known)
    return detector.find(view.image, view.x0, view.y0, view.side)
