"""Landmarks and masks of all people into one label map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import Box, InstanceMap, box_of, instance_dtype
from mirror.core.label_set import LabelMap
from mirror.core.soft_mask import enlarged
from mirror.parsers.builtin.carried_parts import REACH, ROOM, Grid, Hold, Planes
from mirror.parsers.builtin.part_distances import PERSON, Body
from mirror.tracking.crop import Crop

_NEARER = 0.25  # body units that somebody e times as large is held nearer by: they are in front
_CELLS = 48  # of the coarse grid along a person's longer side
_NEIGHBOURS = np.ones((3, 3), np.uint8)
# Masks and distances are enlarged as 8-bit pictures, at a third of the cost of floats
_GREY = 32  # grey levels of a logit
_EDGE = 128  # the grey level at which a person begins
_WORST = 255  # the grey level of a part that is by far not the nearest

Region = tuple[int, int, int, int]  # x0, y0, x1, y1 in pixels of the picture
Plane = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person, settled: what a label map is composed from.

    Attributes:
        crop: the square that the mask is of.
        joints: (33, 3) float32: x, y in pixels of the picture, visibility 0-1.
        mask: (256, 256) float32 logits in the crop.
        instance: the value of the person's pixels in the instance map.
        hold: holds parts against those before; None: this frame is the first, or the only one.
    """

    crop: Crop
    joints: NDArray[np.float32]
    mask: NDArray[np.float32]
    instance: int
    hold: Hold | None = None


@dataclass(frozen=True, slots=True, eq=False)
class _Painted:
    """One person's parts, on a region of the picture.

    Attributes:
        instance: see ``Figure``.
        region: where.
        parts: (h, w) uint8; 0 where the person is not.
        claim: (h, w) float32: the least of all has a pixel; None where nobody else is near.
    """

    instance: int
    region: Region
    parts: LabelMap
    claim: NDArray[np.float32] | None


@dataclass(frozen=True, slots=True, eq=False)
class Composition:
    """Everybody's parts in one picture.

    Attributes:
        labels: (H, W) uint8: the part of each pixel.
        instances: (H, W): whose it is.
        boxes: round each figure's pixels; None where nothing of them is to be seen.
    """

    labels: LabelMap
    instances: InstanceMap
    boxes: tuple[Box | None, ...]


def compose(figures: list[Figure], height: int, width: int) -> Composition:
    """Return who is where, and with which parts.

    The silhouette is the soft mask, enlarged and cut at the picture's own resolution; nothing of
    it is left out. What lies far from every part, as a skirt or a bag may, is the person's all the
    same. Borders between parts lie where both are equally far; the distances are smooth, so they
    are computed on a coarse grid and enlarged, where enlarged labels would show stairs. Where two
    people claim a pixel, the one whose limbs are nearer has it, and of two as near the larger one,
    who stands in front.
    """
    labels = np.zeros((height, width), np.uint8)
    dtype = instance_dtype(figure.instance for figure in figures)
    instances: InstanceMap = np.zeros((height, width), dtype)
    regions = [_region(figure.crop, figure.mask, height, width) for figure in figures]
    nearest: NDArray[np.float32] | None = None
    for place, (figure, region) in enumerate(zip(figures, regions, strict=True), start=1):
        if region is None:
            continue
        has_rival = any(
            other is not None and number != place and _overlap(region, other)
            for number, other in enumerate(regions, start=1)
        )
        if has_rival and nearest is None:
            nearest = np.full((height, width), np.inf, np.float32)
        painted = _painted(figure, region, has_rival)
        _put(painted, labels, instances, nearest)
    boxes = (
        _box(instances, figure.instance, region)
        for figure, region in zip(figures, regions, strict=True)
    )
    return Composition(labels, instances, tuple(boxes))


def _put(
    painted: _Painted,
    labels: LabelMap,
    instances: InstanceMap,
    nearest: NDArray[np.float32] | None,
) -> None:
    x0, y0, x1, y1 = painted.region
    mine: Plane = cv2.compare(painted.parts, 0, cv2.CMP_GT)
    if painted.claim is not None and nearest is not None:
        rival = nearest[y0:y1, x0:x1]
        mine = cv2.bitwise_and(mine, cv2.compare(painted.claim, rival, cv2.CMP_LT))
        cv2.copyTo(painted.claim, mine, rival)
    cv2.copyTo(painted.parts, mine, labels[y0:y1, x0:x1])
    owner = np.full(mine.shape, painted.instance, instances.dtype)
    cv2.copyTo(owner, mine, instances[y0:y1, x0:x1])


def _box(instances: InstanceMap, instance: int, region: Region | None) -> Box | None:
    """The box round what others have left of somebody."""
    if region is None:
        return None
    x0, y0, x1, y1 = region
    box = box_of(instances[y0:y1, x0:x1], instance)
    return None if box is None else (x0 + box[0], y0 + box[1], x0 + box[2], y0 + box[3])


