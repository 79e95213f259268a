"""COCO's own average precision of keypoints, computed by COCO's own code where it is installed."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Sequence
from typing import Any

import numpy as np

from mirror.evaluation.judges import Figure
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Keypoints

_KEYS = ("ap", "ap_50", "ap_75")  # the first of COCOeval's statistics


class KeypointPrecision:
    """Collects pictures' joints, and hands them to ``COCOeval``."""

    def __init__(self) -> None:
        self._images = 0
        self._truths: list[dict[str, Any]] = []
        self._found: list[dict[str, Any]] = []

    def add(self, truths: Sequence[Keypoints], found: Prediction) -> None:
        """Take in one picture."""
        self._images += 1
        for one in truths:
            self._truths.append(
                {
                    "id": len(self._truths) + 1,
                    "image_id": self._images,
                    "category_id": 1,
                    "keypoints": one.points.ravel().tolist(),
                    "num_keypoints": int(np.count_nonzero(one.points[:, 2])),
                    "area": one.area,
                    "bbox": list(one.box),
                    "iscrowd": int(one.crowd),
                }
            )
        for joints, score in zip(found.joints, found.scores, strict=False):
            self._found.append(
                {
                    "image_id": self._images,
                    "category_id": 1,
                    "keypoints": np.nan_to_num(joints, nan=-1e4).ravel().tolist(),
                    "score": score,
                }
            )

    def figures(self) -> dict[str, Figure]:
        """Return AP at OKS 0.5 to 0.95, at 0.5 and at 0.75; nothing without pycocotools."""
        try:
            from pycocotools.coco import COCO
            from pycocotools.cocoeval import COCOeval
        except ModuleNotFoundError:
            return {}
        if not self._found or not self._truths:
            return dict.fromkeys(_KEYS, 0.0 if self._truths else None)
        truth = COCO()
        truth.dataset = {
            "images": [{"id": number + 1} for number in range(self._images)],
            "annotations": self._truths,
            "categories": [{"id": 1, "name": "person"}],
        }
        with contextlib.redirect_stdout(io.StringIO()):  # it tells its progress
            truth.createIndex()
            judged = COCOeval(truth, truth.loadRes(self._found), "keypoints")
            judged.evaluate()
            judged.accumulate()
            judged.summarize()
        return dict(zip(_KEYS, map(float, judged.stats), strict=False))
