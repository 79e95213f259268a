"""What a worker does for one person in one frame. No memory."""

from __future__ import annotations

import dataclasses

import numpy as np

from mirror.pose.landmark_network import Looks, PoseEstimate
from mirror.pose.plausibility import fit
from mirror.tracking.crop import Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.frame import BGR

_OFF = 0.15  # sides of a square: a body whose middle is farther from the square's is half outside
_GROWN = 1.25  # a body's circle larger than that reaches out of the square
_WIDER = 1.2  # of a second look at somebody who was not seen in the first
_FITS = 0.55  # of the limbs seen that lie on the person: less, and they are not where it says
_TILT = 0.15  # radians
_SURE = 0.5  # presence below which the network does not know where the body is either
_FOUND = 0.4  # trust from which somebody is where they are said to be


def estimate(
    network: Looks, image: BGR, person: PersonCrop, larger: Looks | None = None
) -> PoseEstimate:
    """Return what is seen of one person.

    Somebody who moves fast may have left the square that was planned. Then there is a second look:
    where the network would rather have looked, or at more of the picture if it saw nobody. And
    there are more where limbs do not lie on the person: a square that leans a little otherwise is
    often all that it takes.

    Args:
        network: that looks.
        image: (H, W, 3) uint8 BGR.
        person: whom it looks at.
        larger: looks again where the network saw nobody though somebody is known to be there.
    """
    seen = network.estimate(image, person.crop)
    is_doubted = seen.presence < _SURE and person.trust >= _FOUND
    if is_doubted and larger is not None and larger is not network:
        again = larger.estimate(image, person.crop)
        seen = max(seen, again, key=lambda estimate: estimate.presence)
    elif not person.is_verified and (better := _better_crop(person.crop, seen)) is not None:
        again = network.estimate(image, better)
        seen = max(seen, again, key=lambda estimate: estimate.presence)
    return _fitting(network, image, seen) if seen.presence >= _SURE else seen


def _fitting(network: Looks, image: BGR, seen: PoseEstimate) -> PoseEstimate:
    crop, best = seen.crop, fit(seen)
    for tilted in (tilted_back(crop), tilted_back(crop, -_TILT)):
        if best >= _FITS:
            break
        again = network.estimate(image, tilted)
        if again.presence >= _SURE and (better := fit(again)) > best:
            seen, best = again, better
    return seen


def tilted_back(crop: Crop, tilt: float = _TILT) -> Crop:
    """Return a square for another look at the same place, so many radians nearer to upright."""
    back = -float(np.copysign(1.0, crop.angle)) * tilt
    return dataclasses.replace(crop, angle=crop.angle + back)


def _better_crop(planned: Crop, seen: PoseEstimate) -> Crop | None:
    if seen.presence < _SURE:
        return dataclasses.replace(planned, side=_WIDER * planned.side)
    wanted = seen.circle
    apart = float(np.hypot(wanted.x - planned.x, wanted.y - planned.y))
    if apart > _OFF * planned.side or wanted.side > _GROWN * planned.side:
        return wanted
    return None
