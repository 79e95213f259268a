"""What ``mirror video`` does, as a value."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from mirror.core.quantities import Positive, Rate
from mirror.core.schema import Schema, Setting
from mirror.core.settings import Config
from mirror.jobs.shared_fields import CoachName, Overwrite, ResultsPath, WithRle


class VideoJob(Schema):
    """A recording to be parsed, and what is to be left of it; what is None is not wanted."""

    kind: Literal["video"] = "video"
    source: Annotated[
        Path, Field(description="a video, or a folder of pictures"), Setting(metavar="IN")
    ]
    output: Annotated[
        Path | None,
        Field(description="the video to write, or an animation (.gif, .webp)"),
        Setting("--output", "OUT", short="-o"),
    ] = None
    masks: Annotated[
        Path | None,
        Field(description="write one label PNG per frame, and parts.json, to DIR"),
        Setting("--masks", "DIR"),
    ] = None
    instances: Annotated[
        Path | None,
        Field(description="write one PNG per frame, of which person each pixel is, to DIR"),
        Setting("--instances", "DIR"),
    ] = None
    results: ResultsPath = None
    stats: Annotated[
        Path | None,
        Field(description="write the figures of the run to FILE, as JSON"),
        Setting("--stats", "FILE"),
    ] = None
    sheet: Annotated[
        Path | None,
        Field(description="write the run at a glance to FILE, as one PNG"),
        Setting("--sheet", "FILE"),
    ] = None
    rle: WithRle = False
    coach: CoachName = None
    overwrite: Overwrite = False
    limit: Annotated[
        Positive | None, Field(description="stop after N frames"), Setting("--limit", "N")
    ] = None
    fps: Annotated[
        Rate, Field(description="frame rate of a folder of pictures"), Setting("--fps", "N")
    ] = Fraction(30)
    settings: Config = Config()
