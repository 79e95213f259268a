"""Where frames come from. Every source is an iterable of frames, and so is a plain list.

with VideoFile(path) as source:
    for frame in source:
        show(frame)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from types import TracebackType
from typing import Protocol, Self, runtime_checkable

from pipeline.frame import Frame


@runtime_checkable
class Source(Protocol):
    """Frames, read on the flow's source thread. Whoever opens one leaves it, as a ``with`` block.

    Attributes:
        is_live: whether frames come at their own pace, so that an old one is better dropped.
    """

    is_live: bool

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until there are no more, or until ``close``. One pass only."""
        ...

    def close(self) -> None:
        """Wake a blocked read; the iteration then ends. Any thread may call it, many times."""
        ...

    def __enter__(self) -> Self:
        """Return the source; it was open before."""
        ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close, and free all that is held, whether it was read or not. Any thread may call it.

        Waits for nothing: where another thread is in a read, that one frees it when that returns.
        """
        ...


@dataclass(frozen=True, slots=True)
class Footage:
    """What a recorded source says of itself before its first frame.

    Attributes:
        height, width: of the frames as delivered, upright.
        time_base: seconds a tick of the frames' ``pts``.
        rate: frames a second on average; None where the source does not say.
        frames: about how many there are; None where the source does not say.
        sample_aspect_ratio: how wide a pixel is for its height.
        color_range, colorspace, color_primaries, color_trc: FFmpeg's numbers for how the samples
            are meant; 2 is "unspecified" for the last three, 0 for the first.
        metadata: title, date and so on, as the container has them.
    """

    height: int
    width: int
    time_base: Fraction
    rate: Fraction | None
    frames: int | None
    sample_aspect_ratio: Fraction = Fraction(1)
    color_range: int = 0
    colorspace: int = 2
    color_primaries: int = 2
    color_trc: int = 2
    metadata: tuple[tuple[str, str], ...] = ()


@runtime_checkable
class Recorded(Source, Protocol):
    """A source that is there as a whole, so that something can be said of it beforehand."""

    @property
    def footage(self) -> Footage:
        """What its frames are like."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with it, one sentence each; complete when the iteration is."""
        ...
