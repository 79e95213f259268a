"""The way to a Ray cluster, or to one that lives on this machine as long as a block does."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from mirror.batch.engines import Shares
from mirror.batch.errors import BatchError
from mirror.core import machine
from mirror.core.settings import Config
from mirror.parsers.catalogue import AnyKind

LOCAL = "local"
_OBJECTS_BYTES = 256 << 20  # of the store of a cluster on this machine; never of frames


def shares_on(
    cpus: float, clips: int, settings: Config, kind: AnyKind, processes: int | Literal["auto"]
) -> Shares:
    """Return how many actors there are, each of one worker unless the settings say otherwise.

    Args:
        cpus: of the cluster as it is; one that grows on demand is asked for ``processes``.
        clips: recordings that are left to be parsed.
        settings: ``workers`` and ``threads`` in them are those of each actor.
        kind: the parser.
        processes: as many, or ``auto``: what there are CPUs for.
    """
    workers = 1 if settings.parser.workers == "auto" else settings.parser.workers
    threads = 1 if settings.parser.threads == "auto" else settings.parser.threads
    room = max(1, min(clips, int(cpus // (workers * threads))))
    return Shares(room if processes == "auto" else processes, workers, threads)


@contextlib.contextmanager
def connected(address: str) -> Iterator[Any]:
    """Give Ray, connected, while the block lasts.

    A token that a cluster asks for is one that Ray finds itself: in ``RAY_AUTH_TOKEN``, in the file
    that ``RAY_AUTH_TOKEN_PATH`` names, or in ``~/.ray/auth_token``. Ray says nothing of it unless
    it is told to, so it is, where there is one; ``ray start`` asks for it by the same rule. What
    ``RAY_AUTH_MODE`` says goes before that.

    Args:
        address: ``local``, or what ``ray.init`` takes, such as ``auto`` or ``ray://head:10001``.

    Raises:
        BatchError: there is no cluster, or it lets nobody in.
        ModuleNotFoundError: Ray is not installed.
    """
    if address != LOCAL and has_token(os.environ):
        os.environ.setdefault("RAY_AUTH_MODE", "token")
    # Ray overwrites the devices that it finds itself in charge of otherwise, and warns that it will
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    import ray

    # "local" is Ray's word, too: without an address it would join a cluster that runs here already
    options: dict[str, Any] = {
        "address": address,
        "log_to_driver": False,
        "logging_level": logging.ERROR,
    }
    if address == LOCAL:
        # it would let everything else on this machine go first, which mirror batch does not
        os.environ.setdefault("RAY_worker_niceness", "0")
        options |= {
            "num_cpus": machine.cores(),
            "include_dashboard": False,
            "object_store_memory": _OBJECTS_BYTES,
        }
    try:
        ray.init(**options)
    except Exception as error:  # it raises its own, and those of everything that it is made of
        reason = (str(error) or type(error).__name__).strip().splitlines()[0]
        raise BatchError(
            "batch.no_cluster",
            "no Ray cluster can be used at {address}: {reason}. Where it asks for a token, set "
            "RAY_AUTH_TOKEN, or put it into ~/.ray/auth_token",
            address=address,
            reason=reason,
        ) from error
    try:
        yield ray
    finally:
        ray.shutdown()


def has_token(environ: Mapping[str, str], home: Path | None = None) -> bool:
    """Say whether there is a token where Ray looks for one.

    Args:
        environ: the process's variables.
        home: the user's folder.
    """
    if environ.get("RAY_AUTH_TOKEN") or environ.get("RAY_AUTH_TOKEN_PATH"):
        return True
    return ((home or Path.home()) / ".ray" / "auth_token").is_file()
