"""How far the outlines of two masks agree."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from mirror.evaluation.metrics.overlap import Mask

_DAVIS_SHARE = 0.008  # of the picture's diagonal: ``bound_th`` of DAVIS's toolkit
_NARROW_SHARE = 0.0075


def boundary_f(
    truth: Mask, found: Mask, radii: Sequence[float], judged: Mask | None = None
) -> list[float]:
    """Return F, 0-1, at each of some radii in pixels.

    F is the harmonic mean of precision (found boundary with truth's within the radius) and recall
    (truth's with found): Martin et al., PAMI 2004, as DAVIS has it (Perazzi et al., CVPR 2016),
    ``db_eval_boundary`` of its toolkit. The radius is that of the disc it dilates with.

    Args:
        truth: (H, W).
        found: (H, W).
        radii: pixels.
        judged: (H, W); boundary pixels that are not judged, or beside such, do not count. None:
            all do.
    """
    if judged is not None:
        truth, found = truth & judged, found & judged
    of_truth, of_found = boundary(truth), boundary(found)
    counted = np.ones_like(of_truth) if judged is None else _inner(judged)
    hits = _distances(of_truth)[of_found & counted], _distances(of_found)[of_truth & counted]
    return [_f(*(_share(distances, radius) for distances in hits)) for radius in radii]


def narrow_radius(height: int, width: int) -> float:
    """Return 0.75 % of a picture's diagonal in pixels."""
    return _NARROW_SHARE * math.hypot(height, width)


def davis_radius(height: int, width: int) -> int:
    """Return DAVIS's own tolerance: 0.8 % of a picture's diagonal, rounded up to whole pixels."""
    return math.ceil(_DAVIS_SHARE * math.hypot(height, width))


def boundary(mask: Mask) -> Mask:
    """Return where a mask differs from the pixel right of, below, or right below: one pixel wide.

    ``seg2bmap`` of the Berkeley segmentation benchmark, which DAVIS uses. A mask that leaves the
    picture has no boundary there.
    """
    padded = np.pad(mask, ((0, 1), (0, 1)), "edge")
    here = padded[:-1, :-1]
    edges: Mask = (here ^ padded[:-1, 1:]) | (here ^ padded[1:, :-1]) | (here ^ padded[1:, 1:])
    return edges


def _share(distances: np.ndarray, radius: float) -> float | None:
    return None if distances.size == 0 else float(np.mean(distances <= radius + 1e-3))


def _f(precision: float | None, recall: float | None) -> float:
    """An outline that is on one side only is found, or right, nowhere; on neither, all is right."""
    if precision is None and recall is None:
        return 1.0
    if not precision or not recall:
        return 0.0
    return 2 * precision * recall / (precision + recall)


def _distances(edges: Mask) -> np.ndarray:
    """How far each pixel is from the nearest of a boundary."""
    if not edges.any():
        return np.full(edges.shape, np.inf, np.float32)
    off = np.where(edges, 0, 255).astype(np.uint8)
    distances: np.ndarray = cv2.distanceTransform(off, cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    return distances


def _inner(judged: Mask) -> Mask:
    kept = cv2.erode(judged.astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray(kept, np.bool_)
