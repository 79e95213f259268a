"""M2FP as ``--parser module:factory``: as ModelScope runs it, and as ours does, one thread each."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import torch
from numpy.typing import NDArray

from mirror.bench.m2fp.multi_person import installed, weights_for
from mirror.bench.m2fp.plain_torch import make_plain, plain_result
from mirror.bench.m2fp.worker import SIZE, copies_of, read
from mirror.bench.rows import Row
from mirror.bench.serve.run import Asked, Report, measure_pool
from mirror.core import machine
from mirror.parsers.m2fp.preprocessing import fitted
from pipeline.frame import BGR

CLIENTS = (1, 5)
GOAL_FALL = 65.0  # per cent, of five clients' mean latency
_PLAIN, _ONE = "plain torch, one thread", "one thread"

Parse = Callable[[BGR], NDArray[np.uint8]]


def measure(
    random_weights: bool, asked: Asked, tell: Callable[[str], None] = lambda said: None
) -> Report:
    """Serve M2FP with plain torch on one thread, with one worker, and with one worker a core.

    Args:
        random_weights: as in ``weights_for``.
        asked: what is measured; its parser does not count.
        tell: is told what is under way.

    Raises:
        CheckpointMissing: there are no weights, and random ones were not asked for.
    """
    weights_for("m2fp", random_weights)  # says early what is missing
    which = "random" if random_weights else "stored"
    parsers = {
        _PLAIN: (f"{__name__}:plain_{which}", 1),
        _ONE: (f"{__name__}:ours_{which}", 1),
        _pool(machine.cores()): (f"{__name__}:ours_{which}", machine.cores()),
    }
    asked = dataclasses.replace(asked, parser=f"{__name__}:ours_{which}")
    loads = measure_pool(parsers, asked, tell)
    most = {load.system: load.mean_s for load in loads if load.clients == max(asked.clients)}
    return Report(loads, list(falls(most, max(asked.clients))))


def falls(means: Mapping[str, float], clients: int) -> Iterator[Row]:
    """Yield by how much a pool's mean latency is below that of one thread.

    Args:
        means: in seconds, by what the table calls the service; the pool's is the last.
        clients: that ask at once.
    """
    *others, (pool, pool_s) = means.items()
    for name, mean_s in others:
        said = f"{clients} clients: mean latency of {pool} below {name}"
        note = f"from {mean_s:.2f} s to {pool_s:.2f} s"
        yield Row(said, 100 * (1 - pool_s / mean_s), "%", GOAL_FALL, "more", note)


def _pool(cores: int) -> str:
    return f"{cores} workers"


def _plain(random_weights: bool) -> Parse:
    """As ModelScope runs it."""
    network = make_plain(weights_for("m2fp", random_weights).load())

    def parse(image: BGR) -> NDArray[np.uint8]:
        torch.set_num_threads(1)
        given = fitted(image, *SIZE)
        with torch.inference_mode():
            logits, masks = network(torch.from_numpy(given.pixels))
            found = plain_result(logits[0], masks[0], given.placement)
        labels = np.zeros(image.shape[:2], np.uint8)
        for label, _, mask in found:
            labels[mask > 0] = label
        return labels

    return parse


def _ours(random_weights: bool) -> Parse:
    """As a worker of ours does, on the fastest runtime that is there."""
    run = copies_of(weights_for("m2fp", random_weights), next(installed())).open(SIZE, 1)

    def parse(image: BGR) -> NDArray[np.uint8]:
        given = fitted(image, *SIZE)
        return read(run(given.pixels), given)

    return parse


plain_random, plain_stored = functools.partial(_plain, True), functools.partial(_plain, False)
ours_random, ours_stored = functools.partial(_ours, True), functools.partial(_ours, False)
