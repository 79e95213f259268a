"""Pictures of people as network inputs: what graphs are compared and calibrated on."""

from __future__ import annotations

import numpy as np

from mirror.core.resources import media_file
from mirror.parsers.m2fp.preprocessing import NetworkInput, fitted
from pipeline.sources.video import VideoFile


def samples(height: int, width: int, count: int = 1) -> list[NetworkInput]:
    """Return frames of the bundled clip, spread over it, the same every time."""
    clip = [frame.bgr for frame in VideoFile(media_file("leg-raise.mp4"))]
    places = np.linspace(0, len(clip) - 1, count).astype(int)
    return [fitted(clip[place], height, width) for place in places]
