"""What ``mirror stream`` does, as a value."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.quantities import Age, Name, Rate, Size
from mirror.core.schema import Schema, Setting
from mirror.core.settings import Config
from mirror.jobs.shared_fields import CoachName

InFormat = Literal["y4m", "raw", "mjpeg", "matroska", "mpegts", "mp4", "container"]
OutFormat = Literal["y4m", "raw", "mjpeg", "matroska", "labels", "jsonl"]


class StreamJob(Schema):
    """Frames that come in from somewhere, and the places that pictures and results go to."""

    kind: Literal["stream"] = "stream"
    source: Annotated[
        Name | None,
        Field(description="read a camera, an address or a file instead of stdin"),
        Setting("--source", "SOURCE"),
    ] = None
    realtime: Annotated[
        bool, Field(description="play a file at its own rate"), Setting("--realtime")
    ] = False
    in_format: Annotated[
        InFormat | None,
        Field(
            description="what comes in, if its first bytes do not say; container: let FFmpeg find "
            "out"
        ),
        Setting("--in-format"),
    ] = None
    size: Annotated[
        Size | None, Field(description="size of raw pictures"), Setting("--size", "WxH")
    ] = None
    pix_fmt: Annotated[
        Name,
        Field(description="pixel format of raw pictures, as FFmpeg names it"),
        Setting("--pix-fmt", "NAME"),
    ] = "bgr24"
    fps: Annotated[
        Rate,
        Field(description="frame rate of an input without times"),
        Setting("--fps", "N"),
    ] = Fraction(30)
    live: Annotated[
        bool, Field(description="drop old frames rather than fall behind"), Setting("--live")
    ] = False
    max_age: Annotated[
        Age | None,
        Field(description="when live: drop frames older than S seconds (0.5)"),
        Setting("--max-age", "S"),
    ] = None
    out_format: Annotated[
        OutFormat, Field(description="format of the output (y4m)"), Setting("--out-format")
    ] = "y4m"
    out: Annotated[
        tuple[Name, ...],
        Strict(False),
        Field(
            description="- (stdout), a file, a FIFO, tcp://HOST:PORT[?listen], or camera; can be "
            "repeated"
        ),
        Setting("--out", "[FORMAT=]TARGET"),
    ] = ()
    out_pix_fmt: Annotated[
        Name | None,
        Field(description="pixel format of the output (as in the input)"),
        Setting("--out-pix-fmt", "NAME"),
    ] = None
    fill: Annotated[
        bool,
        Field(
            description="when live: repeat pictures for dropped frames in formats without times "
            "(on)"
        ),
        Setting("--fill", negatable=True),
    ] = True
    results: Annotated[
        Name | None,
        Field(description="also write people and landmarks, as JSON Lines"),
        Setting("--results", "TARGET"),
    ] = None
    instances: Annotated[
        Path | None,
        Field(description="also write one PNG per frame, of which person each pixel is"),
        Setting("--instances", "DIR"),
    ] = None
    rle: Annotated[bool, Field(description="add masks to the results"), Setting("--rle")] = False
    coach: CoachName = None
    speak: Annotated[
        bool, Field(description="with a coach, say cues and counts aloud"), Setting("--speak")
    ] = False
    vmc: Annotated[
        Name | None,
        Field(description="also move an avatar, over the VMC protocol (port 39539 if not said)"),
        Setting("--vmc", "HOST[:PORT]"),
    ] = None
    vmc_calibration: Annotated[
        Literal["auto", "t-pose"],
        Field(description="how the avatar learns to stand straight: at once, or by a T-pose"),
        Setting("--vmc-calibration"),
    ] = "auto"
    overwrite: Annotated[
        bool, Field(description="replace existing files"), Setting("--overwrite")
    ] = False
    settings: Config = Config()
