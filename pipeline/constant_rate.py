"""Items at a constant rate, for formats that cannot say when a picture is."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction
from typing import Generic, TypeVar

from pipeline.consumer import Consumer
from pipeline.frame import Frame

Item = TypeVar("Item")

_LATE = 0.75  # pictures: a camera's pace varies, and a frame a little late is none that is missing
_EARLY = 1.5  # and one so much too early comes from a source that is faster than it says


class ConstantRate(Generic[Item]):
    """Gives another consumer as many items a second as its format says; see ``Consumer``.

    Where frames were dropped, it repeats the last item in their place, so that a film without times
    goes as fast as what it shows. Where they come faster than the rate, it leaves some out. What
    the source itself was away for is cut.

    Args:
        consumer: what writes them.
        rate: how many a second.
        frame_of: returns the frame that an item is, or was made from.
        gap_s: returns how long no source was there before the present item, in seconds.
        last_time: returns the time of the newest frame of all, dropped or not, which the film then
            goes on to; None where nobody knows.
        fills: whether it repeats and leaves out; otherwise it passes all on as it comes, and says
            what is missing.
    """

    def __init__(
        self,
        consumer: Consumer[Item],
        rate: Fraction,
        frame_of: Callable[[Item], Frame],
        gap_s: Callable[[], float] = lambda: 0.0,
        last_time: Callable[[], float | None] = lambda: None,
        fills: bool = True,
    ) -> None:
        self._consumer, self._rate, self._frame_of = consumer, float(rate), frame_of
        self._gap_s, self._last_time, self._fills = gap_s, last_time, fills
        self._began_at = 0.0
        self._passed = 0  # how many the film is long, were nothing missing
        self._last: Item | None = None
        self._missing = self._left_out = 0

    @property
    def stage(self) -> str:
        """That of the other consumer."""
        return self._consumer.stage

    @property
    def remarks(self) -> tuple[str, ...]:
        """What it did, and what the other consumer has to say."""
        return (*self._consumer.remarks, *self._own_remarks())

    def consume(self, item: Item) -> None:
        """Pass an item on when all that belong before it have been."""
        ahead = self._pictures_until(self._frame_of(item)) - self._passed
        if self._fills and ahead <= -_EARLY:
            self._left_out += 1
            return
        self._repeat(math.ceil(ahead - _LATE))
        self._last = item
        self._passed += 1
        self._consumer.consume(item)

    def close(self, failure: BaseException | None = None) -> None:
        """Close the other consumer, which gets first what is missing at the end."""
        last_time, begun = self._last_time(), self._last is not None
        try:
            if failure is None and begun and last_time is not None:
                until = (last_time - self._began_at) * self._rate + 1
                self._repeat(math.ceil(until - self._passed - _LATE))
        finally:
            self._last = None
            self._consumer.close(failure)

    def _repeat(self, missing: int) -> None:
        for _ in range(missing):
            self._missing += 1
            self._passed += 1
            if self._fills and self._last is not None:
                self._consumer.consume(self._last)

    def _pictures_until(self, frame: Frame) -> float:
        """How many pictures belong before a frame; not whole where the source's pace varies."""
        pictures = (frame.time - self._began_at) * self._rate
        begins_anew = pictures < self._passed - self._rate  # a source's clock went back
        if not self._passed or begins_anew or self._gap_s() > 0:
            self._began_at = frame.time - self._passed / self._rate
            return self._passed
        return pictures

    def _own_remarks(self) -> list[str]:
        said = []
        if self._missing and self._fills:
            said.append(
                f"{self._missing} pictures repeat the one before, for frames that were dropped"
            )
        elif self._missing:
            said.append(
                f"{self._missing} frames were dropped from a format without times: it plays "
                f"{self._missing / self._rate:.1f} s too fast"
            )
        if self._left_out:
            said.append(
                f"{self._left_out} frames came faster than {self._rate:g} a second and were left "
                "out"
            )
        return said
