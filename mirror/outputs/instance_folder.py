"""Instance maps as pictures: plain grey, whose values are people's numbers."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np

from mirror.core.instance_map import UNASSIGNED
from mirror.core.parsing import Parsing
from mirror.outputs.png_folder import PngFolder
from pipeline.targets.distinct_paths import OutputPath
from pipeline.targets.part_folder import PartFolder, Series

INSTANCES = Series(re.compile(r"\d{6,}\.png"), "instances.json")

DESCRIPTION = {
    "values": {"0": "nobody", str(UNASSIGNED): "a part of nobody in particular"},
    "other values": "people[].instance of the frame's line in the results",
    "bits": "8; 16 in frames in which somebody's instance is above 255",
}


def instances_path(folder: Path) -> OutputPath:
    """Return the output that ``--instances`` asks for."""
    return OutputPath("--instances", folder, INSTANCES)


class InstanceFolder(PngFolder):
    """Writes a grey PNG a frame, ``000000.png`` on, and ``instances.json``; see ``PngFolder``.

    A pixel's value is its person's ``instance``: 8 bits, or 16 in frames that need them.

    Args:
        folder: the folder to be, claimed for ``INSTANCES``.
    """

    stage = "instances"

    def __init__(self, folder: PartFolder) -> None:
        super().__init__(folder, INSTANCES.mark, DESCRIPTION)

    def png_of(self, parsing: Parsing) -> bytes:
        """Return the instance map's file."""
        # any option, even the fastest compression, takes three times as long as none
        _, encoded = cv2.imencode(".png", np.ascontiguousarray(parsing.instances))
        return bytes(encoded)
