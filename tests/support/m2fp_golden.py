"""The golden data made by ModelScope's own code: checkpoints and what they answered."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from mirror.parsers.m2fp.results.modelscope_format import ModelScopeResult

FOLDER = Path(__file__).parents[1] / "golden" / "m2fp"
CASES = [
    (kind, picture) for kind in ("multiple", "single") for picture in ("landscape", "portrait")
]


def checkpoint(kind: str) -> Path:
    return FOLDER / f"tiny-{kind}"


@dataclass(frozen=True)
class Golden:
    """One picture through one network, as ModelScope has it."""

    image: NDArray[np.uint8]  # (H, W, 3) BGR
    arrays: dict[str, NDArray[np.float32]]

    @property
    def masks(self) -> NDArray[np.bool_]:
        """(N, H, W)."""
        shape = self.arrays["masks_shape"]
        bits = np.unpackbits(self.arrays["masks"].view(np.uint8), count=int(np.prod(shape)))
        return bits.reshape([int(side) for side in shape]).astype(bool)


def golden(kind: str, picture: str) -> Golden:
    image = cv2.imread(str(FOLDER / f"{picture}.png"))
    assert image is not None
    with np.load(checkpoint(kind) / f"{picture}.npz") as arrays:
        return Golden(np.asarray(image, np.uint8), {name: arrays[name] for name in arrays})


def worst(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> float:
    """The largest difference, in the largest value where that is above one."""
    return float(np.abs(ours - theirs).max() / max(1.0, np.abs(theirs).max()))


def check_result(result: ModelScopeResult, case: Golden, nearly: float, overlap: float) -> None:
    """Hold masks, labels and scores against ModelScope's own."""
    assert result.masks.shape == case.masks.shape
    expected = list(zip(case.arrays["labels"], case.arrays["scores"], case.masks, strict=True))
    for label, score, mask in zip(result.ids, result.scores, result.masks, strict=True):
        # ModelScope leaves the order open: each of ours is the nearest left of theirs
        same = [entry for entry in expected if entry[0] == label]
        nearest = min(same, key=lambda entry: abs(entry[1] - score))
        assert abs(score - nearest[1]) <= nearly
        union = np.count_nonzero(mask | nearest[2])
        assert np.count_nonzero(mask & nearest[2]) >= overlap * union
        expected = [entry for entry in expected if entry is not nearest]
    assert not expected
