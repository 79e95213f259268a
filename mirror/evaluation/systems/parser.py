"""A parser of ours, judged: single pictures without a past, clips as the video that they are."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction

import cv2

from mirror.compose import open_flow
from mirror.config import ParserConfig
from mirror.evaluation.prediction import prediction_of
from mirror.evaluation.systems import Answer
from mirror.evaluation.truth import DataSet, Sample
from mirror.parsers.catalogue import AnyKind
from mirror.parsing import Parsing
from pipeline.frame import BGR, Frame
from pipeline.sources.memory import InMemory

CLIP_RATE = Fraction(24)  # frames a second of a data set's clips: DAVIS's


class ParserSystem:
    """A kind of parser, see ``System``.

    Args:
        kind: the parser.
        config: its settings.
        workers: threads that parse.
        threads: threads that each of them computes with.
    """

    def __init__(self, kind: AnyKind, config: ParserConfig, workers: int, threads: int) -> None:
        self.name = kind.name
        self.parts: Sequence[str] | None = kind.parts.names
        self._kind, self._config = kind, config
        self._workers, self._threads = workers, threads

    def answers(self, dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Answer]:
        """See ``System``. Raises what the parser raises."""
        return self._of_clip(samples) if dataset.clip else self._of_pictures(samples)

    def _of_clip(self, samples: Sequence[Sample]) -> Iterator[Answer]:
        frames = InMemory(_frames(samples))
        flow = open_flow(frames, self._kind, self._workers, self._threads, self._config)
        with flow as results:
            for sample, result in zip(samples, results, strict=True):
                yield sample, result.frame.bgr, prediction_of(result.parsing)

    def _of_pictures(self, samples: Sequence[Sample]) -> Iterator[Answer]:
        cv2.setNumThreads(1)
        mine = threading.local()

        def look(sample: Sample) -> tuple[BGR, Parsing]:
            if not hasattr(mine, "parse"):  # a model copy a thread
                mine.parse = self._kind.make_parse(self._threads)
            frame = Frame.from_bgr(sample.image(), time.monotonic())
            # prepare and settle are made anew: what they remember is another picture's
            plan = self._kind.make_prepare(live=False)(frame)
            return frame.bgr, self._kind.make_settle()(frame, plan, mine.parse(frame, plan))

        # few wait at a time: pictures are large
        with ThreadPoolExecutor(self._workers, "judged") as pool:
            waiting: collections.deque[tuple[Sample, Future[tuple[BGR, Parsing]]]]
            waiting = collections.deque()
            coming = iter(samples)
            try:
                while True:
                    while len(waiting) < 2 * self._workers:
                        if (sample := next(coming, None)) is None:
                            break
                        waiting.append((sample, pool.submit(look, sample)))
                    if not waiting:
                        return
                    sample, future = waiting.popleft()
                    image, parsing = future.result()
                    yield sample, image, prediction_of(parsing)
            finally:
                for _, future in waiting:
                    future.cancel()


def _frames(samples: Sequence[Sample]) -> Iterator[Frame]:
    for number, sample in enumerate(samples):
        yield Frame.from_bgr(sample.image(), time.monotonic(), number, 1 / CLIP_RATE)
