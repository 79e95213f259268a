"""A parser of ours, judged: single pictures without a past, clips as the video that they are."""

from __future__ import annotations

import collections
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from fractions import Fraction
from typing import Any

import cv2
import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.evaluation.prediction import Prediction, prediction_of
from mirror.evaluation.systems import Answer
from mirror.evaluation.systems.cpu import ThreadCost
from mirror.evaluation.truth import BadDataSet, DataSet, Sample
from mirror.jobs.composition import open_flow
from mirror.parsers.catalogue import AnyKind
from pipeline.frame import BGR, Frame
from pipeline.sources.in_memory import InMemory

Predict = Callable[[Frame, Parsing], Prediction]
MakePredict = Callable[[ThreadCost], Predict]

CLIP_RATE = Fraction(24)  # frames a second of a data set's clips: DAVIS's


class ParserSystem:
    """A kind of parser, see ``System``.

    Args:
        kind: the parser.
        config: its settings.
        workers: threads that parse.
        threads: threads that each of them computes with.
        make_predict: makes what is said of a clip's frames, one after the other, or of a single
            picture, and is told where to count what that costs; None: the parsing as it is.
    """

    def __init__(
        self,
        kind: AnyKind,
        config: ParserConfig,
        workers: int,
        threads: int,
        make_predict: MakePredict | None = None,
    ) -> None:
        self.name = kind.name
        self.parts: Sequence[str] | None = kind.parts.names
        self.cpu_ms: float | None = None
        self.remarks: tuple[str, ...] = ()
        self._kind, self._config = kind, config
        self._workers, self._threads = workers, threads
        self._failed = 0
        self._make_predict = make_predict or _as_parsed

    def answers(self, dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Answer]:
        """See ``System``. Raises what the parser raises, unless failures are to be skipped."""
        cost, self._failed = ThreadCost(), 0
        counted = _Counted(self._kind, cost)
        if dataset.clip:
            yield from self._of_clip(samples, counted, cost)
        else:
            yield from self._of_pictures(samples, counted, cost)
        failed = f"the parser failed on {self._failed} pictures, in which nobody was found then"
        self.remarks = (failed,) if self._failed else ()
        self.cpu_ms = cost.seconds / len(samples) * 1e3 if samples and self._threads == 1 else None

    def _of_clip(
        self, samples: Sequence[Sample], kind: AnyKind, cost: ThreadCost
    ) -> Iterator[Answer]:
        frames = InMemory(_frames(samples))
        flow = open_flow(frames, kind, self._workers, self._threads, self._config)
        predict = self._make_predict(cost)
        with flow as results:
            for sample, result in zip(samples, results, strict=True):
                yield sample, result.frame.bgr, predict(result.frame, result.parsing)
        self._failed = flow.statistics().failed

    def _of_pictures(
        self, samples: Sequence[Sample], kind: AnyKind, cost: ThreadCost
    ) -> Iterator[Answer]:
        cv2.setNumThreads(1)
        mine = threading.local()

        def look(sample: Sample) -> tuple[BGR, Prediction]:
            if not hasattr(mine, "parse"):  # a model copy a thread
                mine.parse = kind.make_parse(self._threads)
            frame = Frame.from_bgr(sample.image(), time.monotonic())
            frame.is_held = True  # as in every single picture
            # prepare and settle are made anew: what they remember is another picture's
            plan = kind.make_prepare(live=False)(frame)
            parsing = kind.make_settle()(frame, plan, mine.parse(frame, plan))
            return frame.bgr, self._make_predict(cost)(frame, parsing)

        waiting: collections.deque[tuple[Sample, Future[tuple[BGR, Prediction]]]]
        waiting = collections.deque()
        # few wait at a time: pictures are large
        with ThreadPoolExecutor(self._workers, "judged") as pool:
            try:
                for sample in samples:
                    waiting.append((sample, pool.submit(look, sample)))
                    if len(waiting) > 2 * self._workers:
                        yield self._answer(*waiting.popleft())
                while waiting:
                    yield self._answer(*waiting.popleft())
            finally:
                for _, future in waiting:
                    future.cancel()

    def _answer(self, sample: Sample, future: Future[tuple[BGR, Prediction]]) -> Answer:
        try:
            image, found = future.result()
        except BadDataSet:
            raise
        except Exception:
            if not self._config.skip_failures:
                raise
            self._failed += 1
            image = sample.image()
            found = prediction_of(Parsing.undivided(np.zeros(image.shape[:2], np.uint8)))
        return sample, image, found


def _as_parsed(_cost: ThreadCost) -> Predict:
    return lambda _frame, parsing: prediction_of(parsing)


class _Counted:
    """A kind of parser whose three steps' CPU time is counted; loading its models is not."""

    def __init__(self, kind: AnyKind, cost: ThreadCost) -> None:
        self.name: str = kind.name
        self.parts: LabelSet = kind.parts
        self.worker_memory_mb: int = kind.worker_memory_mb
        self._kind, self._cost = kind, cost

    def make_prepare(self, live: bool) -> Callable[[Frame], Any]:
        return _counted(self._kind.make_prepare(live), self._cost)

    def make_parse(self, threads: int) -> Callable[[Frame, Any], Any]:
        return _counted(self._kind.make_parse(threads), self._cost)

    def make_settle(self) -> Callable[[Frame, Any, Any], Parsing]:
        return _counted(self._kind.make_settle(), self._cost)


def _counted(step: Callable[..., Any], cost: ThreadCost) -> Callable[..., Any]:
    def counted(*given: Any) -> Any:  # noqa: ANN401 - whatever the step takes and gives
        with cost.block():
            return step(*given)

    if hasattr(step, "close"):
        counted.close = step.close  # type: ignore[attr-defined]
    return counted


def _frames(samples: Sequence[Sample]) -> Iterator[Frame]:
    for number, sample in enumerate(samples):
        yield Frame.from_bgr(sample.image(), time.monotonic(), number, 1 / CLIP_RATE)
