"""What this process holds, and the promise of every source to hold nothing once it was left."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import psutil
from doubles import until
from media import level

from pipeline.sources import Source

COUNT = 12  # frames of every source that keeps the promise


class FakeCapture:
    """A camera that delivers nothing at first, numbered pictures then, and vanishes."""

    held = 0  # of all that there are, open now

    def __init__(self, pictures: int = COUNT, opens: bool = True) -> None:
        self.opens, self.released = opens, False
        self.asked: dict[int, float] = {}
        blank: list[np.ndarray | None] = [None, None]
        self.pictures = blank + [np.full((48, 64, 3), level(n), np.uint8) for n in range(pictures)]
        FakeCapture.held += 1

    def isOpened(self) -> bool:
        return self.opens

    def set(self, property: int, value: float) -> bool:
        self.asked[property] = value
        return True

    def read(self) -> tuple[bool, np.ndarray | None]:
        assert not self.released
        picture = self.pictures.pop(0) if self.pictures else None
        return picture is not None, picture

    def release(self) -> None:
        FakeCapture.held -= not self.released
        self.released = True


class Held(NamedTuple):
    """How much a process holds."""

    descriptors: int
    threads: int  # native ones, too: decoders have some
    devices: int

    @classmethod
    def now(cls) -> Held:
        process = psutil.Process()
        return cls(process.num_fds(), process.num_threads(), FakeCapture.held)

    def is_all_again(self) -> bool:
        """Whether no more than this is held now."""
        return all(now <= before for now, before in zip(Held.now(), self, strict=True))


OpenSource = Callable[[], Source]


def left_unread(open_source: OpenSource) -> None:
    before = _before(open_source)
    with open_source() as source:
        assert not before.is_all_again() or _holds_nothing(source)
    until(before.is_all_again)
    assert list(source) == []


def left_half_read(open_source: OpenSource, leave: Callable[[Source], None]) -> None:
    before = _before(open_source)
    source = open_source()
    frames = iter(source)
    assert [next(frames).height, next(frames).height] == [48, 48]
    leave(source)
    until(before.is_all_again)
    assert list(frames) == []
    leave(source)  # once more does no harm


def _before(open_source: OpenSource) -> Held:
    with open_source():  # what a library sets up once for all is not the source's
        pass
    return Held.now()


def _holds_nothing(source: object) -> bool:
    return type(source).__name__ in ("InMemory", "PictureFolder")
