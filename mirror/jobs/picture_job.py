"""What ``mirror picture`` does, as a value."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.schema import Schema, Setting
from mirror.core.settings import Config
from mirror.jobs.shared_fields import Overwrite, ResultsPath, WithRle

PictureFormat = Literal["png", "jpeg", "webp"]


class PictureJob(Schema):
    """Pictures to be parsed, each as if there were no other; what is None is not wanted."""

    kind: Literal["picture"] = "picture"
    sources: Annotated[
        tuple[Path, ...],
        Strict(False),
        Field(min_length=1, description="pictures, and folders of pictures"),
        Setting(metavar="IN"),
    ]
    output: Annotated[
        Path | None,
        Field(description="folder to write to, or the file where there is one picture"),
        Setting("--output", "OUT", short="-o", more="without it: beside each picture"),
    ] = None
    format: Annotated[
        PictureFormat | None,
        Field(description="what pictures are written as (as they came, or else png)"),
        Setting("--format"),
    ] = None
    masks: Annotated[
        Path | None,
        Field(description="write a label PNG per picture, and parts.json, to DIR"),
        Setting("--masks", "DIR"),
    ] = None
    instances: Annotated[
        Path | None,
        Field(description="write a PNG per picture, of which person each pixel is, to DIR"),
        Setting("--instances", "DIR"),
    ] = None
    results: ResultsPath = None
    rle: WithRle = False
    overwrite: Overwrite = False
    quality: Annotated[
        int,
        Field(ge=1, le=100, description="of JPEG and WebP, higher is better and larger"),
        Setting("--quality", "HOW|N"),
    ] = 95
    settings: Config = Config()
