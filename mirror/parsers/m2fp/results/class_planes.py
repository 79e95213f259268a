"""One plane of scores a class, computed finely only where the highest class could change.

A plane is the sum over queries of class score times mask, the mask enlarged from cells to the
input's pixels before its sigmoid, as ModelScope does. Enlarging 100 queries takes longer than all
else after the network. But a pixel lies between the cells around it, so its masks lie between the
least and the greatest of theirs; where these bounds leave one class the highest, that is enough.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.parsers.m2fp.results.label_map import CELL, Contest, Plane

Planes = NDArray[np.float32]  # (n, h, w)

_CELLS = 1024  # that are judged at once: what is made of many more does not stay in the cache
_FINE_CELLS = 128  # whose pixels are computed at once
AROUND = np.ones((3, 3), np.uint8)  # a cell and its neighbours


def sigmoid(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return 0-1 of the same shape, in memory of its own."""
    # in the order and precision that OpenCV writes in; numpy would keep what it finds
    result = np.negative(logits, order="C", dtype=np.float32)
    cv2.exp(result, result)  # three times as fast as numpy's, and as exact
    result += 1
    return np.reciprocal(result, out=result)


def class_planes(scores: NDArray[np.float32], masks: Planes) -> Contest:
    """Return the classes that may be highest somewhere, with a plane (4 h, 4 w) for each.

    The highest of them is right at every pixel, and between pixels too: where values are not the
    sums themselves, one class has more than any sum and the others 0, and it wins all around too.

    Args:
        scores: (queries, classes) float32, 0-1.
        masks: (queries, h, w) float32 logits.
    """
    winner, undecided, can_win = _judged(np.ascontiguousarray(scores.T), masks)
    labels = tuple(int(label) for label in np.flatnonzero(can_win.any(axis=(1, 2))))
    rows, columns = np.nonzero(undecided)
    sums = _fine_sums(np.ascontiguousarray(scores[:, labels]), masks, rows, columns)

    def planes() -> Iterator[Plane]:
        height, width = winner.shape
        surely = np.float32(len(scores))  # no sum is more, so nothing between both is less than it
        for label, of_label in zip(labels, sums, strict=True):
            wins = np.where(winner == label, surely, np.float32(0))
            wins = wins.repeat(CELL, axis=1).repeat(CELL, axis=0)
            wins.reshape(height, CELL, width, CELL)[rows, :, columns] = of_label
            yield wins

    return Contest(labels, planes(), can_win[labels, ...])


