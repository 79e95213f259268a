"""A parser that never holds the picture up: another's masks, carried to every frame."""

from __future__ import annotations

import functools
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig, share_of
from mirror.jobs.composition import open_flow, workers_for
from mirror.jobs.newest_frames import NewestFrames
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.parsers.nothing import empty
from mirror.propagation.motion_history import MotionHistory
from mirror.propagation.overlay_carrier import OverlayCarrier
from pipeline.concurrency.first_failure import FirstFailure
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.result import Result

_CARRIER = "built-in"
_LIMITS = Limits(queue_size=1, stop_within_s=0.6)  # only the newest frame waits
_SHARE = 0.5  # of what the run may take that the carrier may, beside a slow parser
_URGENT = ("uncovered", "flow")  # what calls for the slow parser, however much it is to rest
_STOPS_WITHIN_S = 1.5

Took = Callable[[Result[Parsing]], None]


@dataclass(frozen=True, slots=True)
class CarriedCounts:
    """What was shown so far.

    Attributes:
        frames: all of them.
        carried: those on which every mask was carried as it should be.
        fallbacks: the others, by what was done; see ``mirror.propagation.overlay_carrier``.
        parsed: answers of the parser whose masks they are.
    """

    frames: int = 0
    carried: int = 0
    fallbacks: Mapping[str, int] = field(default_factory=dict)
    parsed: int = 0

    def __str__(self) -> str:
        fallbacks = ", ".join(f"{count} {why}" for why, count in sorted(self.fallbacks.items()))
        said = f"{self.carried} of {self.frames} masks were carried, from {self.parsed} parses"
        return f"{said}; others: {fallbacks}" if fallbacks else said


