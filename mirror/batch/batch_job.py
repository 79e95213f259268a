"""What ``mirror batch`` does, as a value."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.quantities import Positive
from mirror.core.schema import Schema, Setting
from mirror.core.settings import Config
from mirror.jobs.coaching import coach_files
from mirror.jobs.shared_fields import CoachName, Overwrite, WithRle
from mirror.version import __version__

Written = Literal["video", "results", "masks", "instances", "sheet"]
_SAME_WHATEVER = {"workers", "threads", "cpu", "parse_limit_s"}  # settings that change no output


class BatchJob(Schema):
    """Recordings to be parsed, each as a job by itself, and where all that comes of them goes."""

    kind: Literal["batch"] = "batch"
    sources: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(
            min_length=1,
            description="videos, folders and patterns of them, @FILE with one a line; also "
            "s3://... and other addresses that fsspec reads",
        ),
        Setting(metavar="IN"),
    ]
    output: Annotated[
        str,
        Field(description="folder to write to, here or at an address that fsspec writes"),
        Setting("--output", "DIR", short="-o"),
    ]
    write: Annotated[
        tuple[Written, ...],
        Strict(False),
        Field(
            description="what is written of each besides the tables, with commas between: video, "
            "results, masks, instances, sheet; or none"
        ),
        Setting("--write", "NAMES"),
    ] = ("video", "results")
    rle: WithRle = False
    coach: CoachName = None
    limit: Annotated[
        Positive | None,
        Field(description="stop after N frames of each"),
        Setting("--limit", "N"),
    ] = None
    overwrite: Overwrite = False
    settings: Config = Config()

    def fingerprint(self) -> str:
        """Return what stands for everything that outputs depend on besides their source.

        Raises:
            OSError: a file of the job, such as an exercise, cannot be read.
        """
        settings = self.settings.model_dump(mode="json", exclude={"serve"})
        parser = {
            key: value for key, value in settings["parser"].items() if key not in _SAME_WHATEVER
        }
        files = [Path(one.path).read_bytes() for one in coach_files(self.coach)]
        said = {
            "mirror": __version__,
            "settings": {**settings, "parser": parser},
            "write": sorted(self.write),
            "rle": self.rle,
            "coach": self.coach,
            "limit": self.limit,
            "files": [hashlib.sha256(content).hexdigest() for content in files],
        }
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()
