"""How well what is shown fits the frame that it is shown on."""

from __future__ import annotations

from collections import Counter

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.judges import Figure, mean
from mirror.evaluation.metrics.boundary import boundary_f, davis_radius
from mirror.evaluation.metrics.confusion import Confusion
from mirror.evaluation.metrics.overlap import Mask, iou
from mirror.evaluation.metrics.temporal_consistency import share_kept
from mirror.evaluation.overlay.footage import Clip
from mirror.evaluation.overlay.ways import Joints, Shown, joints_of
from mirror.evaluation.truth import UNJUDGED
from mirror.propagation.bones import body_unit

_VISIBLE = 0.5
_MEASURED = np.array(
    [
        LANDMARKS.index(f"{side}_{joint}")
        for side in ("left", "right")
        for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    ]
)


class PictureFlow:
    """Where the pixels of each frame were in the one before; each pair is worked out once.

    OpenCV's DIS flow (Kroeger et al., ECCV 2016), preset medium, as for ``labels_kept``.
    """

    def __init__(self, clip: Clip) -> None:
        self._frames = clip.footage.frames
        self._flow = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        self._known: dict[int, NDArray[np.float16]] = {}

    def bring(self, labels: LabelMap, to: int) -> LabelMap:
        """Return the labels of the frame before where they are in a frame."""
        if to not in self._known:
            here, before = (
                np.ascontiguousarray(self._frames[place].luma) for place in (to, to - 1)
            )
            self._known[to] = self._flow.calc(here, before, None).astype(np.float16)
        back = self._known[to].astype(np.float32)
        back[..., 0] += np.arange(labels.shape[1], dtype=np.float32)
        back[..., 1] += np.arange(labels.shape[0], dtype=np.float32)[:, None]
        brought: LabelMap = cv2.remap(labels, back, None, cv2.INTER_NEAREST, borderValue=0)
        return brought


class Score:
    """Adds up one way of showing masks at one delay; frames in order."""

    def __init__(self, clip: Clip, flow: PictureFlow) -> None:
        self._clip, self._flow = clip, flow
        self._rows: list[dict[str, Figure]] = []
        self._parts = Confusion(clip.parts)
        self._before: LabelMap | None = None
        self._fallbacks: Counter[str] = Counter()

    def add(self, now: int, shown: Shown) -> None:
        """Take in what is shown on a frame."""
        truth, judged = self._truth(now)
        mask = self._chosen(truth, judged, shown)
        (f,) = boundary_f(truth, mask, (davis_radius(*truth.shape),), judged)
        row: dict[str, Figure] = {"j": iou(truth, mask, judged), "f": f}
        self._parts.add(self._clip.parsed[now].labels, shown.labels)
        if self._before is not None:
            row["kept"] = share_kept(self._flow.bring(self._before, now), shown.labels)
        self._before = shown.labels
        row["landmarks"] = landmark_error(joints_of(self._clip.followed[now]), shown.joints)
        self._rows.append(row)
        if shown.fallback is not None:
            self._fallbacks[shown.fallback] += 1

    def figures(self) -> dict[str, Figure]:
        """Return the means over frames, and the parts' mean IoU over all of them together."""
        keys = ("j", "f", "kept", "landmarks")
        means: dict[str, Figure] = {key: mean(row.get(key) for row in self._rows) for key in keys}
        ious = self._parts.ious()[1:]
        means["parts"] = float(np.nanmean(ious)) if np.isfinite(ious).any() else None
        means["frames"] = len(self._rows)
        return means | {f"fallback_{why}": count for why, count in self._fallbacks.items()}

    def _truth(self, now: int) -> tuple[Mask, Mask]:
        """Who is there, and which pixels are judged."""
        truths = self._clip.footage.truths
        if not truths:
            there = self._clip.parsed[now].labels > 0
            return there, np.ones_like(there)
        persons = truths[now].persons
        judged = persons != UNJUDGED
        return (persons > 0) & judged, judged

    def _chosen(self, truth: Mask, judged: Mask, shown: Shown) -> Mask:
        """Everybody; or whoever overlaps most, where only one person is labelled."""
        if not self._clip.footage.single or not self._clip.footage.truths:
            return shown.labels > 0
        best, most = np.zeros_like(truth), 0.0
        for instance in np.unique(shown.instances):
            mask = shown.instances == instance
            if instance and (overlap := iou(truth, mask, judged)) > most:
                best, most = mask, overlap
        return best


def landmark_error(truth: Joints, shown: Joints) -> float | None:
    """Return how far the joints of arms and legs are off, in body units; None where nobody's are.

    The mean over everybody who is in both, of joints that are seen in the truth.
    """
    errors: list[float] = []
    for person, joints in truth.items():
        seen = _MEASURED[joints[_MEASURED, 2] >= _VISIBLE]
        if person in shown and len(seen):
            apart = np.hypot(*(joints[seen, :2] - shown[person][seen, :2]).T)
            errors.append(float(apart.mean()) / body_unit(joints[:, :2]))
    return mean(errors)
