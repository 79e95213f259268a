"""Mattes that the effects cut people out along, and what any system costs at 720p."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import nearest_instances
from mirror.core.parsing import Parsing
from mirror.core.resources import media_file
from mirror.evaluation.prediction import Prediction, prediction_of
from mirror.evaluation.systems import System
from mirror.evaluation.systems.cpu import ThreadCost
from mirror.evaluation.systems.parser import MakePredict
from mirror.evaluation.truth import DataSet, Sample, Truth
from mirror.rendering.effects.compositing import Cutter
from pipeline.frame import BGR, Frame
from pipeline.sources.video import VideoFile

Edges = Literal["refined", "soft", "hard"]
EDGES: tuple[Edges, ...] = ("refined", "soft", "hard")
_FRAMES = 24


def cutting(edges: Edges) -> MakePredict:
    """Return what makes a cutter of one frame after the other, as effects have it.

    Args:
        edges: ``refined`` by the picture, ``soft`` as the parser has them, or ``hard``: its labels.
    """
    return lambda cost: _Cutting(edges, cost)


class _Cutting:
    """Counts only what the cutter takes: telling people apart again is for judging."""

    def __init__(self, edges: Edges, cost: ThreadCost) -> None:
        self._cutter = None if edges == "hard" else Cutter(refine=edges == "refined")
        self._cost = cost

    def __call__(self, frame: Frame, parsing: Parsing) -> Prediction:
        if self._cutter is None:
            return prediction_of(parsing)
        image = frame.bgr
        with self._cost.block():
            matte = self._cutter.cut(image, parsing).matte
        return _prediction(parsing, matte)


def cost_at_720p(system: System) -> float | None:
    """Return the CPU milliseconds a frame of the package's own clip takes at 1280 x 720.

    Raises:
        as the system's ``answers``.
    """
    with tempfile.TemporaryDirectory(prefix="mirror-720p-") as folder:
        samples = tuple(_samples(Path(folder)))
        for _ in system.answers(DataSet("720p", samples, clip=True), samples):
            pass
    return system.cpu_ms


def _samples(folder: Path) -> list[Sample]:
    made = []
    for number, frame in zip(range(_FRAMES), VideoFile(media_file("leg-raise.mp4")), strict=False):
        path = folder / f"{number:05d}.bmp"
        cv2.imwrite(str(path), _at_720p(frame.bgr))
        made.append(Sample(path.stem, path, _nobody))
    return made


def _at_720p(image: BGR) -> NDArray[np.uint8]:
    """The middle of an upright picture, 16:9."""
    rows = image.shape[1] * 9 // 16
    top = (image.shape[0] - rows) // 2
    return np.asarray(cv2.resize(image[top : top + rows], (1280, 720)), np.uint8)


def _nobody() -> Truth:
    return Truth(np.zeros((720, 1280), np.uint8))


def _prediction(parsing: Parsing, matte: NDArray[np.uint8]) -> Prediction:
    """A matte cut at one half; each pixel is whoever's is nearest."""
    found = prediction_of(parsing)
    inside = matte > 127
    if not found.persons.any():
        return Prediction(inside.astype(np.uint8), (1.0,), alpha=matte, tells_apart=False)
    persons = np.where(inside, nearest_instances(found.persons), 0).astype(np.uint8)
    return Prediction(persons, found.scores, alpha=matte, tells_apart=found.tells_apart)
