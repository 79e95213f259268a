"""Which mask goes on which frame. Another way to pair them is another entry in ``PAIRINGS``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from mirror.core.parsing import Parsing
from pipeline.frame import Frame
from pipeline.result import Result

Mode = Literal["live", "exact"]


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A frame to be shown, and the mask to draw on it.

    Attributes:
        frame: the picture.
        result: what the mask comes from; None before the first one is there.
    """

    frame: Frame
    result: Result[Parsing] | None

    @property
    def mask_age_s(self) -> float:
        """How much older the mask is than the picture, in seconds; 0 where it is its own."""
        if self.result is None:
            return 0.0
        return max(0.0, self.frame.captured_at - self.result.frame.captured_at)


Pairing = Callable[[Frame, Result[Parsing] | None], Pair]


def _live(frame: Frame, result: Result[Parsing] | None) -> Pair:
    fits = result is not None and _size(result.frame) == _size(frame)
    return Pair(frame, result if fits else None)


def _exact(frame: Frame, result: Result[Parsing] | None) -> Pair:
    return Pair(frame if result is None else result.frame, result)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.height, frame.width


# live: the newest frame with the newest mask; exact: each frame with its own, as late as that is
PAIRINGS: Mapping[Mode, Pairing] = {"live": _live, "exact": _exact}
