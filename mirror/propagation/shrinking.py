"""Parsings and pictures made smaller by a whole number, and larger again."""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person
from pipeline.frame import BGR, Frame

_Map = TypeVar("_Map", LabelMap, InstanceMap)


def shrunk(parsing: Parsing, side: int) -> Parsing:
    """Return a parsing of the same picture, made smaller: of each block the pixel in its middle.

    Args:
        parsing: as large as the picture.
        side: of a block, in pixels of the picture.
    """
    if side == 1:
        return parsing
    labels, instances = (_middles(plane, side) for plane in (parsing.labels, parsing.instances))
    middle = (side - 1) / 2
    people = tuple(_scaled(person, 1 / side, -middle / side) for person in parsing.people)
    return Parsing(labels, instances, people)


def enlarged(parsing: Parsing, side: int, height: int, width: int) -> Parsing:
    """Return a parsing that was made smaller as large as its picture."""
    if side == 1:
        return parsing
    labels = _blocks(parsing.labels, side, height, width)
    instances = _blocks(parsing.instances, side, height, width)
    middle = (side - 1) / 2
    people = tuple(_scaled(person, side, middle) for person in parsing.people)
    return Parsing(labels, instances, people)


def small_picture(frame: Frame, side: int) -> BGR:
    """Return a frame's picture, made smaller: the mean of each block."""
    if side == 1:
        return frame.bgr
    height, width = frame.height // side, frame.width // side
    whole = frame.bgr[: height * side, : width * side]
    small: BGR = cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
    return small


def _middles(plane: NDArray[np.uint8 | np.uint16], side: int) -> NDArray:  # type: ignore[type-arg]
    height, width = (length // side * side for length in plane.shape)
    middle = side // 2
    return np.ascontiguousarray(plane[middle:height:side, middle:width:side])


def _blocks(plane: _Map, side: int, height: int, width: int) -> _Map:
    """A plane so many times as large; what is over at the far edges is as what is beside it."""
    large = np.zeros((height, width), plane.dtype)
    # most of a picture is nobody's, and zeros cost next to nothing
    x, y, across, down = cv2.boundingRect(cv2.compare(plane, 0, cv2.CMP_GT))
    if across:
        rows, columns = plane.shape
        x1 = width if x + across == columns else (x + across) * side
        y1 = height if y + down == rows else (y + down) * side
        size = x1 - x * side, y1 - y * side
        part = plane[y : y + down, x : x + across]
        large[y * side : y1, x * side : x1] = cv2.resize(
            part, size, interpolation=cv2.INTER_NEAREST
        )
    return large


def _scaled(person: Person, factor: float, offset: float) -> Person:
    """A person in a picture so many times as large; joints lie in the middles of pixels."""
    x0, y0, x1, y1 = (edge * factor for edge in person.box)
    pose = person.pose
    if pose is not None:
        image = pose.image.copy()
        image[:, :2] = image[:, :2] * np.float32(factor) + np.float32(offset)
        pose = dataclasses.replace(pose, image=image)
    return dataclasses.replace(person, box=(x0, y0, x1, y1), pose=pose, soft_mask=None)
