"""What every service does with a picture: a JPEG in, the same with its parts drawn out."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from mirror.core.settings import load
from mirror.parsers.catalogue import find_parser
from mirror.parsers.parser_workers import parse_alone
from mirror.rendering.overlay import Style, draw
from pipeline.frame import BGR, Frame

_QUALITY = 90  # the service's own


def make_work(parser: str, threads: int) -> Callable[[bytes], bytes]:
    """Load a parser of one's own, with nothing of the service round it; one thread may use it.

    Args:
        parser: its name, as on the command line.
        threads: that it computes with.
    """
    cv2.setNumThreads(1)  # as the service does: there are as many workers as cores
    kind = find_parser(parser, load().parser)
    parse, style = kind.make_parse(threads), Style.of(kind.parts)

    def work(file: bytes) -> bytes:
        image = np.asarray(cv2.imdecode(np.frombuffer(file, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        parsing = parse_alone(kind, parse, Frame.from_bgr(image, 0.0))
        return as_jpeg(draw(image, parsing, style))

    return work


def as_jpeg(image: BGR) -> bytes:
    """Return (H, W, 3) uint8 BGR as a file, as the service encodes it."""
    return bytes(cv2.imencode(".jpg", image, (cv2.IMWRITE_JPEG_QUALITY, _QUALITY))[1])
