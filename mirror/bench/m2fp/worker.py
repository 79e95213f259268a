"""One M2FP worker as a run has it, to be measured; without torch where its graph needs none."""

from __future__ import annotations

import multiprocessing

import cv2
import numpy as np

from mirror.core import machine
from mirror.core.label_set import LabelMap
from mirror.core.resources import media_file
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root, graphs_folder
from mirror.parsers.m2fp.model_factory import ModelFactory, Weights
from mirror.parsers.m2fp.preprocessing import NetworkInput, fitted, letterboxed
from mirror.parsers.m2fp.results.postprocessing import (
    NetworkOutput,
    humans_of,
    instances_of,
    parts_of,
)
from mirror.parsers.m2fp.runtimes import Run, RuntimeChoice
from pipeline.frame import BGR
from pipeline.sources.video import VideoFile

SIZE = (384, 512)  # (height, width) of the network's input
_PARTS, _HUMAN = 20, 20  # of CIHP: how many parts, and the place of whole people


def copies_of(
    weights: Weights, choice: RuntimeChoice, decoder_layers: int = 0, int8: bool = False
) -> ModelFactory:
    """Return what opens model copies for a runtime."""
    return ModelFactory(weights, choice, graphs_folder(cache_root()), decoder_layers, int8)


def picture(height: int, width: int) -> BGR:
    """Return the bundled clip's first frame at some size."""
    first = next(iter(VideoFile(media_file("leg-raise.mp4")))).bgr
    return np.asarray(cv2.resize(first, (width, height)), np.uint8)


def to_labels(run: Run, image: BGR, size: tuple[int, int] = SIZE) -> None:
    """Parse a picture as a worker does."""
    given = fitted(image, *size)
    read(run(given.pixels), given)


def read(output: NetworkOutput, given: NetworkInput) -> LabelMap:
    """Make an output a label map, people, and whose each pixel is; return the first."""
    labels = parts_of(output, _PARTS, given.placement)
    instances_of(humans_of(output, _HUMAN, 0.5, given.placement), given.placement)
    return labels


def person_to_labels(run: Run, image: BGR, size: tuple[int, int]) -> None:
    """Parse a picture of one person as a worker of ``m2fp-single`` does."""
    given = letterboxed(image, *size)
    parts_of(run(given.pixels), _PARTS, given.placement)


def peak_apart(weights: Weights, choice: RuntimeChoice) -> int:
    """Return what ``peak_of_a_worker`` does in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(peak_of_a_worker, (weights, choice))


def peak_of_a_worker(
    weights: Weights, choice: RuntimeChoice, size: tuple[int, int] | None = None
) -> int:
    """Return the megabytes that this process held at most with one copy and a 1280x720 picture.

    Args:
        weights: of either network.
        choice: what runs it.
        size: of the input; None is the single network's own, or ``SIZE``.
    """
    size = size or weights.settings.size or SIZE
    run, image = copies_of(weights, choice).open(size, 1), picture(720, 1280)
    parse = person_to_labels if weights.settings.single else to_labels
    for _ in range(2):
        parse(run, image, size)
    return machine.peak_memory_mb()
