"""What a run over recorded frames is to leave behind, as far as the user says where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mirror.outputs.instance_folder import INSTANCES
from mirror.outputs.masks import MASKS
from pipeline.targets.distinct_paths import OutputPath

_FLAGS = {  # what a user says to have each
    "film": "-o",
    "masks": "--masks",
    "instances": "--instances",
    "results": "--results",
    "stats": "--stats",
    "sheet": "--sheet",
}
_SERIES = {"masks": MASKS, "instances": INSTANCES}  # those that are folders


@dataclass(frozen=True, slots=True)
class PlannedOutputs:
    """Where a run's outputs go; None for what is not wanted."""

    film: OutputPath | None = None
    masks: OutputPath | None = None
    instances: OutputPath | None = None
    results: OutputPath | None = None
    stats: OutputPath | None = None
    sheet: OutputPath | None = None

    @classmethod
    def at(cls, calls: Mapping[str, str], **paths: Path | None) -> Self:
        """Return the outputs at some paths.

        Args:
            calls: what messages call an output, where that is not its usual option.
            **paths: of each output by the name of its attribute; None where it is not wanted.
        """
        names = {**_FLAGS, **calls}
        return cls(
            **{
                name: OutputPath(names[name], path, _SERIES.get(name))
                for name, path in paths.items()
                if path is not None
            }
        )

    @property
    def all(self) -> list[OutputPath]:
        """All that are wanted."""
        folders, files = (self.masks, self.instances), (self.results, self.stats, self.sheet)
        return [path for path in (self.film, *folders, *files) if path is not None]

    def __str__(self) -> str:
        """What a report says was written: pictures, or else the first of what there is."""
        shown = [path for path in (self.film, self.sheet) if path is not None] or self.all[:1]
        return " and ".join(str(path.path) for path in shown)
