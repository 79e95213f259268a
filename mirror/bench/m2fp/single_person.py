"""M2FP's network for one person, from a person's window to its label map, beside plain torch.

R101 at the input size of its configuration, 512x384 (HxW) as published, and a window of 640x480.
What it shares with the network for several people stands in ``mirror.bench.m2fp.multi_person``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator

import torch

from mirror.bench.m2fp.multi_person import after_the_network, installed, peak_row, weights_for
from mirror.bench.m2fp.plain_torch import make_plain, plain_labels
from mirror.bench.m2fp.worker import copies_of, person_to_labels, picture
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.core import machine
from mirror.parsers.m2fp.model_factory import Weights
from mirror.parsers.m2fp.preprocessing import NetworkInput, letterboxed
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput, parts_of


def measure(rounds: int, random_weights: bool) -> Iterator[Row]:
    """Yield every figure.

    Raises:
        CheckpointMissing: there is none, and random weights were not asked for.
    """
    weights = weights_for("m2fp-single", random_weights)
    size = weights.settings.size
    assert size is not None  # a single person's network says its own
    given = letterboxed(picture(640, 480), *size)
    yield from _latency(weights, size, given, rounds)
    yield from _after_the_network(weights, size, rounds)
    yield peak_row("peak memory of a worker", weights)


def _latency(
    weights: Weights, size: tuple[int, int], given: NetworkInput, rounds: int
) -> Iterator[Row]:
    """One person on all cores, with every runtime."""
    cores = machine.cores()
    works = {"plain": _plain(weights, given, cores)}
    for choice in installed():
        run = copies_of(weights, choice).open(size, cores)
        works[choice.runtime] = functools.partial(person_to_labels, run, picture(640, 480), size)
    for work in works.values():
        work()
    costs = {name: cost.wall_s for name, cost in costs_in_turns(works, rounds).items()}
    plain_s = costs.pop("plain")
    yield Row("plain, window to label map", plain_s, "s", note=f"{cores} threads")
    for name, cost in costs.items():
        yield Row(f"{name}, window to label map", cost, "s")
    fastest = min(costs.values()) / plain_s
    yield Row("fastest over plain", fastest, "x", 1 / 3, "less", "all cores")


def _plain(weights: Weights, given: NetworkInput, threads: int) -> Callable[[], None]:
    network = make_plain(weights.load())

    def work() -> None:
        torch.set_num_threads(threads)
        with torch.inference_mode():
            logits, masks = network(torch.from_numpy(given.pixels))
            plain_labels(logits[0], masks[0], given.placement)

    return work


def _after_the_network(weights: Weights, size: tuple[int, int], rounds: int) -> Iterator[Row]:
    """What follows the network for a window of 720 pixels' height."""
    given = letterboxed(picture(720, 540), *size)
    output: NetworkOutput = copies_of(weights, next(installed())).open(size, machine.cores())(
        given.pixels
    )
    logits, masks = torch.from_numpy(output.logits), torch.from_numpy(output.masks)
    parts = len(weights.settings.parts.names)

    def plain() -> None:
        with torch.inference_mode():
            plain_labels(logits, masks, given.placement)

    ours = functools.partial(parts_of, output, parts, given.placement)
    yield after_the_network("540x720, after the network", ours, plain, rounds)
