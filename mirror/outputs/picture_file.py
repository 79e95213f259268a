"""One drawn picture as a file."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SinkError
from pipeline.frame import Frame, planes_of
from pipeline.sinks.container import no_transparency
from pipeline.targets.claims import OutputFile, write_whole


def write_picture(file: OutputFile, frame: Frame, quality: int) -> None:
    """Write a picture to a claimed file, as PNG, JPEG or WebP, as its name ends.

    Args:
        file: the file to be.
        frame: the picture; ``bgra`` says how opaque each pixel is, which PNG and WebP hold.
        quality: 1 to 100, of JPEG and WebP; higher is better and larger.

    Raises:
        SinkError: it is too large for the format, or cannot be written.
    """
    ending = file.path.suffix.lower()
    image: NDArray[np.uint8] = frame.bgr
    if frame.pixel_format == "bgra":
        if ending not in (".png", ".webp"):
            raise no_transparency(file.path)
        image = np.ascontiguousarray(planes_of(frame.picture)[0], np.uint8)
    qualities = {
        ".jpg": cv2.IMWRITE_JPEG_QUALITY,
        ".jpeg": cv2.IMWRITE_JPEG_QUALITY,
        ".webp": cv2.IMWRITE_WEBP_QUALITY,
    }
    options = [qualities[ending], quality] if ending in qualities else []
    try:
        is_encoded, content = cv2.imencode(ending, image, options)
    except cv2.error:
        is_encoded = False
    if not is_encoded:
        raise SinkError(
            "picture.not_encoded",
            "{path} cannot hold {width}x{height} pixels; write it as PNG",
            path=file.path,
            width=frame.width,
            height=frame.height,
        )
    write_whole(file, content.tobytes())
