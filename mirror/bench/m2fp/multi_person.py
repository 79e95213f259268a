"""M2FP from picture to label map, beside a plain implementation of what ModelScope does.

Everything is R101 with an input of 384x512 (HxW) and a picture of 640x480, where nothing else is
said. With random weights the network takes as long as with trained ones, and what it outputs means
nothing.
"""

from __future__ import annotations

import functools
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mirror.bench.m2fp import speed_settings
from mirror.bench.m2fp.plain_torch import make_plain, plain_result
from mirror.bench.m2fp.synthetic_output import drawn_output
from mirror.bench.m2fp.worker import SIZE, copies_of, peak_apart, picture, read, to_labels
from mirror.bench.rows import Row
from mirror.bench.stopwatch import Work, costs_in_turns
from mirror.core import machine
from mirror.parsers.m2fp.checkpoint import hub
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root
from mirror.parsers.m2fp.model_factory import RandomWeights, StoredWeights, Weights
from mirror.parsers.m2fp.network.published import published
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.runtimes import (
    RUNTIMES,
    Run,
    RuntimeChoice,
    RuntimeMissing,
    choose_runtime,
    import_openvino,
)
from pipeline.frame import BGR

WORK_GFLOP = 140.0  # of R101 at that size: 70.7 G multiply-adds, as the model card has it
_SGEMM = 1536  # side of the matrices that the machine's speed is taken with
_PEAK_GOAL_MB, _AFTER_GOAL_MS = 1000, 40
_PICTURES = 4  # that each worker parses in a turn


def measure(rounds: int, random_weights: bool) -> Iterator[Row]:
    """Yield every figure; with 2 cores it takes some minutes.

    Raises:
        CheckpointMissing: there is none, and random weights were not asked for.
    """
    weights = weights_for("m2fp", random_weights)
    bench = _Bench(weights, machine.cores())
    yield from bench.yardstick(rounds)
    yield from bench.latency(rounds)
    yield from bench.throughput(rounds)
    yield from bench.postprocessing(rounds)
    yield bench.peak_memory()
    yield from speed_settings.measure(weights, next(installed()), rounds)
    if choose_runtime("auto").runtime == "openvino":
        openvino = copies_of(weights, RuntimeChoice("openvino"))
        yield from profile(openvino.graph(SIZE))


def weights_for(name: str, random_weights: bool) -> Weights:
    """Return weights to measure a parser with.

    Raises:
        CheckpointMissing: there are none, and random ones were not asked for.
    """
    if random_weights:
        return RandomWeights(published(single=name == "m2fp-single"))
    return StoredWeights(hub.find_checkpoint(name, cache_root()), name)


def installed() -> Iterator[RuntimeChoice]:
    """Yield every runtime that is there, the fastest first."""
    for name in RUNTIMES:
        try:
            yield choose_runtime(name)
        except RuntimeMissing:
            continue


def after_the_network(name: str, ours: Work, plain: Work, rounds: int) -> Row:
    """Return how long reading an output takes, against plain torch."""
    costs = costs_in_turns({"ours": ours, "plain": plain}, 3 * rounds)
    against = f"plain: {costs['plain'].wall_s * 1e3:.0f} ms"
    return Row(name, costs["ours"].wall_s * 1e3, "ms", _AFTER_GOAL_MS, "less", against)


def peak_row(name: str, weights: Weights) -> Row:
    """Return what one worker on the fastest runtime holds at most."""
    choice = next(installed())
    peak = peak_apart(weights, choice)
    return Row(name, peak, "MB", _PEAK_GOAL_MB, "less", choice.runtime)


