"""What moving a frame costs when the parser does nothing."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator

import numpy as np

from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from pipeline.flow import Flow
from pipeline.frame import Frame

FRAMES = 5000
GOAL_MS = 0.15


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield the engine's CPU time a frame, and that of bare queues between two threads."""
    frames = [Frame.from_bgr(np.zeros((8, 8, 3), np.uint8), 0.0)] * FRAMES
    costs = costs_in_turns(
        {"flow": lambda: _through_flow(frames), "queues": lambda: _through_queues(frames)}, rounds
    )
    flow_ms, queues_ms = (costs[name].cpu_s / FRAMES * 1e3 for name in ("flow", "queues"))
    yield Row(
        "a parser that does nothing",
        flow_ms,
        "ms CPU a frame",
        GOAL_MS,
        "less",
        f"bare queue.Queue threads: {queues_ms:.3f} ms",
    )


def _through_flow(frames: list[Frame]) -> None:
    with Flow.simple(frames, make_parser=lambda: lambda _: None, workers=2) as results:
        for _ in results:
            pass


def _through_queues(frames: list[Frame]) -> None:
    """What a naive program does: no order, no bound on what is in flight, no way to stop."""
    captured: queue.Queue[Frame | None] = queue.Queue(2)
    parsed: queue.Queue[Frame | None] = queue.Queue(2)

    def read() -> None:
        for frame in frames:
            captured.put(frame)
        captured.put(None)

    def work() -> None:
        while (frame := captured.get()) is not None:
            parsed.put(frame)
        parsed.put(None)

    threads = [threading.Thread(target=run) for run in (read, work)]
    for thread in threads:
        thread.start()
    while parsed.get() is not None:
        pass
    for thread in threads:
        thread.join()
