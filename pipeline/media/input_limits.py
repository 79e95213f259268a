"""How large what comes in may be, checked before memory is taken for it."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.errors import SourceError

MEGA = 1_000_000
_INT_MAX = (1 << 31) - 1


class TooManyPixels(SourceError):
    """A picture is larger than the limit; it was not decoded."""


@dataclass(frozen=True, slots=True)
class InputLimits:
    """What is refused unread: a file of a few kilobytes can ask for gigabytes.

    Attributes:
        pixels: of one picture.
        jpeg_bytes: of one compressed picture in a stream of them.
        stays: whether an address or a file is all that is opened: what comes from it can name no
            other, and a server cannot send on to another. For what others choose, or have made.
    """

    pixels: int = 100 * MEGA
    jpeg_bytes: int = 64 << 20
    stays: bool = False

    @property
    def decoder_pixels(self) -> int:
        """FFmpeg's limit: a little more, since some decoders count the edges that they add."""
        return min(self.pixels + self.pixels // 8 + (1 << 16), _INT_MAX)

    def check(self, height: int, width: int, name: object) -> None:
        """Refuse a picture by its size.

        Raises:
            TooManyPixels: it has more pixels than the limit; says how to raise that.
        """
        if height * width > self.pixels:
            raise TooManyPixels(
                "source.too_many_pixels",
                "{name}: pictures of {width}x{height} are over the limit of {limit:g} "
                "megapixels; raise it if they are meant",
                name=str(name),
                width=width,
                height=height,
                limit=self.pixels / MEGA,
            )


USUAL_LIMITS = InputLimits()
NOT_DECODED = InputLimits(pixels=_INT_MAX)  # of what is only copied
