"""One source, opened, read, parsed and drawn, on threads that the GUI never waits for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from mirror.core import machine
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.carried_parser import CarriedParser
from mirror.jobs.composition import check_memory, open_flow, shared_out
from mirror.jobs.load_controller import LoadControl
from mirror.live.capture.recording import Recording
from mirror.live.coaching.coach_options import NOT_COACHED, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.frame_compositor import FrameCompositor
from mirror.live.display.mailbox import Latest
from mirror.live.display.render_thread import RenderedFrame, paint
from mirror.live.session.lazy_parser import LazyParser
from mirror.live.session.live_metrics import Figures, LiveMetrics
from mirror.live.session.session_coaching import SessionCoaching
from mirror.live.session.session_state import SessionState
from mirror.live.session.session_status import Status
from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import Choice, FileChoice, OpenSource, are_same, open_choice
from mirror.parsers.catalogue import AnyKind, find_parser
from pipeline.errors import SourceError, StageStuck
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.result import FlowStatistics, Result
from pipeline.sources import Source
from pipeline.sources.network.reconnect_policy import ReconnectPolicy

_WAITS_FOR_OTHERS_S = 5.0
_LIMITS = Limits(queue_size=1, stop_within_s=0.6)  # only the newest frame waits


class Session:
    """Shows one source until it is closed. Only ``join`` waits; every other call returns at once.

    Args:
        choice: what to look at.
        config: which parser, on how much of the machine.
        look, view: how the picture is wanted, and for how many pixels, at first.
        after: sessions that were closed and may not have ended yet, the one shown last at the end.
            Those that hold the same camera are waited for before the source is opened.
        kind: the parser, where the caller has one already.
        open_source: opens the choice.
        clock: monotonic seconds.
        coach: whether and how people are coached, at first.
        carries: whether masks are carried to every picture.

    Attributes:
        shots: the newest picture, for the GUI's thread to take.
        choice: what is looked at.
        coaching: of the people in it.
    """

    def __init__(
        self,
        choice: Choice,
        config: ParserConfig,
        look: DisplayOptions,
        view: tuple[int, int],
        *,
        after: Sequence[Session] = (),
        kind: LazyParser | None = None,
        open_source: OpenSource = open_choice,
        clock: Callable[[], float] = time.monotonic,
        coach: CoachOptions = NOT_COACHED,
        carries: bool = False,
    ) -> None:
        self.choice, self.shots = choice, Latest[RenderedFrame]()
        self._config, self._open_source = config, open_source
        self._after = [] if isinstance(choice, FileChoice) else _holders(choice, after)
        self._clock = clock
        self.workers, self._threads = shared_out(config.workers, config.threads)
        self._kind = kind or LazyParser(config.name, self._find, config.skip_failures)
        self._look = look
        # the GUI thread's, both; the first is not painted yet
        self._taken: Frame | None = None
        self._painted: Frame | None = None
        self._easel, self._gauges = FrameCompositor(look, view, clock), LiveMetrics()
        is_mirror = not isinstance(choice, FileChoice)
        self.coaching = SessionCoaching(coach, is_mirror, self._easel, clock, choice.title)
        self._closing = threading.Event()
        self._lock = threading.Lock()
        self._flow: Flow[Any, Any, Parsing] | None = None  # guarded by _lock, as are all below
        self._source: Source | None = None
        self._finished: FlowStatistics | None = None  # of the attempts before
        # the last picture of the same source still stands when another parser goes on with it
        has_picture = any(one.status.has_picture for one in _holders(choice, after[-1:]))
        self._standing = SessionState(has_picture, clock)
        self._recording: Recording | None = None
        self._carries = carries
        self._carried: CarriedParser | None = None
        self._control = LoadControl(self.workers, carries)  # the GUI thread's
        # daemons: a camera that never answers must not keep the process alive
        self._members = [
            threading.Thread(target=run, name=name, daemon=True)
            for name, run in (("session", self._run), ("painter", self._paint))
        ]

    def start(self) -> None:
        """Begin. Returns at once."""
        for member in self._members:
            member.start()

    def close(self) -> None:
        """Tell every thread to stop; wait for none."""
        self._closing.set()
        self.stop_recording()
        self.coaching.close()
        self._easel.close()
        self.shots.close()
        with self._lock:
            flow, source = self._flow, self._source
        for open_one in (flow, source):
            if open_one is not None:
                open_one.close()

    def join(self, within_s: float) -> bool:
        """Wait until every thread has stopped; False where one has not in time."""
        give_up_at = time.monotonic() + within_s
        for member in self._members:
            member.join(max(0.0, give_up_at - time.monotonic()))
        self.coaching.join(max(0.0, give_up_at - time.monotonic()))
        return not any(member.is_alive() for member in self._members)

    def show(self, look: DisplayOptions, view: tuple[int, int]) -> None:
        """Draw from now on like this."""
        self._look = look
        self._easel.show(look, view)

    def take(self) -> RenderedFrame | None:
        """Return the newest picture, once, to be painted. The GUI's thread only."""
        if (shot := self.shots.take()) is not None:
            if self._taken not in (None, shot.pair.frame):
                self._gauges.unseen()  # the screen was slower
            self._taken = shot.pair.frame
        return shot

    def painted(self, shot: RenderedFrame) -> None:
        """Say that a picture is on the screen now."""
        frame, at = shot.pair.frame, self._clock()
        self._taken = None
        if self.coaching.is_replaying:  # it is seen later because it is to be
            return
        # else it was drawn another way, or comes with its own mask after later ones without
        if self._painted is None or frame.captured_at > self._painted.captured_at:
            self._painted = frame
            self._gauges.painted(frame.captured_at, shot.pair.mask_age_s, shot.stages(at), at)
            if not frame.is_held and self._control.shown(at, at - frame.captured_at):
                with self._lock:
                    flow, carried = self._flow, self._carried
                self._control.apply(flow, carried)

    def record(self, recording: Recording) -> None:
        """Write every frame that is parsed from now on."""
        recording.start()
        with self._lock:
            self._recording = recording

    def stop_recording(self) -> None:
        """Complete the file; the recording itself says when it is."""
        with self._lock:
            recording, self._recording = self._recording, None
        if recording is not None:
            recording.close()

    def figures(self) -> Figures:
        """Return what was measured of late."""
        with self._lock:
            flow, carried = self._flow, self._carried
            statistics = self._finished
        if flow is not None:
            running = flow.statistics()
            statistics = running if statistics is None else running.after(statistics)
        cpu_s, memory_mb = machine.cpu_seconds(), machine.memory_mb()
        counts = None if carried is None else carried.counts
        return self._gauges.read(self._clock(), cpu_s, memory_mb, statistics, counts)

    def measure_anew(self) -> None:
        """Forget what was measured so far."""
        self._gauges = LiveMetrics()

    @property
    def status(self) -> Status:
        """How it stands."""
        return self._standing.status

    @property
    def player(self) -> Player | None:
        """The controls of a file; None for what cannot be paused, and before it is open."""
        with self._lock:
            return self._source if isinstance(self._source, Player) else None

    def resumed(self) -> Choice:
        """Return the choice by which another session goes on where this one is."""
        player = self.player
        if player is None or not isinstance(self.choice, FileChoice):
            return self.choice
        path, at_s = self.choice.path, player.position_s
        return FileChoice(path, at_s, player.paused, player.speed, player.loops)

    @property
    def has_parser_failed(self) -> bool:
        """Whether pictures go on without masks."""
        return self._kind.failure is not None

    @property
    def parts(self) -> LabelSet:
        """The parts that the parser can name."""
        return self._kind.parts

    # the session's thread

    def _run(self) -> None:
        for before in self._after:
            before.join(_WAITS_FOR_OTHERS_S)
        self._after = []
        policy = ReconnectPolicy()
        while not self._closing.is_set():
            error = self._attempt()
            if isinstance(error, StageStuck):  # a worker that does not answer: go on without
                self._kind.fail(error)
                continue
            if self._standing.ran:
                policy.came()
            has_end = error is None or isinstance(self.choice, FileChoice)
            was_there = self.status.has_picture
            pause_s = policy.pause_s(error, has_end=has_end, was_there=was_there)
            self._standing.stopped(error, pause_s)
            if pause_s is None:
                return
            self._closing.wait(pause_s)

    def _attempt(self) -> Exception | None:
        """Open the source and show it until it ends; return what broke it, None at its end."""
        self._standing.opens()
        try:
            with self._open_source(self.choice) as source:
                self._watch(source)
        except Exception as error:
            return error
        has_end = getattr(source, "has_end", False)  # a camera has none: it is away
        return (
            None
            if has_end
            else SourceError("source.ended", "{name} has ended", name=self.choice.title)
        )

    def _find(self, name: str) -> AnyKind:
        """The parser as the settings ask for it; on the thread that needs it first."""
        kind = find_parser(name, self._config)
        check_memory(kind, self.workers, machine.free_memory_mb())
        if not self._carries:
            return kind
        carried = CarriedParser.of(kind, self._config)
        with self._lock:
            self._carried = carried
        return carried

    def _watch(self, source: Source) -> None:
        """Parse until the source ends, breaks, or the session is closed."""
        flow = open_flow(
            source,
            self._kind,
            self.workers,
            self._threads,
            self._config.changed(cpu="auto") if self._carries else self._config,
            _LIMITS,
            self._clock,
            self._captured,
        )
        with self._lock:
            self._flow, self._source = flow, source
            carried = self._carried
        self._control.apply(flow, carried)
        try:
            with flow as results:
                if self._closing.is_set():
                    flow.close()
                for result in results:
                    self._parsed(result)
        except StageStuck:
            if not self._closing.is_set():
                raise
        finally:
            self.choice = self.resumed()
            statistics = flow.statistics()
            with self._lock:
                before, self._flow, self._source = self._finished, None, None
                self._finished = statistics if before is None else statistics.after(before)

    def _parsed(self, result: Result[Parsing]) -> None:
        with self._lock:  # first: what is on the screen when recording begins is not recorded
            recording = self._recording
        if self._kind.failure is None:
            self._gauges.parsed(result.timing, self._look.mode == "exact")
        self.coaching.take_in(result)  # the others show what it says
        self._standing.parsed(self._kind.failure)
        if not self.coaching.is_replaying and self._easel.parsed(result):
            self._gauges.unseen()
        if recording is not None:
            recording.consume(result)

    # the source's thread

    def _captured(self, frame: Frame) -> None:
        _ = frame.bgr  # made once, here, before painter and worker both ask for it
        self._gauges.captured(frame.captured_at)
        self._standing.captured()  # first: whoever sees the picture finds that it has come
        if not self.coaching.is_replaying and self._easel.captured(frame):
            self._gauges.unseen()

    # the painter's thread

    def _paint(self) -> None:
        try:
            glass = self.coaching.renderer(keeps_corner=True)
            paint(self._easel, self.shots, lambda: self._kind.parts, self._clock, glass)
        except Exception as error:
            self._standing.failed(error)


def _holders(choice: Choice, sessions: Sequence[Session]) -> list[Session]:
    """Those that look at the same source."""
    return [one for one in sessions if are_same(one.choice, choice)]
