"""Parsed images as a COCO data set: https://cocodataset.org/#format-data."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mirror.api.errors import PackageMissing
from mirror.api.landmarks import Landmarks
from mirror.api.parsed_person import ParsedPerson
from mirror.core.label_set import LabelMap
from mirror.core.skeleton import COCO_JOINTS

PERSON = 1  # COCO's category; parts follow behind it
# "skeleton" of the category person: its keypoints counted from 1
_SKELETON = (
    (16, 14), (14, 12), (17, 15), (15, 13), (12, 13), (6, 12), (7, 13), (6, 7), (6, 8), (7, 9),
    (8, 10), (9, 11), (2, 3), (1, 2), (1, 3), (2, 4), (3, 5), (4, 6), (5, 7),
)  # fmt: skip
_NOT_LABELLED, _HIDDEN, _VISIBLE = 0, 1, 2
_SEEN_FROM = 0.5  # of a landmark's visibility


class CocoImage(Protocol):
    """What a data set needs of a parsed image: ``ParsedImage`` has it."""

    @property
    def number(self) -> int:
        """Of the image among those of a video, or a batch, from 0."""
        ...

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        ...

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts, by their values in ``labels``."""
        ...

    @property
    def labels(self) -> LabelMap:
        """(H, W) uint8: the part id of every pixel."""
        ...

    @property
    def people(self) -> Sequence[ParsedPerson]:
        """Whoever was found."""
        ...


def coco_dataset(images: Iterable[CocoImage], *, parts: bool = False) -> dict[str, Any]:
    """Return parsed images as a COCO data set, ready for JSON and for ``pycocotools``.

    Every person is an annotation of the category ``person``, with a mask in COCO's run-length
    encoding, a box round it, a score and, where the parser finds landmarks, COCO's 17 keypoints.
    The image's name is its number, such as ``000012.png``; ``track_id`` is the person's id.

    Args:
        images: parsed with the same parser; a video's frames will do, and are not kept.
        parts: whether every part of every person is an annotation, too, in a category of its own.

    Raises:
        PackageMissing: pycocotools is not installed.
    """
    numbers = itertools.count(1)
    dataset: dict[str, Any] = {"images": [], "annotations": [], "categories": [_person_category()]}
    for place, image in enumerate(images, 1):
        height, width = image.size
        name = f"{image.number:06d}.png"
        dataset["images"].append({"id": place, "file_name": name, "height": height, "width": width})
        for annotation in _annotations(image, parts):
            dataset["annotations"].append({"id": next(numbers), "image_id": place, **annotation})
        if parts and place == 1:
            dataset["categories"] += _part_categories(image)
    return dataset


def _person_category() -> dict[str, Any]:
    skeleton = [list(bone) for bone in _SKELETON]
    return {"id": PERSON, "name": "person", "keypoints": list(COCO_JOINTS), "skeleton": skeleton}


def _part_categories(image: CocoImage) -> list[dict[str, Any]]:
    return [
        {"id": PERSON + id, "name": name, "supercategory": "person"}
        for id, name in enumerate(image.parts)
        if id
    ]


def _annotations(image: CocoImage, parts: bool) -> Iterator[dict[str, Any]]:
    for person in image.people:
        mask = person.mask()
        yield {
            **_region(mask, person),
            "category_id": PERSON,
            **(_keypoints(person.landmarks) if person.landmarks else {}),
        }
        if parts:
            for id in np.unique(image.labels[mask]).tolist():
                part = mask & (image.labels == id)
                yield {**_region(part, person), "category_id": PERSON + id}


def _region(mask: NDArray[np.bool_], person: ParsedPerson) -> dict[str, Any]:
    try:
        from pycocotools import mask as coco
    except ImportError as error:
        raise PackageMissing(
            "library.pycocotools_missing",
            "COCO masks need pycocotools, which is not installed: pip install pycocotools",
        ) from error
    encoded = coco.encode(np.asfortranarray(mask.view(np.uint8)))
    return {
        "segmentation": {"size": list(encoded["size"]), "counts": encoded["counts"].decode()},
        "bbox": [float(edge) for edge in coco.toBbox(encoded)],
        "area": int(mask.sum()),
        "iscrowd": 0,
        "score": round(person.score, 3),
        "track_id": person.id,
    }


def _keypoints(landmarks: Landmarks) -> dict[str, Any]:
    flat: list[float] = []
    for name in COCO_JOINTS:
        if name not in landmarks:
            flat += [0, 0, _NOT_LABELLED]
            continue
        found = landmarks[name]
        seen = _VISIBLE if found.visibility >= _SEEN_FROM else _HIDDEN
        flat += [round(found.xy[0], 1), round(found.xy[1], 1), seen]
    return {"keypoints": flat, "num_keypoints": sum(flag > 0 for flag in flat[2::3])}
