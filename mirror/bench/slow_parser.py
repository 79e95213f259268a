"""A parser as slow as M2FP on a CPU, and as busy: what carried masks are measured with."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import numpy as np

from pipeline.frame import BGR

TAKES_S = 3.0  # of CPU time, for each picture

Parse = Callable[[BGR], np.ndarray]


class Slow:
    """Makes parsers, see ``mirror.parsers.custom``: the upper and the lower half of all there is.

    Args:
        takes_s: seconds of CPU time for each picture.
        cpu_s: those of the calling thread so far.
    """

    parts: Sequence[str] = ("background", "upper", "lower")

    def __init__(
        self, takes_s: float = TAKES_S, cpu_s: Callable[[], float] = time.thread_time
    ) -> None:
        self._takes_s, self._cpu_s = takes_s, cpu_s

    def __call__(self) -> Parse:
        """Return a parser; one for each worker."""
        scratch = np.ones((256, 256), np.float32)

        def parse(image: BGR) -> np.ndarray:
            ends_at = self._cpu_s() + self._takes_s
            while self._cpu_s() < ends_at:
                np.tanh(scratch, out=scratch)  # on one core, without Python's lock
            labels = np.full(image.shape[:2], 2, np.uint8)
            labels[: len(labels) // 2] = 1
            return labels

        return parse


make = Slow()
