"""Which checkpoints of M2FP are published, and where they lie on this machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mirror.core.errors import MirrorError

FILES = ("configuration.json", "pytorch_model.pt")
LICENCE = "CC BY-NC 4.0"
NOTICE = (
    "The weights are licensed under CC BY-NC 4.0: name their authors, and do not use them "
    "commercially."
)


class CheckpointMissing(MirrorError):
    """A checkpoint is not there, cannot be fetched, or is not what was fetched."""


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as the hub has it.

    Attributes:
        name: what the command line calls it.
        owners: who holds copies, the first to be asked first.
        repository: its name under each of them.
        single: whether it is for one person that fills the picture.
        megabytes: about how much there is to download.
    """

    name: str
    owners: tuple[str, ...]
    repository: str
    single: bool
    megabytes: int


PUBLISHED = {
    published.name: published
    for published in (
        Published("m2fp", ("damo", "iic"), "cv_resnet101_image-multiple-human-parsing", False, 253),
        Published(
            "m2fp-single", ("damo", "iic"), "cv_resnet101_image-single-human-parsing", True, 253
        ),
    )
}


def home_of(name: str, cache: Path) -> Path:
    """Return the folder that a download goes to."""
    published = PUBLISHED[name]
    return cache / "models" / published.owners[0] / published.repository


def find_checkpoint(name: str, cache: Path) -> Path:
    """Return the folder of a checkpoint, wherever a version of ModelScope's client has put it.

    Raises:
        CheckpointMissing: it is nowhere; says both ways to get it.
    """
    published = PUBLISHED[name]
    for owner in published.owners:
        for inner in ("models", ".", "hub/models", "hub"):
            folder = cache / inner / owner / published.repository
            if all((folder / file).is_file() for file in FILES):
                return folder
    raise CheckpointMissing(
        "checkpoint.missing",
        "the checkpoint of {parser} is not there; download it ({megabytes} MB)",
        parser=name,
        megabytes=published.megabytes,
    )
