"""A contact sheet: a run at a glance, as one picture."""

from __future__ import annotations

from types import TracebackType

import av
import cv2
import numpy as np

from mirror.core.parsing import Parsing
from pipeline.frame import BGR, Frame
from pipeline.result import Result
from pipeline.targets.claims import OutputFile, write_whole

_TILES = 8
_COLUMNS = 4
_TILE_SIDE = 480  # pixels of a tile's longer side
_GAP = 6


class ContactSheet:
    """Writes a PNG of drawn pictures, evenly spread over a run of any length; see ``Output``.

    Args:
        file: the file to be, claimed.
    """

    stage = "sheet"
    remarks: tuple[str, ...] = ()

    def __init__(self, file: OutputFile) -> None:
        self._file = file
        self._tiles: list[BGR] = []
        self._step = 1

    def __enter__(self) -> ContactSheet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if kind is None and self._tiles:
            chosen = np.linspace(0, len(self._tiles) - 1, _TILES).round().astype(int)
            png = cv2.imencode(".png", arranged([self._tiles[place] for place in chosen]))[1]
            write_whole(self._file, png.tobytes())
        else:
            self._file.discard()

    def write(self, result: Result[Parsing], drawn: av.VideoFrame) -> None:
        """Keep every so many a picture; twice as many frames, when there are too many tiles."""
        if result.ticket % self._step:
            return
        self._tiles.append(_small(drawn))
        if len(self._tiles) > 4 * _TILES:
            self._tiles = self._tiles[::2]
            self._step *= 2


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


def _small(picture: av.VideoFrame) -> BGR:
    image = Frame(picture, 0.0).bgr
    scale = min(1.0, _TILE_SIDE / max(image.shape[:2]))
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small: BGR = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    return small
