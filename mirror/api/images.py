"""What may be given as an image, and how it becomes (H, W, 3) uint8 in blue-green-red order."""

from __future__ import annotations

import sys
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from mirror.api.errors import ImageRefused
from pipeline.frame import BGR, Frame
from pipeline.sources.video import VideoFile

if TYPE_CHECKING:
    from PIL.Image import Image as PillowImage

Image: TypeAlias = "str | PathLike[str] | NDArray[np.uint8] | PillowImage"

_ONE_TICK = Fraction(1)  # a picture has no time: it is at 0


def frame_of(image: Image, rgb: bool = False) -> Frame:
    """Return a single picture as a frame at time 0, in memory of its own.

    Args:
        image: an array (H, W, 3) uint8; the path of a picture, which is turned upright as its EXIF
            data say; or a PIL image, whose pixels are taken as they lie.
        rgb: whether an array is in red-green-blue order, as Pillow and matplotlib have it. The
            default is OpenCV's order. Of a path and a PIL image it is known.

    Raises:
        ImageRefused: it is none of these; says what came.
        SourceError: the path cannot be read as a picture.
    """
    bgr = _read(Path(image)) if isinstance(image, str | PathLike) else as_bgr(image, rgb)
    frame = Frame.from_bgr(bgr, 0.0, 0, _ONE_TICK)
    frame.is_held = True  # there is time to look closely: nobody waits for the next frame
    return frame


def as_bgr(image: object, rgb: bool = False) -> BGR:
    """Return a copy of an array or a PIL image, (H, W, 3) uint8 BGR.

    Raises:
        ImageRefused: it is neither, or has another shape or type.
    """
    if _is_pillow(image):
        image, rgb = np.asarray(image.convert("RGB")), True  # type: ignore[attr-defined]
    if not isinstance(image, np.ndarray):
        raise ImageRefused(
            "image.not_an_image",
            "an image is an array (H, W, 3) of uint8, a path or a PIL image, got {got}",
            got=type(image).__name__,
        )
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
        raise ImageRefused(
            "image.bad_array",
            "an image is an array (H, W, 3) of uint8, a path or a PIL image, got {got}{hint}",
            got=_described(image),
            hint=_advice(image),
        )
    return np.array(image[:, :, ::-1] if rgb else image, order="C")


def _is_pillow(image: object) -> bool:
    pillow = sys.modules.get("PIL.Image")  # whoever has such an image has loaded it
    return pillow is not None and isinstance(image, pillow.Image)


def _read(path: Path) -> BGR:
    with VideoFile(path) as source:
        frame = next(iter(source))
    if not source.is_still:
        raise ImageRefused(
            "image.is_video",
            "{path} is a video, not a picture; mirror.open_video reads it",
            path=path,
        )
    return frame.bgr.copy()


def _described(image: NDArray[np.generic]) -> str:
    shape = ", ".join(str(side) for side in image.shape)
    return f"({shape}) of {image.dtype}"


def _advice(image: NDArray[np.generic]) -> str:
    """What most likely makes an image of it."""
    if not image.size:
        return ": there are no pixels in it"
    if image.ndim == 2:
        return ": grey becomes colour with np.stack([image] * 3, axis=2)"
    if image.ndim == 4:
        return ": several images go to Parser.batch or Parser.video, one after the other"
    if image.ndim == 3 and image.shape[2] == 4:
        return ": leave the fourth channel out with image[:, :, :3]"
    if image.ndim == 3 and image.shape[0] == 3 != image.shape[2]:
        return ": channels come last, np.moveaxis(image, 0, 2) puts them there"
    if image.ndim == 3 and image.dtype.kind == "f":
        return ": values from 0 to 1 become uint8 with (image * 255).astype(np.uint8)"
    return ""
