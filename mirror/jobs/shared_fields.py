"""Fields that several jobs have: one option of the command line each, said once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import Field

from mirror.core.quantities import Name
from mirror.core.schema import Setting

ResultsPath = Annotated[
    Path | None,
    Field(description="write people and landmarks to FILE, as JSON Lines"),
    Setting("--results", "FILE"),
]
WithRle = Annotated[
    bool, Field(description="add masks to the results, in COCO's RLE encoding"), Setting("--rle")
]
Overwrite = Annotated[bool, Field(description="replace existing outputs"), Setting("--overwrite")]
CoachName = Annotated[
    Name | None,
    Field(description="count repetitions and show them: an exercise, a programme, or auto"),
    Setting("--coach", "NAME|auto"),
]
