"""Label and instance maps of single pictures, each in a file named after its picture."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

import cv2
import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.outputs.instance_folder import DESCRIPTION as INSTANCES_DESCRIPTION
from mirror.outputs.instance_folder import INSTANCES
from mirror.outputs.masks import MASKS, PaletteEncoder, description_of
from pipeline.targets.claims import OutputFile, claimed, write_whole
from pipeline.targets.distinct_paths import OutputPath


def label_file(palette: tuple[str, ...]) -> Callable[[OutputFile, Parsing], None]:
    """Return what writes a label map as a PNG whose values are the part ids."""
    encode = PaletteEncoder(palette)
    return lambda file, parsing: write_whole(file, encode(parsing.labels))


def instance_file(file: OutputFile, parsing: Parsing) -> None:
    """Write an instance map as a grey PNG whose values are people's numbers."""
    _, encoded = cv2.imencode(".png", np.ascontiguousarray(parsing.instances))
    write_whole(file, encoded.tobytes())


def describe(
    masks: Path | None,
    instances: Path | None,
    parts: LabelSet,
    palette: tuple[str, ...],
    overwrite: bool,
    uninterrupted: Callable[[], AbstractContextManager[None]],
) -> None:
    """Say in each folder what its files' values mean; one that says so already is left alone.

    Raises:
        SinkError: it says something else and may not be replaced, or cannot be written.
    """
    for folder, mark, flag, description in (
        (masks, MASKS.mark, "--masks", description_of(parts, palette)),
        (instances, INSTANCES.mark, "--instances", INSTANCES_DESCRIPTION),
    ):
        if folder is not None:
            _write(OutputPath(flag, folder / mark), description, overwrite, uninterrupted)


def _write(
    target: OutputPath,
    description: Mapping[str, object],
    overwrite: bool,
    uninterrupted: Callable[[], AbstractContextManager[None]],
) -> None:
    content = (json.dumps(description, indent=1) + "\n").encode()
    if target.path.is_file() and target.path.read_bytes() == content:
        return
    with claimed([target], [], overwrite, uninterrupted) as claims:
        write_whole(claims.file(target), content)
