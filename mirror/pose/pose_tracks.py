"""Landmarks of people who have ids already, smoothed from frame to frame."""

from __future__ import annotations

from dataclasses import dataclass, field

from mirror.core.parsing import Pose
from mirror.core.skeleton import LANDMARKS, joint_angles
from mirror.pose.landmark_network import PoseEstimate
from mirror.pose.temporal_smoothing import OneEuro

_FORGET_S = 2.0  # after which somebody may stand anywhere


@dataclass(slots=True)
class _Past:
    seen_at: float
    joints: OneEuro = field(default_factory=OneEuro)
    world: OneEuro = field(default_factory=OneEuro)


class PoseTracks:
    """Remembers people by their ids. Frames in order; one thread; told the time."""

    def __init__(self) -> None:
        self._pasts: dict[int, _Past] = {}

    def __call__(self, id: int, estimate: PoseEstimate | None, now: float) -> Pose | None:
        """Return one person's landmarks in the frame that came at ``now``, in seconds of media."""
        if estimate is None:
            return None
        self._forget(now)
        past = self._pasts.setdefault(id, _Past(now))
        elapsed_s, past.seen_at = now - past.seen_at, now
        joints = estimate.joints.copy()
        joints[:, :2] = past.joints(joints[:, :2], estimate.crop.side / 2.5, elapsed_s)
        world = past.world(estimate.world, 1.0, elapsed_s)
        return Pose(LANDMARKS, joints, world, joint_angles(world, joints[:, 2]))

    def _forget(self, now: float) -> None:
        self._pasts = {
            id: past for id, past in self._pasts.items() if abs(now - past.seen_at) <= _FORGET_S
        }
