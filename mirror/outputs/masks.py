"""Label maps as pictures: the part ids themselves, with a palette to look at them by."""

from __future__ import annotations

import json
import re
from fractions import Fraction

import av
import numpy as np
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing
from pipeline.result import Result
from pipeline.targets.part_folder import PartFolder, Series

MASKS = Series(re.compile(r"\d{6,}\.png"), "parts.json")


class MaskFolder:
    """Writes a palette PNG a frame, ``000000.png`` on, and ``parts.json``; see ``Consumer``.

    A pixel's value is its part id, whatever colour a viewer shows it in. The folder is there when
    the run is complete; masks of an earlier run in it, and nothing else, make room then.

    Args:
        folder: the folder to be, claimed for ``MASKS``.
        parts: the names of the part ids.
        palette: one ``#rrggbb`` a part id.
    """

    stage = "masks"
    remarks: tuple[str, ...] = ()

    def __init__(self, folder: PartFolder, parts: LabelSet, palette: tuple[str, ...]) -> None:
        self._folder, self._parts, self._colours = folder, parts, palette
        self._encode = PaletteEncoder(palette)
        self._described = False

    def consume(self, result: Result[Parsing]) -> None:
        """Write one frame's label map; before the first, what the ids mean."""
        self._describe()
        self._folder.write(f"{result.ticket:06d}.png", self._encode(result.parsing.labels))

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the folder, or leave a part.

        Raises:
            SinkError: it cannot be written; the disk may be full.
        """
        try:
            if failure is None:
                self._describe()
        except BaseException as error:
            self._folder.__exit__(type(error), error, None)
            raise
        self._folder.__exit__(None if failure is None else type(failure), failure, None)

    def _describe(self) -> None:
        if self._described:
            return
        self._described = True
        colours = dict(zip(self._parts.names, self._colours, strict=False))
        description = {
            "parts": {str(id): name for id, name in enumerate(self._parts.names)},
            "palette": colours,
        }
        self._folder.write(MASKS.mark, (json.dumps(description, indent=1) + "\n").encode())


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
