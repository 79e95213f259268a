"""What a run over recorded frames is to leave behind, as far as the user says where."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from mirror.outputs.instance_folder import instances_path
from mirror.outputs.masks import MASKS
from pipeline.targets.apart import OutputPath


@dataclass(frozen=True, slots=True)
class PlannedOutputs:
    """Where a run's outputs go; None for what is not wanted."""

    film: OutputPath
    masks: OutputPath | None
    results: OutputPath | None
    stats: OutputPath | None
    instances: OutputPath | None = None

    @classmethod
    def at(
        cls,
        film: Path,
        masks: Path | None,
        results: Path | None,
        stats: Path | None,
        instances: Path | None = None,
    ) -> Self:
        """Return the outputs at some paths, each with the flag that names it."""
        return cls(
            OutputPath("-o", film),
            None if masks is None else OutputPath("--masks", masks, MASKS),
            None if results is None else OutputPath("--results", results),
            None if stats is None else OutputPath("--stats", stats),
            None if instances is None else instances_path(instances),
        )

    @property
    def all(self) -> list[OutputPath]:
        """All that are wanted."""
        found = (self.film, self.masks, self.instances, self.results, self.stats)
        return [path for path in found if path is not None]
