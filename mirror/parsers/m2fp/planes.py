"""One plane of scores a class, computed finely only where the highest class could change.

A plane is the sum over queries of class score times mask, the mask enlarged from cells to the
input's pixels before its sigmoid, as ModelScope does. Enlarging 100 queries takes longer than all
else after the network. But a pixel lies between the cells around it, so its masks lie between the
least and the greatest of theirs; where these bounds leave one class the highest, that is enough.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

CELL = 4  # pixels of the network's input that one cell of a mask covers, each way
Planes = NDArray[np.float32]  # (n, h, w)

_AT_ONCE = 512  # cells whose pixels are computed together: 3 MB for 100 queries
_AROUND = np.ones((3, 3), np.uint8)


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 0-1 of the same shape, in memory of its own."""
    with np.errstate(over="ignore"):  # exp of a large number is infinite, and one over it is 0
        result = np.exp(np.negative(logits))
    result += 1
    return np.reciprocal(result, out=result)


def class_planes(scores: NDArray[np.float32], masks: Planes) -> tuple[tuple[int, ...], Planes]:
    """Return the classes that may be highest somewhere, and a plane (4 h, 4 w) for each.

    The highest of them is right at every pixel, and between pixels too: where values are not the
    sums themselves, they and all around them are 1 for one class and 0 for the others.

    Args:
        scores: (queries, classes) float32, 0-1.
        masks: (queries, h, w) float32 logits.
    """
    winner, undecided, labels = _judged(scores, masks)
    (height, width), few = masks.shape[1:], np.ascontiguousarray(scores[:, labels].T)
    fine = np.empty((len(labels), height, CELL, width, CELL), np.float32)
    for place, label in enumerate(labels):
        fine[place] = (winner == label)[:, None, :, None]
    rows, columns = np.nonzero(undecided)
    framed = np.pad(masks, [(0, 0), (1, 1), (1, 1)], "edge")
    neighbours = np.lib.stride_tricks.sliding_window_view(framed, (3, 3), axis=(1, 2))
    weights = _weights()
    for first in range(0, len(rows), _AT_ONCE):
        some = rows[first : first + _AT_ONCE], columns[first : first + _AT_ONCE]
        around = neighbours[:, some[0], some[1]].reshape(-1, 9)
        shares = sigmoid(around @ weights).reshape(len(scores), -1)
        sums = (few @ shares).reshape(len(labels), -1, CELL, CELL)
        fine[:, some[0], :, some[1]] = sums.transpose(1, 0, 2, 3)
    return labels, fine.reshape(len(labels), height * CELL, width * CELL)


def _judged(
    scores: NDArray[np.float32], masks: Planes
) -> tuple[NDArray[np.uint8], NDArray[np.bool_], tuple[int, ...]]:
    """Each cell's highest class, which cells to look at finely, and which classes can win."""
    cells = masks.shape[1:]
    by_class = np.ascontiguousarray(scores.T)
    winner = (by_class @ sigmoid(masks.reshape(len(masks), -1))).argmax(axis=0).astype(np.uint8)
    least, most = (
        sigmoid(np.stack([of(mask, _AROUND) for mask in masks]).reshape(len(masks), -1))
        for of in (cv2.erode, cv2.dilate)
    )
    doubt = _open_to_doubt(by_class, winner, least, most).reshape(cells).view(np.uint8)
    coarse = winner.reshape(cells)
    doubt |= (cv2.dilate(coarse, _AROUND) != cv2.erode(coarse, _AROUND)).view(np.uint8)
    # one cell more, so that pixels that are interpolated once more have right ones around them
    undecided = cv2.dilate(doubt, _AROUND).view(np.bool_)
    there = np.flatnonzero(undecided)
    highest = by_class @ np.take(most, there, axis=1)
    surpassed = (by_class @ np.take(least, there, axis=1)).max(axis=0)
    can_win = (highest >= surpassed).any(axis=1)
    can_win[winner] = True
    return coarse, undecided, tuple(int(label) for label in np.flatnonzero(can_win))


def _open_to_doubt(
    by_class: NDArray[np.float32],
    winner: NDArray[np.uint8],
    least: NDArray[np.float32],
    most: NDArray[np.float32],
) -> NDArray[np.bool_]:
    """Which cells the class that wins in the middle may not win throughout.

    Its lead over another is a sum over queries too: at its least, a query that favours it has its
    least mask, and one that favours the other its greatest.
    """
    doubt = np.ones(winner.size, np.bool_)
    for label in np.unique(winner):
        where = np.flatnonzero(winner == label)
        ahead = by_class[label] - np.delete(by_class, label, axis=0)
        few = 4 * where.size < winner.size  # taking columns out costs more than multiplying some
        low, high = (np.take(it, where, axis=1) if few else it for it in (least, most))
        lead = (np.maximum(ahead, 0) @ low + np.minimum(ahead, 0) @ high).min(axis=0)
        doubt[where] = (lead if few else lead[where]) <= 0
    return doubt


def _weights() -> NDArray[np.float32]:
    """(9, 16): how much of each of the 3x3 cells around is in each of the 4x4 pixels of one."""
    along = np.zeros((3, CELL), np.float32)
    for pixel in range(CELL):
        place = (pixel + 0.5) / CELL - 0.5  # cells from the middle one's centre
        along[1, pixel] = 1 - abs(place)
        along[1 + int(np.sign(place)), pixel] = abs(place)
    return np.einsum("ip,jq->ijpq", along, along).reshape(9, CELL * CELL)
