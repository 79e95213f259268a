"""One drawn picture as a file."""

from __future__ import annotations

import cv2

from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.targets.claims import OutputFile, write_whole


def write_picture(file: OutputFile, frame: Frame, quality: int) -> None:
    """Write a picture to a claimed file, as PNG, JPEG or WebP, as its name ends.

    Args:
        file: the file to be.
        frame: the picture.
        quality: 1 to 100, of JPEG and WebP; higher is better and larger.

    Raises:
        SinkError: it is too large for the format, or cannot be written.
    """
    ending = file.path.suffix.lower()
    qualities = {
        ".jpg": cv2.IMWRITE_JPEG_QUALITY,
        ".jpeg": cv2.IMWRITE_JPEG_QUALITY,
        ".webp": cv2.IMWRITE_WEBP_QUALITY,
    }
    options = [qualities[ending], quality] if ending in qualities else []
    try:
        is_encoded, content = cv2.imencode(ending, frame.bgr, options)
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
