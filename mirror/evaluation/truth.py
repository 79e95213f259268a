"""What somebody has labelled: one form, whatever layout a data set has on disk."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.errors import MirrorError
from mirror.core.label_set import LabelMap
from pipeline.frame import BGR
from pipeline.media.opening import check_header

UNJUDGED = 255  # in a label map: whatever is said of this pixel is neither right nor wrong


class BadDataSet(MirrorError):
    """A data set is not there, is in no known layout, or has a file that cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Keypoints:
    """The labelled joints of one person.

    Attributes:
        points: (17, 3) float64: x, y in pixels, and 0 not labelled, 1 hidden, 2 visible; COCO's
            order.
        area: pixels of the person's segment, which OKS measures distances by.
        box: x, y, width, height in pixels.
        crowd: many people who were not told apart: neither missed nor false.
    """

    points: NDArray[np.float64]
    area: float
    box: tuple[float, float, float, float]
    crowd: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """What is known of one picture.

    Attributes:
        persons: (H, W) uint8: 0 nobody, from 1 one number a person, 255 not judged.
        parts: (H, W) uint8, ids of the data set's classes, 255 not judged; None where only people
            are labelled.
        keypoints: of the people whose joints are labelled; empty where none are.
    """

    persons: LabelMap
    parts: LabelMap | None = None
    keypoints: tuple[Keypoints, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One picture with its truth.

    Attributes:
        id: what the data set calls it; no two of a set are the same.
        image_file: where the picture lies.
        read_truth: reads the truth from disk, each time anew.
    """

    id: str
    image_file: Path
    read_truth: Callable[[], Truth]

    def image(self) -> BGR:
        """Read the picture, (H, W, 3) uint8 BGR.

        Raises:
            BadDataSet: it cannot be read.
            TooManyPixels: it is too large.
        """
        with contextlib.suppress(OSError):  # OpenCV says that it cannot be read
            check_header(self.image_file)
        image: BGR | None = cv2.imread(str(self.image_file), cv2.IMREAD_COLOR)
        if image is None:
            raise BadDataSet(
                "dataset.bad_picture",
                "{path} is not a picture that can be read",
                path=self.image_file,
            )
        return image

    def truth(self, image: BGR) -> Truth:
        """Read the truth, and check it against the picture.

        Raises:
            BadDataSet: it cannot be read, or is of another size than the picture.
        """
        truth = self.read_truth()
        for labels in (truth.persons, truth.parts):
            if labels is not None and labels.shape != image.shape[:2]:
                raise BadDataSet(
                    "dataset.sizes_differ",
                    "{path} is {image}, its labels are {labels}; a data set's labels must "
                    "have their picture's size",
                    path=self.image_file,
                    image=_size(image.shape),
                    labels=_size(labels.shape),
                )
        return truth


@dataclass(frozen=True, slots=True)
class DataSet:
    """Pictures with truth, in order.

    Attributes:
        name: for tables.
        samples: the pictures, in the order of their names.
        single: only one person is labelled in each; others that are seen are nobody.
        clip: the pictures are frames of one video, one after the other.
        apart: people are told apart, so that they can be counted.
        keypoints: joints are labelled.
        classes: what the ids in ``Truth.parts`` mean, see ``mapping``; None without parts.
        remarks: what of the data set was left out, and why.
    """

    name: str
    samples: tuple[Sample, ...]
    single: bool = False
    clip: bool = False
    apart: bool = True
    keypoints: bool = False
    classes: str | None = None
    remarks: tuple[str, ...] = ()


def files_by_stem(folder: Path, endings: Sequence[str]) -> dict[str, Path]:
    """Return a folder's files with one of some endings, by name without it, in order of names.

    Raises:
        BadDataSet: the folder is not there.
    """
    try:
        found = sorted(path for path in folder.iterdir() if path.suffix.lower() in endings)
    except OSError as error:
        raise BadDataSet(
            "dataset.not_readable",
            "{path} cannot be read: {reason}",
            path=folder,
            reason=error.strerror or str(error),
        ) from error
    return {path.stem: path for path in found}


def _size(shape: tuple[int, ...]) -> str:
    return f"{shape[1]} x {shape[0]}"