class CarriedParser:
    """A kind of parser that answers for every frame within milliseconds; see ``ParserKind``.

    Behind it the real one works at its own pace, and beside a slow one the built-in parser says
    where the bodies are: see ``OverlayCarrier``. Both get the newest frame when they are ready for
    it. For live sources: of a file, every frame can have its own mask.

    Args:
        kind: the real parser.
        config: its settings.
        carrier: the fast parser; None where ``kind`` carries its own masks.
        clock: monotonic seconds.

    Raises:
        NotEnoughMemory: the parser's workers do not fit.
    """

    worker_memory_mb = 0  # the real one's is checked here

    def __init__(
        self,
        kind: AnyKind,
        config: ParserConfig,
        carrier: AnyKind | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.parts = kind.name, kind.parts
        self._kind, self._config, self._carrier, self._clock = kind, config, carrier, clock
        self._workers, self._threads = workers_for(kind, config)
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()  # guarded by _lock
        self._effort = 1.0

    @classmethod
    def of(cls, kind: AnyKind, config: ParserConfig) -> CarriedParser:
        """Return a parser, carried: by itself if it is fast, else by the built-in one."""
        if kind.name == _CARRIER:
            return cls(kind, config, None)
        return cls(kind, config, find_parser(_CARRIER, config.changed(quality="fast")))

    @property
    def counts(self) -> CarriedCounts:
        """What was shown so far, on all lanes. Any thread may ask."""
        with self._lock:
            counts = Counter(self._counts)
        parsed, carried = counts.pop("parsed", 0), counts.pop("carried", 0)
        return CarriedCounts(carried + counts.total(), carried, counts, parsed)

    @property
    def remarks(self) -> tuple[str, ...]:
        """What is to be said when a run is over."""
        return (str(self.counts),)

    def set_effort(self, effort: float) -> None:
        """Let the parsers behind work for a share of the time only, 0-1. Any thread may call it.

        The slow one looks at a frame less often then, and the carrier is farther behind.
        """
        self._effort = effort

    def make_prepare(self, live: bool) -> Callable[[Frame], Any]:
        """Return the step that hands frames to the parsers behind."""
        return _Carrying(
            self._kind, self._carrier, self._config, self._workers, self._threads,
            self._clock, self._count, lambda: self._effort,
        )  # fmt: skip

    def make_parse(self, threads: int) -> Callable[[Frame, Any], None]:
        """Return a worker that does nothing: the work is done behind."""
        return lambda _frame, _plan: None

    def make_settle(self) -> Callable[[Frame, Any, None], Parsing]:
        """Return the step that carries masks to the frame."""
        return lambda frame, carrying, _: carrying.settle(frame)

    def _count(self, what: str) -> None:
        with self._lock:
            self._counts[what] += 1


class _Carrying:
    """One lane's prepare: remembers motion, and feeds the parsers behind. Closed with the lane."""

    def __init__(
        self,
        kind: AnyKind,
        carrier: AnyKind | None,
        config: ParserConfig,
        workers: int,
        threads: int,
        clock: Callable[[], float],
        count: Callable[[str], None],
        effort: Callable[[], float],
    ) -> None:
        self._motion = MotionHistory()
        self._overlay = OverlayCarrier(self._motion, is_relabelled=carrier is not None)
        self._count = count
        self._changed = threading.Condition()
        self._newest = -1  # guarded by _changed, as is the next
        self._answered = -1
        self._failure = FirstFailure()
        self._has_failed = False  # guarded by _changed
        if carrier is None:
            newest = NewestFrames(workers, effort, clock)
            self._behind = [
                _Behind(newest, kind, config, threads, self._followed, self._failed, clock)
            ]
            return
        # one parse of the slow parser can use up for seconds what the run may take; that is not the
        # carrier's to wait for, without which nothing is carried
        own = config.changed(name=_CARRIER, workers=1, threads=1, cpu="auto")
        most = carrier_duty(config, machine.cores())
        self._beside = beside = NewestFrames(1, lambda: most * effort(), clock)
        # a frame that the slow parser looks at is one that the carrier must know, too
        newest = NewestFrames(workers, effort, clock, self._taken)
        self._behind = [
            _Behind(
                newest, _SteppingBack(kind), config, threads, self._parsed, self._failed, clock
            ),
            _Behind(beside, carrier, own, 1, self._followed, self._failed, clock),
        ]

    def __call__(self, frame: Frame) -> _Carrying:
        """Take in a frame; in order, on the lane's own thread."""
        assert frame.sequence is not None
        with self._changed:
            self._newest = frame.sequence
            self._changed.notify_all()
        self._motion.see(frame)
        for parser in self._behind:
            parser.feed(frame)
        return self

    def settle(self, frame: Frame) -> Parsing:
        """Return what to show on a frame; on the consumer's thread.

        A film that is held stays at its picture, whose own mask is waited for.

        Raises:
            Whatever a parser behind raised.
        """
        if frame.is_held:
            self._wait_for(frame)
        self._failure.raise_it()
        carried = self._overlay.carry(frame)
        self._count(carried.fallback or "carried")
        if carried.fallback in _URGENT and len(self._behind) > 1:
            self._behind[0].hurry()
        return empty(frame) if carried.parsing is None else carried.parsing

    def close(self) -> None:
        """End the parsers behind."""
        for parser in self._behind:
            parser.close()
        with self._changed:
            self._newest += 1
            self._changed.notify_all()
        give_up_at = time.monotonic() + _STOPS_WITHIN_S
        for parser in self._behind:
            parser.join(max(0.0, give_up_at - time.monotonic()))

    def _wait_for(self, frame: Frame) -> None:
        number = frame.sequence or 0
        with self._changed:
            # another frame that comes, or the end, is not to wait
            while self._answered < number and self._newest == number and not self._has_failed:
                self._changed.wait()

    # threads of the parsers behind

    def _taken(self, frame: Frame) -> None:
        self._overlay.awaits(frame)
        self._beside.pin(frame)

    def _parsed(self, result: Result[Parsing]) -> None:
        self._overlay.parsed(result.frame, result.parsing)
        self._tell(result.frame)

    def _followed(self, result: Result[Parsing]) -> None:
        self._overlay.followed(result.frame, result.parsing)
        if len(self._behind) == 1:
            self._tell(result.frame)

    def _tell(self, frame: Frame) -> None:
        self._count("parsed")
        with self._changed:
            self._answered = frame.sequence or 0
            self._changed.notify_all()

    def _failed(self, error: BaseException) -> None:
        self._failure.keep(error)
        with self._changed:
            self._has_failed = True
            self._changed.notify_all()


def carrier_duty(config: ParserConfig, cores: int) -> float:
    """Return the share of the time, 0-1, that the carrier's one thread may work.

    Args:
        config: says what share of the cores the run may take.
        cores: of the machine.
    """
    return min(1.0, _SHARE * (share_of(config.cpu) or 1.0) * cores)


class _SteppingBack:
    """A kind of parser whose workers let those go first that keep the picture going."""

    def __init__(self, kind: AnyKind) -> None:
        self.name, self.parts = kind.name, kind.parts
        self.worker_memory_mb = kind.worker_memory_mb
        self.make_prepare, self.make_settle = kind.make_prepare, kind.make_settle
        self._make_parse = kind.make_parse

    def make_parse(self, threads: int) -> Callable[[Frame, Any], Any]:
        machine.step_back()
        return self._make_parse(threads)


class _Behind:
    """One parser at its own pace, on threads of its own that begin with the first frame."""

    def __init__(
        self,
        newest: NewestFrames,
        kind: AnyKind,
        config: ParserConfig,
        threads: int,
        took: Took,
        failed: Callable[[BaseException], None],
        clock: Callable[[], float],
    ) -> None:
        self._newest, self._took, self._failed = newest, took, failed
        self._flow_of = functools.partial(
            open_flow, newest, kind, newest.at_once, threads, config, _LIMITS, clock
        )
        self._flow: Flow[Any, Any, Parsing] | None = None
        self._thread: threading.Thread | None = None
        self._is_closed = False

    def feed(self, frame: Frame) -> None:
        """Offer a frame, in place of one that was not taken yet."""
        self._newest.put(frame)
        if self._thread is None and not self._is_closed:
            self._flow = self._flow_of()
            # a daemon: a parse of many seconds must not keep the process alive
            self._thread = threading.Thread(target=self._run, name="behind", daemon=True)
            self._thread.start()

    def hurry(self) -> None:
        """Have it look at the next frame soon, even if it is to rest."""
        self._newest.hurry()

    def close(self) -> None:
        """Tell it to end."""
        self._is_closed = True
        self._newest.close()
        if self._flow is not None:
            self._flow.close()

    def join(self, within_s: float) -> None:
        """Wait for its end, but not for long."""
        if self._thread is not None:
            self._thread.join(within_s)

    def _run(self) -> None:
        assert self._flow is not None
        try:
            with self._flow as results:
                for result in results:
                    self._newest.done()
                    self._took(result)
        except BaseException as error:
            if not self._is_closed:  # what breaks when it is closed, nobody asks for any more
                self._failed(error)
