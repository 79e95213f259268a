"""Parsings of pictures that were mirrored, cropped or resized: everything in them moves along."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person

Point = tuple[float, float]  # x and y


def mirrored(parsing: Parsing) -> Parsing:
    """Return a parsing as seen in a mirror: places move, a left hand stays a left hand."""
    labels, instances = cv2.flip(parsing.labels, 1), cv2.flip(parsing.instances, 1)
    return _moved(parsing, (parsing.labels.shape[1], 0), (-1.0, 1.0), labels, instances)


def cropped(parsing: Parsing, box: tuple[int, int, int, int]) -> Parsing:
    """Return the parsing of x0, y0, x1, y1 of a picture; people keep what lies outside of it."""
    x0, y0, x1, y1 = box
    labels = np.ascontiguousarray(parsing.labels[y0:y1, x0:x1])
    instances = np.ascontiguousarray(parsing.instances[y0:y1, x0:x1])
    return _moved(parsing, (x0, y0), (1.0, 1.0), labels, instances)


def resized(parsing: Parsing, height: int, width: int) -> Parsing:
    """Return the parsing of a picture brought to another size; no label is ever mixed."""
    rows, columns = parsing.labels.shape
    labels, instances = (
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST)
        for plane in (parsing.labels, parsing.instances)
    )
    return _moved(parsing, (0, 0), (width / columns, height / rows), labels, instances)


def _moved(
    parsing: Parsing, origin: Point, scale: Point, labels: LabelMap, instances: InstanceMap
) -> Parsing:
    people = tuple(_person(person, origin, scale) for person in parsing.people)
    return Parsing(labels, instances, people)


def _person(person: Person, origin: Point, scale: Point) -> Person:
    """Someone whose places become (place - origin) * scale."""
    (left, top), (across, down) = origin, scale
    x0, y0, x1, y1 = person.box
    xs = sorted(((x0 - left) * across, (x1 - left) * across))
    pose, soft_mask = person.pose, person.soft_mask
    if pose is not None:
        points = pose.image.copy()
        points[:, 0] = (points[:, 0] - left) * across
        points[:, 1] = (points[:, 1] - top) * down
        pose = dataclasses.replace(pose, image=points)
    if soft_mask is not None:
        soft_mask = soft_mask.moved(origin, scale)
    box = (xs[0], (y0 - top) * down, xs[1], (y1 - top) * down)
    return dataclasses.replace(person, box=box, pose=pose, soft_mask=soft_mask)