def _fine_sums(
    scores: NDArray[np.float32],
    masks: Planes,
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> NDArray[np.float32]:
    """Return the (classes, n, 4, 4) sums in the pixels of n cells."""
    (queries, classes), (_, height, width) = scores.shape, masks.shape
    # by cell: what a cell has of all queries is taken out in one piece
    by_cell, weights = cv2.transpose(masks.reshape(queries, -1)), _weights()
    aside = np.arange(-1, 2)[:, None]
    above = np.clip(rows + aside, 0, height - 1)[:, None] * width
    around = (above + np.clip(columns + aside, 0, width - 1)).reshape(9, -1)
    sums = np.empty((classes, len(rows), CELL, CELL), np.float32)
    for first in range(0, len(rows), _FINE_CELLS):
        some = slice(first, first + _FINE_CELLS)
        nine = np.take(by_cell, around[:, some], axis=0).reshape(9, -1)
        shares = sigmoid(weights @ nine).reshape(-1, queries)
        sums[:, some] = (shares @ scores).reshape(CELL, CELL, -1, classes).transpose(3, 2, 0, 1)
    return sums


class _Judged(NamedTuple):
    """What cells alone say.

    Attributes:
        winner: (h, w) uint8, the highest class in a cell's middle.
        undecided: (h, w) bool, where to look finely.
        can_win: (classes, h, w) bool, where a class may be highest.
    """

    winner: NDArray[np.uint8]
    undecided: NDArray[np.bool_]
    can_win: NDArray[np.bool_]


def _judged(by_class: NDArray[np.float32], masks: Planes) -> _Judged:
    """Compare classes by the least and the greatest that every mask is round a cell's middle."""
    _, height, width = masks.shape
    winner, doubt = (np.empty((height, width), np.uint8) for _ in range(2))
    can_win = np.empty((len(by_class), height, width), np.bool_)
    at_once = max(1, _CELLS // width)
    for row in range(0, height, at_once):
        some = slice(row, min(row + at_once, height))
        middle, bounds = _bounded(masks, some)
        winners = (by_class @ middle).argmax(axis=0)
        least, most = (by_class @ bound for bound in np.split(bounds, 2))
        possible = most >= least.max(axis=0)
        open_to_doubt = np.count_nonzero(possible, axis=0) > 1
        where = np.flatnonzero(open_to_doubt)
        open_to_doubt[where] = _may_lose(by_class, winners[where], bounds, where)
        winner[some] = winners.reshape(-1, width)
        doubt[some] = open_to_doubt.reshape(-1, width)
        can_win[:, some] = possible.reshape(len(by_class), -1, width)
    doubt |= (cv2.dilate(winner, AROUND) != cv2.erode(winner, AROUND)).view(np.uint8)
    # one cell more, so that pixels that are interpolated once more have right ones around them
    undecided = cv2.dilate(doubt, AROUND).view(np.bool_)
    return _Judged(winner, undecided, can_win & (undecided | _is(winner, len(by_class))))


def _is(winner: NDArray[np.uint8], classes: int) -> NDArray[np.bool_]:
    return winner == np.arange(classes, dtype=np.uint8)[:, None, None]


def _bounded(masks: Planes, rows: slice) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return masks of some rows of cells, 0-1, and the least and the greatest around each cell.

    Returns:
        (queries, cells) and (2 * queries, cells), of which the first half are the least.
    """
    queries, height, width = masks.shape
    # with a row more on each side; beyond the outermost itself, which changes no least or greatest
    framed = np.clip(np.arange(rows.start - 1, rows.stop + 1), 0, height - 1)
    shares = sigmoid(np.take(masks, framed, axis=1))
    bounds = np.empty((2, queries, len(framed) * width), np.float32)
    # masks one below the other: only those rows, which are left out, see into the next mask
    below = shares.reshape(-1, width)
    for bound, of in zip(bounds, (cv2.erode, cv2.dilate), strict=True):
        of(below, AROUND, bound.reshape(below.shape))
    inside = slice(width, -width)
    return shares.reshape(queries, -1)[:, inside], bounds.reshape(2 * queries, -1)[:, inside]


def _may_lose(
    by_class: NDArray[np.float32],
    winners: NDArray[np.intp],
    bounds: NDArray[np.float32],
    where: NDArray[np.intp],
) -> NDArray[np.bool_]:
    """Which cells the class that wins in the middle may not win throughout.

    Its lead over another is a sum over queries too: at its least, a query that favours it has its
    least mask, and one that favours the other its greatest.

    Args:
        by_class: (classes, queries) scores.
        winners: (n,) classes.
        bounds: see ``_bounded``.
        where: (n,) which cells.
    """
    may_lose = np.ones(len(winners), np.bool_)
    for label in np.unique(winners):
        some = where[winners == label]
        ahead = by_class[label] - np.delete(by_class, label, axis=0)
        shares = np.hstack([np.maximum(ahead, 0), np.minimum(ahead, 0)])
        few = 4 * len(some) < bounds.shape[1]  # taking them out costs more than multiplying some
        lead = (shares @ (np.take(bounds, some, axis=1) if few else bounds)).min(axis=0)
        may_lose[winners == label] = (lead if few else lead[some]) <= 0
    return may_lose


def _weights() -> NDArray[np.float32]:
    """(16, 9): how much each of the 4x4 pixels of a cell has of each of the 3x3 cells around."""
    along = np.zeros((3, CELL), np.float32)
    for pixel in range(CELL):
        place = (pixel + 0.5) / CELL - 0.5  # cells from the middle one's centre
        along[1, pixel] = 1 - abs(place)
        along[1 + int(np.sign(place)), pixel] = abs(place)
    return np.einsum("ip,jq->pqij", along, along).reshape(CELL * CELL, 9)
