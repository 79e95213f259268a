"""Turns pictures the way up that a camera says it was held."""

from __future__ import annotations

from fractions import Fraction

import av
import av.filter

# FFmpeg's names for turning counter-clockwise by so many degrees, as its display matrix counts
_FILTERS = {
    90: [("transpose", "cclock")],
    180: [("hflip", ""), ("vflip", "")],
    270: [("transpose", "clock")],
}


class RotationFilter:
    """Calls turn a picture by the angle given at first; any pixel format, same times.

    A phone's video is stored as its sensor saw it, with a note how to turn it for display. Parsers
    and masks need the picture as it is seen. One thread.

    Args:
        rotation: degrees counter-clockwise, as FFmpeg's display matrix has it.
    """

    def __init__(self, rotation: int) -> None:
        self._rotation = rotation % 360
        self._graph: av.filter.Graph | None = None
        self._source_shape: tuple[int, int, str] | None = None

    @property
    def swaps_sides(self) -> bool:
        """Whether width becomes height."""
        return self._rotation in (90, 270)

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return the picture upright; itself where there is nothing to turn."""
        steps = _FILTERS.get(self._rotation)
        if steps is None:
            return picture
        shape = (picture.width, picture.height, picture.format.name)
        if self._graph is None or shape != self._source_shape:
            self._graph, self._source_shape = _graph(picture, steps), shape
        pts, duration = picture.pts, picture.duration
        self._graph.push(picture)
        turned = self._graph.pull()
        assert isinstance(turned, av.VideoFrame)
        turned.pts, turned.duration = pts, duration
        return turned


def _graph(picture: av.VideoFrame, steps: list[tuple[str, str]]) -> av.filter.Graph:
    graph = av.filter.Graph()
    nodes = [
        graph.add_buffer(
            width=picture.width,
            height=picture.height,
            format=picture.format,
            time_base=picture.time_base or Fraction(1, 1000),  # times are not what it turns
        ),
        *(graph.add(name, argument or None) for name, argument in steps),
        graph.add("buffersink"),
    ]
    graph.link_nodes(*nodes)
    graph.configure()
    return graph