def _overlap(one: Region, other: Region) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _region(crop: Crop, mask: NDArray[np.float32], height: int, width: int) -> Region | None:
    """The box round a mask in the picture: x0, y0, x1, y1; None where nothing is left of it."""
    columns, rows, across, down = cv2.boundingRect((mask > 0).view(np.uint8))
    if across == 0:
        return None
    left, top, right, bottom = columns - 1, rows - 1, columns + across, rows + down
    corners = np.array([[left, top, 1], [right, top, 1], [left, bottom, 1], [right, bottom, 1]])
    placed = corners @ crop.to_image.T
    x0, y0 = np.maximum(np.floor(placed.min(axis=0)).astype(int), 0)
    x1, y1 = np.minimum(np.ceil(placed.max(axis=0)).astype(int) + 1, (width, height))
    return (int(x0), int(y0), int(x1), int(y1)) if x1 > x0 and y1 > y0 else None


def _painted(figure: Figure, region: Region, has_rival: bool) -> _Painted:
    x0, y0, x1, y1 = region
    height, width = y1 - y0, x1 - x0
    step = max(1, -(-max(height, width) // _CELLS))
    rows, columns = -(-height // step), -(-width // step)
    middles = (step - 1) / 2
    xs = np.arange(columns, dtype=np.float32) * step + np.float32(x0 + middles)
    ys = np.arange(rows, dtype=np.float32) * step + np.float32(y0 + middles)
    body = Body(figure.joints)
    coarse = body.distances(xs, ys)[1:]
    least = coarse.min(axis=0)
    farther: Planes = np.subtract(coarse, least, out=coarse)
    held = farther
    if figure.hold is not None:
        held, least = figure.hold(farther, least, Grid(xs, ys, step))
    # between two cells a distance changes by a cell's diagonal at most, and by what is held
    span = 3 * step / body.unit + (0 if held is farther else ROOM)
    grey = cv2.convertScaleAbs(np.clip(figure.mask, -3.9, 3.9), alpha=_GREY, beta=_EDGE)
    matrix = figure.crop.to_image
    matrix[:, 2] -= (x0, y0)
    inside = _inside(grey, matrix, width, height)
    matrix[:, 2] -= middles
    near = cv2.dilate(_inside(grey, matrix / step, columns, rows), _NEIGHBOURS)
    parts = _nearest(held, near, step, span)[:height, :width]
    apart = None
    is_far = bool((least[near > 0] > REACH).any())
    if is_far or has_rival:
        apart = cv2.resize(least, (columns * step, rows * step), interpolation=cv2.INTER_LINEAR)[
            :height, :width
        ]
    if is_far and apart is not None:
        parts = np.where(apart > np.float32(REACH), np.uint8(PERSON), parts)
    claim = None
    if has_rival and apart is not None:
        claim = apart - np.float32(_NEARER * np.log(body.unit))
    return _Painted(figure.instance, region, cv2.bitwise_and(parts, inside), claim)


def _inside(grey: Plane, matrix: NDArray[np.float64], width: int, height: int) -> Plane:
    """255 where a mask, taken somewhere by a matrix, is the person."""
    inside: Plane = cv2.compare(enlarged(grey, matrix, width, height), _EDGE, cv2.CMP_GT)
    return inside


def _nearest(farther: Planes, near: Plane, step: int, span: float) -> LabelMap:
    """The nearest part of every pixel.

    What each part is farther than the nearest is enlarged where it may be the nearest itself.

    Args:
        farther: (14, rows, columns): how much farther each part is than the nearest, body units.
        near: (rows, columns): above 0 where the person may be.
        step: pixels of a cell's side.
        span: body units beyond which no part is the nearest.
    """
    _, rows, columns = farther.shape
    fine_least = np.full((rows * step, columns * step), _WORST, np.uint8)
    labels = np.zeros((rows * step, columns * step), np.uint8)
    grey = np.minimum(farther * np.float32(_WORST / span), _WORST).astype(np.uint8)
    for part, plane in enumerate(grey, start=1):
        may_be = cv2.bitwise_and(cv2.compare(plane, _WORST, cv2.CMP_LT), near)
        left, top, across, down = cv2.boundingRect(may_be)
        if across == 0:
            continue
        cells = plane[top : top + down, left : left + across]
        size = (across * step, down * step)
        fine = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR) if step > 1 else cells
        window = (
            slice(top * step, (top + down) * step),
            slice(left * step, (left + across) * step),
        )
        nearer = cv2.compare(fine, fine_least[window], cv2.CMP_LT)
        cv2.copyTo(np.full_like(nearer, part), nearer, labels[window])
        cv2.min(fine, fine_least[window], dst=fine_least[window])
    return labels
