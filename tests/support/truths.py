"""Small data sets made in a test: bright bodies on a dark ground, and a parser that sees them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import BGR

SIZE = (60, 80)
Labels = NDArray[np.uint8]


def labels_of(*boxes: tuple[int, int, int, int], size: tuple[int, int] = SIZE) -> Labels:
    """Number from 1 on some boxes y0, x0, y1, x1."""
    labels = np.zeros(size, np.uint8)
    for number, (y0, x0, y1, x1) in enumerate(boxes, 1):
        labels[y0:y1, x0:x1] = number
    return labels


def picture_of(labels: Labels) -> BGR:
    """A picture in whose every pixel ``bright`` reads the label off: 20 grey levels each."""
    return np.repeat((labels * 20)[:, :, None], 3, axis=2)


def bright() -> Callable[[BGR], Labels]:
    """A custom parser: the label that a pixel's brightness stands for."""
    return lambda image: (image[:, :, 0] + 10) // 20


bright.parts = [  # type: ignore[attr-defined]
    "background", "head", "torso",
    "left-upper-arm", "right-upper-arm", "left-forearm", "right-forearm", "left-hand", "right-hand",
]  # fmt: skip


def light() -> Callable[[BGR], Labels]:
    """A custom parser that takes whatever is not dark for a head, in any picture."""
    return lambda image: (image[:, :, 0] > 10).astype(np.uint8)


light.parts = ["background", "head"]  # type: ignore[attr-defined]


def write_plain(
    folder: Path,
    pictures: Sequence[BGR],
    truths: Sequence[Mapping[str, Labels]],
    **about: object,
) -> Path:
    """Write a data set in the project's own form."""
    for name in ("images", "labels"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for number, (picture, truth) in enumerate(zip(pictures, truths, strict=True)):
        cv2.imwrite(str(folder / "images" / f"{number:03d}.png"), picture)
        np.savez(folder / "labels" / f"{number:03d}.npz", **dict(truth))  # type: ignore[arg-type]
    (folder / "set.json").write_text(json.dumps(about))
    return folder
