"""Pictures of 256 colours, chosen for each."""

from __future__ import annotations

from fractions import Fraction

import av
from av.filter import Graph

_TICK = Fraction(1, 100)  # GIF's; what counts is that the times go up


class PaletteFilter:
    """Calls turn a picture, rgb24 and of one size, into one of ``pal8`` at the same time.

    A palette of its own for every picture: one for all would need the whole film beforehand.

    Args:
        width, height: of the pictures.
    """

    def __init__(self, width: int, height: int) -> None:
        self._graph = graph = Graph()
        form = av.VideoFormat("rgb24", width, height)
        source = graph.add_buffer(width=width, height=height, format=form, time_base=_TICK)
        twice, sink = graph.add("split"), graph.add("buffersink")
        palette = graph.add("palettegen", "stats_mode=single")
        # a pattern that stands still, and is light, since it costs a third of the file's size
        used = graph.add("paletteuse", "new=1:dither=bayer:bayer_scale=5")
        source.link_to(twice)
        twice.link_to(palette, 0, 0)
        twice.link_to(used, 1, 0)
        palette.link_to(used, 0, 1)
        used.link_to(sink)
        graph.configure()

    def __call__(self, picture: av.VideoFrame) -> av.VideoFrame:
        """Return the picture in its own colours, as near as 256 come."""
        self._graph.push(picture)
        found = self._graph.pull()
        assert isinstance(found, av.VideoFrame)
        found.pts, found.time_base = picture.pts, picture.time_base
        return found
