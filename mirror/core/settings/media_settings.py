"""How large what comes in may be, and how videos are encoded."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

from pydantic import Field

from mirror.core.schema import Schema, Setting

SLOWEST, FASTEST = Fraction(1, 1000), 1000  # frames a second
_LARGEST_MEGAPIXELS = 2000  # FFmpeg counts pixels in 31 bits


class VideoConfig(Schema):
    """How videos are encoded."""

    codec: Annotated[
        str,
        Field(description="h264, h265, vp9, av1, mpeg4, ffv1"),
        Setting(
            "--codec",
            "NAME",
            suggests=("h264", "h265", "vp9", "av1", "mpeg4", "ffv1"),
            more="auto: what plays everywhere",
        ),
    ] = "auto"
    quality: Annotated[
        int,
        Field(ge=0, le=63, description="of the video, lower is better"),
        Setting("--quality", "HOW|N", more="a constant rate factor: lower is larger, too"),
    ] = 20
    preset: Annotated[
        str,
        Field(description="encoder preset, ultrafast to veryslow"),
        Setting(
            "--preset",
            "NAME",
            suggests=("ultrafast", "veryfast", "fast", "medium", "slow", "veryslow"),
            more="x264's and x265's trade of time for size",
        ),
    ] = "veryfast"
    container: Annotated[
        str,
        Field(description="mp4, mov, mkv, webm"),
        Setting(
            "--container",
            "NAME",
            suggests=("mp4", "mov", "mkv", "webm"),
            more="auto: as the output's name ends",
        ),
    ] = "auto"


class InputConfig(Schema):
    """How large what comes in may be."""

    max_megapixels: Annotated[
        float,
        Field(
            gt=0,
            le=_LARGEST_MEGAPIXELS,
            description="a picture with more is refused before memory is taken for it",
        ),
    ] = 100.0
    max_jpeg_megabytes: Annotated[
        float,
        Field(gt=0, le=_LARGEST_MEGAPIXELS, description="of one picture in a stream of JPEG files"),
    ] = 64.0
