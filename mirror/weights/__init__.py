"""The weights that ship with the product, checked before they are used.

Where they come from and under which licence: README.md in this folder.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from pipeline.errors import PipelineError

_SHA256 = {
    "movenet-multipose": "8d7974d306112d6a4f47072cd3001af4251415ce838564c8785a93148458bb08",
    "nanodet": "354842c320b62c18c087e2a38cd122e30056e1805dee6ff3d5712ac9a76f2972",
    "pose_landmark_lite": "5df93eb9a39b8c379f012e4bafe9df0bab53d7b42038bf76dcd77ac5499c5856",
    "pose_landmark_full": "7008c68b2dfad83d8d9c25fca18e4c0a42f62de84a9121f8fb1b55a6eaf2a339",
}
NAMES = tuple(_SHA256)


class WeightsBroken(PipelineError):
    """Weights that should have come with the installation are missing or damaged."""


def path(name: str) -> Path:
    """Return where the ONNX file of that name lies; it may be missing or damaged."""
    return Path(__file__).parent / f"{name}.onnx"


def verify(name: str) -> Path:
    """Return the path of a file whose contents are what was shipped.

    Raises:
        WeightsBroken: it is missing, or its checksum is wrong.
    """
    file = path(name)
    try:
        checksum = hashlib.sha256(file.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise WeightsBroken(
            "weights.missing",
            "the weights {name} are missing; {remedy}",
            name=file.name,
            remedy=_REMEDY,
        ) from None
    if checksum != _SHA256[name]:
        raise WeightsBroken(
            "weights.damaged",
            "the weights {name} are damaged (wrong checksum); {remedy}",
            name=file.name,
            remedy=_REMEDY,
        )
    return file


_REMEDY = "install again: pip install --force-reinstall --no-deps smart-mirror"
