"""Label maps as pictures: the part ids themselves, with a palette to look at them by."""

from __future__ import annotations

import re
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing
from mirror.outputs.png_folder import PngFolder
from pipeline.targets.part_folder import PartFolder, Series

MASKS = Series(re.compile(r"\d{6,}\.png"), "parts.json")


class MaskFolder(PngFolder):
    """Writes a palette PNG a frame, ``000000.png`` on, and ``parts.json``; see ``PngFolder``.

    A pixel's value is its part id, whatever colour a viewer shows it in.

    Args:
        folder: the folder to be, claimed for ``MASKS``.
        parts: the names of the part ids.
        palette: one ``#rrggbb`` a part id.
    """

    stage = "masks"

    def __init__(self, folder: PartFolder, parts: LabelSet, palette: tuple[str, ...]) -> None:
        super().__init__(folder, MASKS.mark, description_of(parts, palette))
        self._encode = PaletteEncoder(palette)

    def png_of(self, parsing: Parsing) -> bytes:
        """Return the label map's file."""
        return self._encode(parsing.labels)


def description_of(parts: LabelSet, palette: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return what ``parts.json`` says: what the values mean, and what colour shows each."""
    return {
        "parts": {str(id): name for id, name in enumerate(parts.names)},
        "palette": dict(zip(parts.names, palette, strict=False)),
    }


class PaletteEncoder:
    """Calls turn a label map, (H, W) uint8, into a PNG whose pixel values are the part ids."""

    def __init__(self, palette: tuple[str, ...]) -> None:
        self._palette = _argb(palette)
        self._context: VideoCodecContext | None = None

    def __call__(self, labels: LabelMap) -> bytes:
        """Return the file's bytes."""
        height, width = labels.shape
        if self._context is None or (self._context.height, self._context.width) != labels.shape:
            self._context = _png_encoder(height, width)
        pixels = (np.ascontiguousarray(labels), self._palette)
        picture = av.VideoFrame.from_ndarray(pixels, format="pal8")  # type: ignore[arg-type]
        (packet,) = self._context.encode(picture)
        return bytes(packet)


def _png_encoder(height: int, width: int) -> VideoCodecContext:
    context = av.CodecContext.create("png", "w")
    assert isinstance(context, VideoCodecContext)
    context.width, context.height, context.pix_fmt = width, height, "pal8"
    context.time_base = Fraction(1, 1)
    context.thread_count = 1  # more would hold frames back
    # plain areas: the fastest compression without prediction is 30 % larger and 3 times as fast
    context.options = {"compression_level": "1", "pred": "none"}
    return context


def _argb(palette: tuple[str, ...]) -> NDArray[np.uint8]:
    table = np.zeros((256, 4), np.uint8)
    table[:, 0] = 255
    for id, colour in enumerate(palette):
        table[id, 1:] = list(bytes.fromhex(colour[1:]))
    return table