@dataclass
class _Bench:
    """The figures, and what they are taken with."""

    weights: Weights
    cores: int
    gflops: float = 0.0  # of all cores together, set by the yardstick

    def yardstick(self, rounds: int) -> Iterator[Row]:
        """How fast the machine multiplies matrices, which no runtime can beat by much."""
        one, other = torch.randn(2, _SGEMM, _SGEMM)
        torch.set_num_threads(self.cores)
        taken = min(_timed(lambda: torch.mm(one, other)) for _ in range(3 * rounds))
        self.gflops = 2 * _SGEMM**3 / taken / 1e9
        yield Row("sgemm, all cores", self.gflops, "GFLOP/s")
        yield Row("yardstick", WORK_GFLOP / self.gflops, "s", note="140 GFLOP at that speed")

    def latency(self, rounds: int) -> Iterator[Row]:
        """One picture on all cores, with every runtime."""
        image, works = picture(480, 640), {"plain": self._plain(picture(480, 640), self.cores)}
        for choice in installed():
            run = copies_of(self.weights, choice).open(SIZE, self.cores)
            works[choice.runtime] = _labels_work(run, image, choice, self.cores)
        for work in works.values():
            work()
        costs = {name: cost.wall_s for name, cost in costs_in_turns(works, rounds).items()}
        yield Row("plain, picture to masks", costs["plain"], "s", note=f"{self.cores} threads")
        fastest = min(cost for name, cost in costs.items() if name != "plain")
        for name, cost in costs.items():
            if name != "plain":
                near = f"{cost / (WORK_GFLOP / self.gflops):.2f} x the yardstick"
                yield Row(f"{name}, picture to label map", cost, "s", note=near)
        yield Row("fastest over plain", fastest / costs["plain"], "x", 1 / 3, "less", "all cores")

    def throughput(self, rounds: int) -> Iterator[Row]:
        """Pictures a second of N workers with some threads each, against plain on one thread."""
        plain, choice = self._plain(picture(480, 640), 1), next(installed())
        paces: dict[tuple[int, int], list[float]] = {
            (workers, threads): []
            for workers in range(1, self.cores + 1)
            for threads in sorted({1, max(1, self.cores // workers)})
        }
        plain_paces = []
        for _ in range(rounds):
            plain_paces.append(_timed(plain))
            for (workers, threads), taken in paces.items():
                taken.append(self._pace(choice, workers, threads, _PICTURES))
        # the least, since what else runs there can only add
        plain_s = min(plain_paces)
        yield Row("plain, one thread", plain_s, "s a picture")
        for (workers, threads), taken in paces.items():
            goal = 5.0 if (workers, threads) == (self.cores, 1) else None
            name = f"{choice.runtime}, {workers} workers x {threads} threads"
            note = f"{min(taken):.2f} s a picture"
            yield Row(name, plain_s / min(taken), "x plain", goal, "more", note)

    def postprocessing(self, rounds: int) -> Iterator[Row]:
        """What follows the network for a 1280x720 picture: its output's borders decide."""
        given = fitted(picture(720, 1280), *SIZE)
        run = copies_of(self.weights, next(installed())).open(SIZE, self.cores)
        outputs = {"": run(given.pixels), ", three people drawn": drawn_output(given.placement)}
        for of, output in outputs.items():
            logits, masks = torch.from_numpy(output.logits), torch.from_numpy(output.masks)

            def plain(logits: Tensor = logits, masks: Tensor = masks) -> None:
                with torch.inference_mode():
                    plain_result(logits, masks, given.placement)

            ours = functools.partial(read, output, given)
            yield after_the_network(f"1280x720, after the network{of}", ours, plain, rounds)

    def peak_memory(self) -> Row:
        """What one worker holds at most, in a process of its own."""
        return peak_row("peak memory of a worker, 1280x720", self.weights)

    def _plain(self, image: BGR, threads: int) -> Callable[[], None]:
        network = make_plain(self.weights.load())

        def work() -> None:
            torch.set_num_threads(threads)
            given = fitted(image, *SIZE)
            with torch.inference_mode():
                logits, masks = network(torch.from_numpy(given.pixels))
                plain_result(logits[0], masks[0], given.placement)

        return work

    def _pace(self, choice: RuntimeChoice, workers: int, threads: int, pictures: int) -> float:
        """Seconds a picture of some workers, each with a copy of its own."""
        image, models = picture(480, 640), copies_of(self.weights, choice)
        ready = threading.Barrier(workers)
        spans: list[tuple[float, float]] = []

        def work() -> None:
            run = models.open(SIZE, threads)
            to_labels(run, image)
            ready.wait()
            began_at = time.perf_counter()
            for _ in range(pictures):
                to_labels(run, image)
            spans.append((began_at, time.perf_counter()))

        running = [threading.Thread(target=work) for _ in range(workers)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        began, ended = zip(*spans, strict=True)
        return float(max(ended) - min(began)) / (workers * pictures)


def _labels_work(run: Run, image: BGR, choice: RuntimeChoice, threads: int) -> Callable[[], None]:
    def work() -> None:
        if choice.runtime == "torch":
            torch.set_num_threads(threads)
        to_labels(run, image)

    return work


def _timed(work: Callable[[], object]) -> float:
    began_at = time.perf_counter()
    work()
    return time.perf_counter() - began_at


def profile(graph: Path) -> Iterator[Row]:
    """Yield where OpenVINO's time goes, by kind of operation and kernel; one thread."""
    settings = {"INFERENCE_NUM_THREADS": 1, "PERF_COUNT": True, "INFERENCE_PRECISION_HINT": "f32"}
    compiled = import_openvino().Core().compile_model(str(graph), "CPU", settings)
    request = compiled.create_infer_request()
    given = fitted(picture(480, 640), *SIZE).pixels
    for _ in range(3):
        request.infer([given])
    spent: dict[str, float] = {}
    for node in request.get_profiling_info():
        name = f"{node.node_type} ({node.exec_type})"
        spent[name] = spent.get(name, 0.0) + node.real_time.total_seconds()
    for name, seconds in sorted(spent.items(), key=lambda entry: -entry[1])[:12]:
        yield Row(name, seconds * 1e3, "ms")
