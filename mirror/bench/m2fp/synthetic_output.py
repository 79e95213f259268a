"""An output as a trained M2FP gives it, drawn: with random weights nobody is found, and no border.

What follows the network takes longer the more borders there are.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mirror.parsers.m2fp.preprocessing import Placement
from mirror.parsers.m2fp.results.label_map import CELL
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput

# CIHP's place of a part; x and y from a person's middle, and radii, in heights of the picture
_PARTS = (
    (2, 0.0, -0.32, 0.06, 0.05),  # hair
    (13, 0.0, -0.26, 0.05, 0.06),  # face
    (5, 0.0, -0.08, 0.10, 0.14),  # upper clothes
    (14, -0.13, -0.05, 0.04, 0.13),  # left and right arm
    (15, 0.13, -0.05, 0.04, 0.13),
    (9, 0.0, 0.12, 0.09, 0.11),  # trousers
    (16, -0.05, 0.29, 0.04, 0.11),  # left and right leg
    (17, 0.05, 0.29, 0.04, 0.11),
    (18, -0.05, 0.42, 0.04, 0.03),  # left and right shoe
    (19, 0.05, 0.42, 0.04, 0.03),
)
_HUMAN, _NOTHING, _QUERIES = 20, 21, 100
_PEOPLE = (0.24, 0.5, 0.78)  # where they stand, of the width
_SURE = 9.0  # of itself, as a logit
_STEEPNESS = 10.0  # of masks at their borders, which are two or three cells wide


def drawn_output(placement: Placement) -> NetworkOutput:
    """Return an output for three people side by side in a picture that lies in the input so.

    Queries that have nobody to find output with noise, sure that there is nothing.
    """
    noise = np.random.default_rng(0)
    cells = (placement.size[0] // CELL, placement.size[1] // CELL)
    masks = noise.normal(-8, 2, (_QUERIES, 1, 1)) + noise.normal(0, 0.5, (_QUERIES, *cells))
    logits = noise.normal(-4, 1, (_QUERIES, _NOTHING + 1))
    logits[:, _NOTHING] = _SURE
    x0, y0, x1, y1 = (side / CELL for side in placement.inside)
    rows, columns = np.mgrid[: cells[0], : cells[1]]
    rows, columns = (rows - (y0 + y1) / 2) / (y1 - y0), (columns - x0) / (y1 - y0)

    def ellipse(x: float, y: float, across: float, down: float) -> NDArray[np.float64]:
        far = np.hypot((columns - x) / across, (rows - y) / down)
        return np.asarray(_STEEPNESS * (1 - far)).clip(-_SURE, _SURE)

    people = [share * (x1 - x0) / (y1 - y0) for share in _PEOPLE]
    drawn = [(_HUMAN, ellipse(x, 0.0, 0.19, 0.48)) for x in people]
    background = -np.max([mask for _, mask in drawn], axis=0)
    drawn += [(part, ellipse(x + dx, *of)) for x in people for part, dx, *of in _PARTS]
    for query, (label, mask) in enumerate([(0, background), *drawn]):
        logits[query] = -4
        logits[query, label], masks[query] = _SURE, mask
    return NetworkOutput(logits.astype(np.float32), masks.astype(np.float32))
