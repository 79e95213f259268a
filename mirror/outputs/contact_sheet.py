"""A contact sheet: a run at a glance, as one picture."""

from __future__ import annotations

import cv2
import numpy as np

from mirror.core.parsing import Parsing
from mirror.rendering.renderer import Renderer
from pipeline.frame import BGR
from pipeline.result import Result
from pipeline.targets.claims import OutputFile, write_whole

_TILES = 8
_COLUMNS = 4
_TILE_SIDE = 480  # pixels of a tile's longer side
_GAP = 6


class ContactSheet:
    """Writes a PNG of drawn pictures, evenly spread over a run of any length; see ``Consumer``.

    Args:
        file: the file to be, claimed.
        renderer: what draws; one that draws for other consumers, too, draws once.
    """

    stage = "sheet"
    remarks: tuple[str, ...] = ()

    def __init__(self, file: OutputFile, renderer: Renderer) -> None:
        self._file, self._renderer = file, renderer
        self._tiles: list[BGR] = []
        self._step = 1
        self._closed = False

    def consume(self, result: Result[Parsing]) -> None:
        """Keep every so many a picture; twice as many frames, when there are too many tiles."""
        if result.ticket % self._step:
            return
        drawn = self._renderer.render(result.frame, result.parsing)
        self._tiles.append(_small(drawn.bgr))
        if len(self._tiles) > 4 * _TILES:
            self._tiles = self._tiles[::2]
            self._step *= 2

    def close(self, failure: BaseException | None = None) -> None:
        """Write the sheet; after a failure, or without a picture, leave nothing.

        Raises:
            SinkError: it cannot be written; the disk may be full.
        """
        if self._closed:
            return
        self._closed = True
        self._renderer.end_scene()
        if failure is not None or not self._tiles:
            return self._file.discard()
        chosen = np.linspace(0, len(self._tiles) - 1, _TILES).round().astype(int)
        png = cv2.imencode(".png", arranged([self._tiles[place] for place in chosen]))[1]
        write_whole(self._file, png.tobytes())


def arranged(tiles: list[BGR]) -> BGR:
    """Return tiles in rows of four on a dark ground."""
    height, width = tiles[0].shape[:2]
    rows = -(-len(tiles) // _COLUMNS)
    ground = np.full(
        (rows * (height + _GAP) + _GAP, _COLUMNS * (width + _GAP) + _GAP, 3), 24, np.uint8
    )
    for place, tile in enumerate(tiles):
        row, column = divmod(place, _COLUMNS)
        y, x = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
        ground[y : y + height, x : x + width] = cv2.resize(tile, (width, height))
    return ground


def _small(image: BGR) -> BGR:
    scale = min(1.0, _TILE_SIDE / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small: BGR = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small
