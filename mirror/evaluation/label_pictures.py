"""Label maps in picture files: the ids themselves, whatever colours a palette shows them in."""

from __future__ import annotations

from pathlib import Path

import av
import av.error
import numpy as np

from mirror.evaluation.truth import BadDataSet
from mirror.parts import LabelMap


def read_labels(path: Path) -> LabelMap:
    """Return (H, W) uint8: the grey levels or palette places of an 8-bit picture.

    OpenCV would expand a palette into colours.

    Raises:
        BadDataSet: it cannot be read, or holds colours.
    """
    try:
        with av.open(str(path)) as container:
            picture = next(container.decode(video=0))
    except (av.error.FFmpegError, OSError, StopIteration) as error:
        raise BadDataSet("{path} is not a picture that can be read", path=path) from error
    if picture.format.name == "pal8":
        indices = picture.to_ndarray()[0]  # then its palette
        return np.ascontiguousarray(indices, np.uint8)
    if picture.format.name in ("gray", "monob", "monow"):
        return np.ascontiguousarray(picture.to_ndarray(format="gray"))
    raise BadDataSet(
        "{path} holds colours ({format}), not labels; save ids as grey levels or with a palette",
        path=path,
        format=picture.format.name,
    )
