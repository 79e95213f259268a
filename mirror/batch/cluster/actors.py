"""How a batch starts actors, asks them, and says that they are lost."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mirror.batch.clips import Clip
from mirror.batch.errors import BatchError
from mirror.batch.workers import ATTEMPTS

STARTS = 5  # workers lost in a row while they load, after which something is wrong


def actor_of(ray: Any, kind: type, cpus: float) -> Any:  # noqa: ANN401  # a module without types
    """Return what starts actors, which can be asked and fed while they are at something."""
    groups = {"told": 1, "fed": 1}
    return ray.remote(num_cpus=cpus, max_restarts=0, concurrency_groups=groups)(kind)


def told(handle: Any) -> Any:  # noqa: ANN401
    """Ask an actor how far it is, whatever it is at."""
    return handle.told.options(concurrency_group="told").remote()


def check_alive(ray: Any) -> None:  # noqa: ANN401
    """Go on if the cluster has a machine left; a lost one may come back, a lost cluster does not.

    Raises:
        BatchError: it has none.
    """
    if not any(node["Alive"] for node in ray.nodes()):
        raise BatchError(
            "batch.cluster_lost",
            "the Ray cluster has no machine left; what is done is kept, go on when there is one",
        )


def lost(clip: Clip) -> BatchError:
    """Return what is said of a recording that no worker outlives."""
    return BatchError(
        "batch.worker_lost",
        "{path}: the process that parsed it was lost {count} times; it may need more memory than "
        "there is",
        path=Path(clip.source),
        count=ATTEMPTS,
    )


def cannot_start(error: Exception) -> BatchError:
    """Return what is said where workers are lost before they can parse."""
    return BatchError(
        "batch.no_actor",
        "the cluster's workers end before they can parse: {reason}. Where the cluster asks for "
        "no token, but there is one for another, set RAY_AUTH_MODE=disabled",
        reason=str(error).strip().splitlines()[0].rstrip("."),
    )
