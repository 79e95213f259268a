"""The bundled clip: long enough to be watched, small enough to ship, and without a jump."""

from __future__ import annotations

from itertools import pairwise

import cv2
import numpy as np

from mirror.core.resources import media_file
from pipeline.sources.video import VideoFile

CLIP = media_file("demo.mp4")


def test_the_bundled_clip_is_long_enough_to_be_watched_and_small_enough_to_ship() -> None:
    source = VideoFile(CLIP)
    rate, frames = source.footage.rate, source.footage.frames
    list(source)  # closes the file
    assert rate
    assert frames
    assert 5 <= frames / rate <= 10
    assert CLIP.stat().st_size < 1_500_000


def test_the_bundled_clip_loops_without_a_jump() -> None:
    small = [
        cv2.resize(frame.luma, (180, 200), interpolation=cv2.INTER_AREA).astype(np.float32)
        for frame in VideoFile(CLIP)
    ]
    steps = [float(np.abs(a - b).mean()) for a, b in pairwise(small)]
    assert float(np.abs(small[-1] - small[0]).mean()) < max(steps)
