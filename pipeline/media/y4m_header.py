"""The header of a YUV4MPEG2 stream: uncompressed pictures that say their own size and rate."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from pipeline.media.pixel_layout import Layout

MAGIC = b"YUV4MPEG2"
FRAME = b"FRAME"
LONGEST = 1024  # bytes of a header line; more is no header

_FORMATS = {  # what follows the C -> FFmpeg's pixel format; of equal ones the last is written
    "420": "yuv420p",
    "420paldv": "yuv420p",
    "420mpeg2": "yuv420p",
    "420jpeg": "yuv420p",
    "411": "yuv411p",
    "422": "yuv422p",
    "444": "yuv444p",
    "444alpha": "yuva444p",
    "mono": "gray",
    **{f"mono{bits}": f"gray{bits}le" for bits in (9, 10, 12, 16)},
    **{
        f"{chroma}p{bits}": f"yuv{chroma}p{bits}le"
        for chroma in ("420", "422", "444")
        for bits in (9, 10, 12, 14, 16)
    },
}
_TAGS = {pixel_format: tag for tag, pixel_format in _FORMATS.items()}
_UNKNOWN = "0:0"


@dataclass(frozen=True, slots=True)
class Y4mHeader:
    """What a stream says of itself.

    Attributes:
        layout: the size and pixel format of every picture.
        rate: frames a second; None where the stream does not say.
        aspect: how wide a pixel is for its height; 1 where the stream does not say.
        full_range: whether 8-bit luma runs from 0 to 255, not from 16 to 235; None if unsaid.
    """

    layout: Layout
    rate: Fraction | None = None
    aspect: Fraction = Fraction(1)
    full_range: bool | None = None

    def line(self) -> bytes:
        """Return the header line, with its end."""
        rate = _UNKNOWN if self.rate is None else f"{self.rate.numerator}:{self.rate.denominator}"
        words = [
            f"W{self.layout.width}",
            f"H{self.layout.height}",
            f"F{rate}",
            "Ip",
            f"A{self.aspect.numerator}:{self.aspect.denominator}",
            f"C{_TAGS[self.layout.pixel_format]}",
        ]
        if self.full_range is not None:
            words.append(f"XCOLORRANGE={'FULL' if self.full_range else 'LIMITED'}")
        return MAGIC + b" " + " ".join(words).encode() + b"\n"


def holds(pixel_format: str) -> bool:
    """Whether pictures of a pixel format can stand in a stream as they are."""
    return pixel_format in _TAGS


def parse_header(line: bytes) -> Y4mHeader:
    """Return what a header line says.

    Raises:
        ValueError: it is none, or tells of pictures that cannot be.
    """
    magic, *words = line.split()
    if magic != MAGIC:
        raise ValueError(f"it begins with {line[:12]!r}, not with {MAGIC.decode()}")
    said = {word[:1]: word[1:].decode("ascii", "replace") for word in words if word[:1] != b"X"}
    comments = [word[1:].decode("ascii", "replace") for word in words if word[:1] == b"X"]
    tag = said.get(b"C", "420")
    if tag not in _FORMATS:
        raise ValueError(f"its colour space C{tag} is unknown; there are: {', '.join(_FORMATS)}")
    if not re.fullmatch(r"\d{1,6}", said.get(b"W", "")) or not said.get(b"H", "").isdigit():
        raise ValueError("its header does not say a width and a height")
    ranges = {"COLORRANGE=FULL": True, "COLORRANGE=LIMITED": False}
    return Y4mHeader(
        Layout(int(said[b"H"]), int(said[b"W"]), _FORMATS[tag]),
        _ratio(said.get(b"F", _UNKNOWN)),
        _ratio(said.get(b"A", _UNKNOWN)) or Fraction(1),
        next((ranges[comment] for comment in comments if comment in ranges), None),
    )


def _ratio(text: str) -> Fraction | None:
    """A ratio written with a colon; None where either side is 0, which stands for unknown."""
    found = re.fullmatch(r"(\d{1,9}):(\d{1,9})", text)
    if found is None:
        raise ValueError(f"its header says {text!r} where two numbers with a colon belong")
    above, below = int(found[1]), int(found[2])
    return Fraction(above, below) if above and below else None
