"""Label maps in picture files: the ids themselves, whatever colours a palette shows them in."""

from __future__ import annotations

from pathlib import Path

import av.error
import numpy as np

from mirror.core.label_set import LabelMap
from mirror.evaluation.truth import BadDataSet
from pipeline.frame import planes_of
from pipeline.media.opening import open_file


def read_labels(path: Path) -> LabelMap:
    """Return (H, W) uint8: the grey levels or palette places of an 8-bit picture.

    OpenCV would expand a palette into colours.

    Raises:
        BadDataSet: it cannot be read, or holds colours.
        TooManyPixels: it is too large.
    """
    try:
        with open_file(path) as container:
            picture = next(container.decode(video=0))
    except (av.error.FFmpegError, OSError, StopIteration) as error:
        raise BadDataSet(
            "dataset.bad_picture", "{path} is not a picture that can be read", path=path
        ) from error
    if picture.format.name in ("pal8", "gray"):
        return np.ascontiguousarray(planes_of(picture)[0], np.uint8)
    if picture.format.name == "monob":  # one bit: 0 and 1
        return np.asarray(picture.to_ndarray(format="gray") > 0, np.uint8)
    raise BadDataSet(
        "dataset.colours_not_labels",
        "{path} holds colours ({format}), not labels; save ids as grey levels or with a palette",
        path=path,
        format=picture.format.name,
    )
