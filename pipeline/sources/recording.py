"""Recordings by their path: what a file, or a folder, turns out to be."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.sources import Recorded
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.stream.y4m import Y4mFile, is_y4m
from pipeline.sources.video import VideoFile
from pipeline.targets.path import is_file, is_folder


def open_recording(
    path: Path, rate: Fraction = Fraction(30), limits: InputLimits = USUAL_LIMITS
) -> Recorded:
    """Return a video file, or a folder's pictures at a rate of frames a second.

    Raises:
        SourceError: there is nothing to be seen there; says why, and what to do.
    """
    if is_folder(path):
        return PictureFolder(path, rate, limits=limits)
    # FFmpeg gives a y4m file up at its first damaged mark
    if is_file(path) and is_y4m(path):
        return Y4mFile(path, rate, limits=limits)
    return VideoFile(path, limits=limits)
