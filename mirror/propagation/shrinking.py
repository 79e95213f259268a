"""Parsings and pictures made smaller by a whole number, and larger again."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person
from pipeline.frame import BGR, Frame


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
    labels, instances = (
        cv2.resize(plane, (width, height), interpolation=cv2.INTER_NEAREST)
        for plane in (parsing.labels, parsing.instances)
    )
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


def _scaled(person: Person, factor: float, offset: float) -> Person:
    """A person in a picture so many times as large; joints lie in the middles of pixels."""
    x0, y0, x1, y1 = (edge * factor for edge in person.box)
    pose = person.pose
    if pose is not None:
        image = pose.image.copy()
        image[:, :2] = image[:, :2] * np.float32(factor) + np.float32(offset)
        pose = dataclasses.replace(pose, image=image)
    return dataclasses.replace(person, box=(x0, y0, x1, y1), pose=pose, soft_mask=None)
