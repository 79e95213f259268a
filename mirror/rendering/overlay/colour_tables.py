"""Colours, as the numbers that a pixel format has for them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

import av
import numpy as np
from numpy.typing import NDArray

from mirror.rendering.overlay.style import MOST_PARTS
from pipeline.frame import BT709, BT2020, FCC, SMPTE240M, matrix_of

Ramp = NDArray[np.uint8] | NDArray[np.uint16]  # (256,), the value of every colour id

WHITE = 0xC0  # a colour id is a part id in the low six bits; the high two bleach it to white
DARK = MOST_PARTS
_DARK_COLOUR = (0.07, 0.08, 0.10)

_YUV = ("yuv410p", "yuv411p", "yuv420p", "yuv422p", "yuv440p", "yuv444p")
_PLANES: dict[str, tuple[str, ...]] = {  # the components in each plane; x is left alone
    **dict.fromkeys(_YUV, ("Y", "U", "V")),
    **dict.fromkeys(("yuva420p", "yuva422p", "yuva444p"), ("Y", "U", "V", "x")),
    **dict.fromkeys(("nv12", "nv16", "nv24"), ("Y", "UV")),
    "nv21": ("Y", "VU"),
    "gray": ("Y",),
    "gbrp": ("G", "B", "R"),
    "bgr24": ("BGR",),
    "rgb24": ("RGB",),
    "bgra": ("BGRx",),
    "rgba": ("RGBx",),
    "bgr0": ("BGRx",),
    "rgb0": ("RGBx",),
}
# Kr and Kb of ITU-R BT.709, FCC 73.682, SMPTE 240M and BT.2020; BT.601's in all other cases
_WEIGHTS = {
    BT709: (0.2126, 0.0722),
    FCC: (0.30, 0.11),
    SMPTE240M: (0.212, 0.087),
    BT2020: (0.2627, 0.0593),
}


@dataclass(frozen=True, slots=True)
class Coding:
    """How a picture writes colours.

    Attributes:
        planes: for each plane the components in it, of ``YUVRGBx``.
        chroma: rows and columns of the picture that one sample of U or V covers.
        matrix: FFmpeg's number of the matrix between YUV and RGB.
        full_range: whether 8-bit luma runs from 0 to 255, not from 16 to 235.
        bits: of a sample.
    """

    planes: tuple[str, ...]
    chroma: tuple[int, int]
    matrix: int
    full_range: bool
    bits: int


def coding_of(picture: av.VideoFrame) -> Coding:
    """Return how a picture writes colours.

    Raises:
        ValueError: its pixel format cannot be painted into; convert it to ``paintable_format``.
    """
    name = picture.format.name
    planes = _planes_of_format(name)
    if planes is None:
        raise ValueError(f"no colours can be painted into {name}; {paintable_format(name)} can")
    # FFmpeg takes all grey as full range, whatever it is tagged
    full = picture.color_range == 2 or name.startswith(("yuvj", "gray"))
    bits = picture.format.components[0].bits
    return Coding(planes, _chroma(picture.format), matrix_of(picture), full, bits)


def paintable_format(name: str) -> str:
    """Return a pixel format itself if it can be painted into, else the nearest that can."""
    if _planes_of_format(name) is not None:
        return name
    form = av.VideoFormat(name, 64, 64)
    bits = min(16, form.components[0].bits)
    depth = f"{bits}le" if bits > 8 else ""
    if form.is_rgb or form.has_palette:
        return f"gbrp{depth}" if depth else "bgr24"
    if len(form.components) < 3:
        return f"gray{depth}"
    sampling = {(1, 1): "444", (1, 2): "422"}.get(_chroma(form), "420")
    return f"yuv{sampling}p{depth}"


def _chroma(form: av.VideoFormat) -> tuple[int, int]:
    return 64 // form.chroma_height(64), 64 // form.chroma_width(64)


def _planes_of_format(name: str) -> tuple[str, ...] | None:
    if name in _PLANES:
        return _PLANES[name]
    deep = re.fullmatch(r"(gray|gbrp|yuva?4\d\dp)(9|1[0246])le", name)
    return _PLANES.get(deep[1] if deep else name.replace("yuvj", "yuv"))


@lru_cache(maxsize=64)
def ramp(palette: tuple[str, ...], component: str, coding: Coding) -> Ramp:
    """Return (256,) values, uint8 or uint16: what each colour id is in one component. Read-only."""
    colours = _inks(palette)
    top = (1 << coding.bits) - 1
    if component in "RGB":
        values = colours[:, "RGB".index(component)] * top
    else:
        values = _yuv(colours, component, coding)
    rounded = np.clip(values.round(), 0, top)
    table: Ramp = rounded.astype(np.uint16) if coding.bits > 8 else rounded.astype(np.uint8)
    table.flags.writeable = False
    return table


def _yuv(colours: NDArray[np.float64], component: str, coding: Coding) -> NDArray[np.float64]:
    red, green, blue = colours.T
    kr, kb = _WEIGHTS.get(coding.matrix, (0.299, 0.114))
    luma: NDArray[np.float64] = kr * red + (1 - kr - kb) * green + kb * blue
    unit = 1 << (coding.bits - 8)
    whole = (1 << coding.bits) - 1
    if component == "Y":
        return np.asarray(luma * whole if coding.full_range else (16 + 219 * luma) * unit)
    away = (blue - luma) / (1 - kb) if component == "U" else (red - luma) / (1 - kr)
    span = whole if coding.full_range else 224 * unit
    return np.asarray(128 * unit + away / 2 * span)


def _inks(palette: tuple[str, ...]) -> NDArray[np.float64]:
    """(256, 3), red, green and blue of every colour id, 0-1."""
    pure = np.ones((MOST_PARTS + 1, 3))
    pure[: len(palette)] = [tuple(bytes.fromhex(colour[1:])) for colour in palette]
    pure[: len(palette)] /= 255
    pure[DARK] = _DARK_COLOUR
    bleach = np.arange(4).reshape(4, 1, 1) / 3
    return (pure * (1 - bleach) + bleach).reshape(256, 3)
