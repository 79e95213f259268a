"""Landmarks and masks of all people into one label map."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.parsers.builtin.body import COUNT, PERSON, Body
from mirror.parsers.builtin.crop import Crop
from mirror.parts import LabelMap

_REACH = 0.38  # body units beyond which a mask's pixel is the person's, but none of the 14 parts
_CELLS = 48  # of the coarse grid along a person's longer side
_NEIGHBOURS = np.ones((3, 3), np.uint8)
_OUTSIDE = -10.0  # logit of what lies beyond a crop


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One person, settled: what a label map is composed from.

    Attributes:
        crop: the square that the mask is of.
        joints: (33, 3) float32: x, y in pixels of the picture, visibility 0-1.
        mask: (256, 256) float32 logits in the crop.
    """

    crop: Crop
    joints: NDArray[np.float32]
    mask: NDArray[np.float32]


def compose(figures: list[Figure], height: int, width: int) -> tuple[LabelMap, LabelMap]:
    """Return two (H, W) uint8: the part of each pixel, and the place from 1 of whose it is.

    The silhouette is the soft mask, enlarged and cut at the picture's own resolution; nothing of
    it is left out. What lies far from every part, as a skirt or a bag may, is the person's all the
    same. Borders between parts lie where both are equally far; the distances are smooth, so they
    are computed on a coarse grid and enlarged, where enlarged labels would show stairs. Where two
    people claim a pixel, the one whose limbs are nearer has it.
    """
    labels = np.zeros((height, width), np.uint8)
    owners = np.zeros((height, width), np.uint8)
    nearest = np.full((height, width), np.inf, np.float32) if len(figures) > 1 else None
    for place, figure in enumerate(figures, start=1):
        region = _region(figure.crop, figure.mask, height, width)
        if region is None:
            continue
        x0, y0, x1, y1 = region
        parts, distances = _parts(figure, region)
        window = labels[y0:y1, x0:x1]
        if nearest is None:
            window[:] = parts
            cv2.min(parts, 1, dst=owners[y0:y1, x0:x1])
            continue
        rival = nearest[y0:y1, x0:x1]
        mine = cv2.bitwise_and(parts, cv2.compare(distances, rival, cv2.CMP_LT))
        cv2.copyTo(parts, mine, window)
        cv2.copyTo(distances, mine, rival)
        cv2.copyTo(np.full_like(parts, place), mine, owners[y0:y1, x0:x1])
    return labels, owners


def _region(
    crop: Crop, mask: NDArray[np.float32], height: int, width: int
) -> tuple[int, int, int, int] | None:
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


def _parts(
    figure: Figure, region: tuple[int, int, int, int]
) -> tuple[LabelMap, NDArray[np.float32]]:
    """The part of every pixel of a region, and how far it is from that part in body units."""
    x0, y0, x1, y1 = region
    height, width = y1 - y0, x1 - x0
    step = max(1, -(-max(height, width) // _CELLS))
    rows, columns = -(-height // step), -(-width // step)
    middles = (step - 1) / 2
    xs = np.arange(columns, dtype=np.float32) * step + np.float32(x0 + middles)
    ys = np.arange(rows, dtype=np.float32) * step + np.float32(y0 + middles)
    body = Body(figure.joints)
    matrix = figure.crop.to_image
    matrix[:, 2] -= (x0, y0)
    mask = _placed(figure.mask, matrix, width, height)
    matrix[:, 2] -= middles
    rough = _placed(figure.mask, matrix / step, columns, rows)
    near = cv2.dilate(cv2.compare(rough, 0, cv2.CMP_GT), _NEIGHBOURS)
    labels, distances = _nearest(body.distances(xs, ys), near, step, 2 * step / body.unit)
    labels, distances = labels[:height, :width], distances[:height, :width]
    inside = cv2.compare(mask, 0, cv2.CMP_GT)
    return cv2.bitwise_and(labels, inside), distances


def _placed(
    mask: NDArray[np.float32], matrix: NDArray[np.float64], width: int, height: int
) -> NDArray[np.float32]:
    """The logits of a mask where a matrix takes it."""
    placed: NDArray[np.float32] = cv2.warpAffine(
        mask, matrix, (width, height), flags=cv2.INTER_LINEAR, borderValue=_OUTSIDE
    )
    return placed


def _nearest(
    coarse: NDArray[np.float32], near: NDArray[np.uint8], step: int, slack: float
) -> tuple[LabelMap, NDArray[np.float32]]:
    """Enlarge each part's distances where it may be the nearest, and keep the nearest.

    Args:
        coarse: (15, rows, columns): how far each cell is from each part.
        near: (rows, columns): above 0 where the person may be.
        step: pixels of a cell's side.
        slack: how much a distance may change within two cells.
    """
    _, rows, columns = coarse.shape
    distances = np.full((rows * step, columns * step), np.inf, np.float32)
    labels = np.zeros((rows * step, columns * step), np.uint8)
    limit = np.where(near > 0, coarse.min(axis=0) + np.float32(slack), -np.inf)
    for part in range(1, COUNT):
        left, top, across, down = cv2.boundingRect((coarse[part] <= limit).view(np.uint8))
        if across == 0:
            continue
        cells = coarse[part, top : top + down, left : left + across]
        size = (across * step, down * step)
        fine = cv2.resize(cells, size, interpolation=cv2.INTER_LINEAR) if step > 1 else cells
        window = (
            slice(top * step, (top + down) * step),
            slice(left * step, (left + across) * step),
        )
        nearer = cv2.compare(fine, distances[window], cv2.CMP_LT)
        cv2.copyTo(np.full_like(nearer, part), nearer, labels[window])
        cv2.min(fine, distances[window], dst=distances[window])
    cv2.copyTo(np.full_like(labels, PERSON), cv2.compare(distances, _REACH, cv2.CMP_GT), labels)
    return labels, distances
