"""Pictures as they come over the network, and as they go back."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap
from mirror.serve.problems import Problem
from pipeline.frame import BGR
from pipeline.media.input_limits import MEGA
from pipeline.sources.picture_size import size_in_header

ImageFormat = Literal["jpeg", "png", "webp"]

_JPEG_QUALITY = 90
_WEBP_QUALITY = 85
_OPTIONS: dict[ImageFormat, tuple[int, ...]] = {
    "jpeg": (cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY),
    "png": (cv2.IMWRITE_PNG_COMPRESSION, 1),
    "webp": (cv2.IMWRITE_WEBP_QUALITY, _WEBP_QUALITY),
}


def decode(data: bytes, max_pixels: int) -> BGR:
    """Return a JPEG, PNG or WebP as (H, W, 3) uint8 BGR, upright as its EXIF data say.

    Its size is read before it is decoded: a few kilobytes can ask for gigabytes.

    Raises:
        Problem: it is none of these (415), too large (413), or damaged (422).
    """
    size = size_in_header(data)
    if size is None:
        raise Problem(415, "picture.unknown", "A picture is a JPEG, a PNG or a WebP.")
    if not 0 < size[0] * size[1] <= max_pixels:
        raise Problem(
            413, "picture.too_large", f"A picture has {max_pixels / MEGA:g} megapixels at most.",
            max_pixels=max_pixels, height=size[0], width=size[1],
        )  # fmt: skip
    try:
        image = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:  # its own limits on sides
        image = None
    if image is None:
        raise Problem(422, "picture.damaged", "The picture cannot be decoded: it is damaged.")
    return np.asarray(image, np.uint8)


def encode(image: BGR, image_format: ImageFormat) -> bytes:
    """Return (H, W, 3) uint8 BGR as a file's bytes."""
    done, data = cv2.imencode(f".{image_format}", image, _OPTIONS[image_format])
    assert done, image_format
    return bytes(data)


def encode_ids(ids: LabelMap | InstanceMap) -> bytes:
    """Return an (H, W) map of ids as a grey PNG, 8 bits a pixel or 16: the ids themselves."""
    done, data = cv2.imencode(".png", ids, _OPTIONS["png"])
    assert done
    return bytes(data)
