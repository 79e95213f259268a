"""Pictures whose time is plainly wrong."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import av

_FAR = 4  # a picture this many usual distances after the last is looked at twice


class TimestampRepair:
    """Gives a picture that is alone far ahead its place behind the one before it.

    A writer cannot go back in time: one wrong time would push all pictures after it to where that
    is. Whether a time is wrong or a recording pauses is seen at the next picture, which has to be
    there first.

    Attributes:
        pictures: as they come.
        moved: how many pictures were given another time.
    """

    def __init__(self, pictures: Iterable[av.VideoFrame]) -> None:
        self.pictures = pictures
        self._last: int | None = None
        self._step = 0
        self.moved = 0

    def __iter__(self) -> Iterator[av.VideoFrame]:
        """Yield the pictures in the same order."""
        held: av.VideoFrame | None = None
        for picture in self.pictures:
            if held is not None:
                self._settle(held, picture)
                yield self._passed(held)
                held = None
            if self._is_doubtful(picture):
                held = picture
            else:
                yield self._passed(picture)
        if held is not None:
            yield held

    def _is_doubtful(self, picture: av.VideoFrame) -> bool:
        if picture.pts is None:
            return False
        if self._last is None:
            return True
        return self._step > 0 and picture.pts - self._last > _FAR * self._step

    def _settle(self, held: av.VideoFrame, after: av.VideoFrame) -> None:
        """Give a picture another time if the next one shows that its own is wrong."""
        if held.pts is None or after.pts is None or after.pts >= held.pts:
            return
        self.moved += 1
        if self._last is None:
            held.pts = after.pts - (after.duration or 1)
        else:
            between = (self._last + after.pts) // 2
            held.pts = min(self._last + self._step, max(self._last + 1, between))

    def _passed(self, picture: av.VideoFrame) -> av.VideoFrame:
        if picture.pts is not None:
            if self._last is not None and picture.pts > self._last:
                self._step = picture.pts - self._last
            self._last = picture.pts
        return picture
