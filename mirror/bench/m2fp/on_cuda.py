"""M2FP on a GPU: the network alone, and pictures a second of some workers that share it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from mirror.bench.m2fp.worker import SIZE, copies_of, picture, to_labels
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.parsers.m2fp.model_factory import ModelFactory, Weights
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.runtimes import choose_runtime
from pipeline.frame import BGR

WORKERS = (1, 2, 4)
_WARM_UP, _PICTURES = 3, 60  # that each worker parses; a size is recorded when it comes again


def measure(weights: Weights, rounds: int) -> Iterator[Row]:
    """Yield every figure, with a picture of 640x480; takes about a minute.

    Raises:
        RuntimeMissing: there is no CUDA device.
    """
    import torch

    models, image = copies_of(weights, choose_runtime("torch", "cuda")), picture(480, 640)
    run, given = models.open(SIZE, 1), fitted(image, *SIZE)
    for _ in range(_WARM_UP):
        run(given.pixels)
    cost = costs_in_turns({"network": lambda: run(given.pixels)}, 10 * rounds)["network"]
    device = torch.cuda.get_device_name()
    yield Row("network alone, half precision", cost.wall_s * 1e3, "ms", note=device)
    for workers in WORKERS:
        pace = max(_pace(models, image, workers) for _ in range(rounds))
        peak = torch.cuda.max_memory_allocated() >> 20
        name = f"picture to label map, {workers} workers"
        yield Row(name, pace, "a second", note=f"{peak} MB of the GPU's")


def _pace(models: ModelFactory, image: BGR, workers: int) -> float:
    """Pictures a second of workers, each with a copy of its own."""
    ready = threading.Barrier(workers + 1)

    def work() -> None:
        run = models.open(SIZE, 1)
        for _ in range(_WARM_UP):
            to_labels(run, image)
        ready.wait()
        for _ in range(_PICTURES):
            to_labels(run, image)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    ready.wait()
    began_at = time.perf_counter()
    for thread in threads:
        thread.join()
    return workers * _PICTURES / (time.perf_counter() - began_at)
