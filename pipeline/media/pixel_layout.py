"""How the planes of a picture lie in a stream of bytes."""

from __future__ import annotations

import difflib
import functools
from dataclasses import dataclass

import av
import numpy as np
from av.video.format import names as _NAMES  # type: ignore[attr-defined]
from numpy.typing import NDArray

_LARGEST = 1 << 29  # bytes of a picture: 16384 x 16384 in 4:2:0; more is a broken header


@dataclass(frozen=True, slots=True)
class Layout:
    """The size and pixel format of uncompressed pictures without any padding.

    A picture in a stream is its planes one after the other, each its rows one after the other.

    Attributes:
        height, width: of the picture.
        pixel_format: FFmpeg's name, such as ``yuv420p``.

    Raises:
        ValueError: there is no such pixel format, none that is made of whole bytes, or the size is
            not one of a picture.
    """

    height: int
    width: int
    pixel_format: str

    def __post_init__(self) -> None:
        if self.height < 1 or self.width < 1:
            raise ValueError(f"a picture of {self.width}x{self.height} has no pixels")
        # no format has less than a byte for a pixel; FFmpeg cannot be asked about more than 31 bits
        if max(self.height, self.width, self.height * self.width) > _LARGEST or (
            self.size > _LARGEST
        ):
            raise ValueError(f"a picture of {self.width}x{self.height} is larger than any")

    @property
    def planes(self) -> tuple[tuple[int, int], ...]:
        """(rows, bytes a row) of each plane."""
        return _planes(self.height, self.width, self.pixel_format)

    @property
    def size(self) -> int:
        """Bytes of a picture."""
        return sum(rows * row_bytes for rows, row_bytes in self.planes)

    def blank(self) -> av.VideoFrame:
        """Return a picture in memory of its own; its pixels are whatever lay there."""
        return av.VideoFrame(self.width, self.height, self.pixel_format)

    def views(self, picture: av.VideoFrame) -> list[NDArray[np.uint8]]:
        """Return (rows, bytes a row) uint8 views of a picture's planes, in the stream's order.

        FFmpeg pads rows in memory, so a view is contiguous only where there is nothing to pad.
        Writing into a view writes into the picture.
        """
        views = []
        for plane, (rows, row_bytes) in zip(picture.planes, self.planes, strict=True):
            stride = plane.line_size
            memory = np.frombuffer(memoryview(plane), np.uint8).reshape(rows, abs(stride))
            # a picture that a filter turned upside down counts its rows backwards
            views.append(memory[:: 1 if stride > 0 else -1, :row_bytes])
        return views


@functools.lru_cache(maxsize=64)
def _planes(height: int, width: int, pixel_format: str) -> tuple[tuple[int, int], ...]:
    shape = _format(pixel_format, height, width)
    planes = 1 + max(component.plane for component in shape.components)
    if planes == 1:  # packed, and perhaps with bits or bytes that belong to no component
        return ((height, -(-width * shape.padded_bits_per_pixel // 8)),)
    sizes = []
    for plane in range(planes):
        inside = [component for component in shape.components if component.plane == plane]
        row_bytes = sum(component.width * -(-component.bits // 8) for component in inside)
        sizes.append((inside[0].height, row_bytes))
    return tuple(sizes)


def _format(name: str, height: int, width: int) -> av.VideoFormat:
    try:
        shape = av.VideoFormat(name, width, height)
    except ValueError:
        near = difflib.get_close_matches(name, sorted(_NAMES), n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"no pixel format is called {name!r}{hint}") from None
    if shape.has_palette or shape.is_bit_stream or not shape.components:
        raise ValueError(f"{name} cannot be streamed: its pixels are not whole bytes of their own")
    return shape
