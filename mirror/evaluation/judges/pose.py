"""Joints against labelled ones."""

from __future__ import annotations

import numpy as np

from mirror.evaluation.average_precision import KeypointPrecision
from mirror.evaluation.coco_joints import COCO_JOINTS
from mirror.evaluation.judges import Figure, Judge, Seen, Verdict, mean
from mirror.evaluation.metrics.keypoints import joints_exchanged, near_joints, oks, pair_up
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import Keypoints, Sample, Truth
from pipeline.frame import BGR

_SAME = 0.5  # OKS from which somebody found is somebody labelled


class PoseJudge(Judge):
    """Judges joints: everybody labelled is paired with whoever found is likest."""

    def __init__(self) -> None:
        self._people: list[dict[str, Figure]] = []
        self._joints: list[list[bool]] = [[] for _ in COCO_JOINTS]
        self._unmeasured = 0
        self._precision = KeypointPrecision()

    def see(self, sample: Sample, image: BGR, truth: Truth, found: Prediction) -> Seen:
        """See ``Judge``."""
        people = [one for one in truth.keypoints if (one.points[:, 2] > 0).any() and not one.crowd]
        similarities = np.array(
            [[oks(one.points, one.area, joints) for joints in found.joints] for one in people]
        ).reshape(len(people), len(found.joints))
        rows = [
            self._judged(one, None if place < 0 else found.joints[place])
            for one, place in zip(people, pair_up(similarities), strict=True)
        ]
        self._people += rows
        self._precision.add(truth.keypoints, found)
        here: dict[str, Figure] = {"labelled": len(people), "found": len(found.joints)}
        here |= {key: mean(row[key] for row in rows) for key in ("oks", "pck")}
        here["sides_exchanged"] = sum(int(row["exchanged"] or 0) for row in rows)
        return Seen(sample.id, here, 1.0 if here["oks"] is None else float(here["oks"]))

    def verdict(self) -> Verdict:
        """See ``Judge``."""
        met = [row for row in self._people if float(row["oks"] or 0) >= _SAME]
        told = [value for joint in self._joints for value in joint]
        figures: dict[str, Figure] = {
            "people": len(self._people),
            "recall": len(met) / len(self._people) if self._people else None,
            "oks": mean(row["oks"] for row in self._people),
            "oks_of_found": mean(row["oks"] for row in met),
            "pck": mean(float(value) for value in told),
            "pck_of_found": mean(row["pck"] for row in met),
            "without_torso": self._unmeasured,
            "sides_exchanged": sum(int(row["exchanged"] or 0) for row in met),
        }
        by_joint = {
            name: {"pck": mean(float(value) for value in values), "labelled": len(values)}
            for name, values in zip(COCO_JOINTS, self._joints, strict=True)
        }
        return Verdict(figures | self._precision.figures(), "oks", {"PCK@0.2 by joint": by_joint})

    def _judged(self, one: Keypoints, joints: np.ndarray | None) -> dict[str, Figure]:
        """One labelled person's figures; who is missed has every joint wrong."""
        told = np.full((len(COCO_JOINTS), 3), np.nan) if joints is None else joints
        near = near_joints(one.points, told)
        if near is None:
            self._unmeasured += 1
        else:
            for place, is_near in zip(np.flatnonzero(one.points[:, 2] > 0), near, strict=True):
                self._joints[place].append(bool(is_near))
        return {
            "oks": oks(one.points, one.area, told),
            "pck": None if near is None else float(near.mean()),
            "exchanged": int(joints_exchanged(one.points, one.area, told)),
        }
