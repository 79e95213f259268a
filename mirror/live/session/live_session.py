"""One source, opened, read, parsed and drawn, on threads that the GUI never waits for."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence

from mirror.core import machine
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.live.capture.recording import Recording
from mirror.live.coaching.coach_options import NOT_COACHED, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.frame_compositor import FrameCompositor
from mirror.live.display.mailbox import Latest
from mirror.live.display.render_thread import RenderedFrame, paint
from mirror.live.session.avatar_link import AvatarLink, AvatarTarget
from mirror.live.session.lazy_parser import LazyParser
from mirror.live.session.live_metrics import Figures, LiveMetrics
from mirror.live.session.open_flow import OpenFlow
from mirror.live.session.session_coaching import SessionCoaching
from mirror.live.session.session_parser import SessionParser
from mirror.live.session.session_state import SessionState
from mirror.live.session.session_status import Status
from mirror.live.sources.media_player import Player
from mirror.live.sources.source_choice import Choice, FileChoice, OpenSource, are_same, open_choice
from pipeline.errors import SourceError, StageStuck
from pipeline.frame import Frame
from pipeline.result import Result
from pipeline.sources import Source
from pipeline.sources.network.reconnect_policy import ReconnectPolicy

_WAITS_FOR_OTHERS_S = 5.0


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
        avatar: what is moved by somebody in it, at first.

    Attributes:
        rendered: the newest picture, for the GUI's thread to take.
        choice: what is looked at.
        workers: threads that parse.
        reason: that there are so many.
        coaching: of the people in it.
        avatar: what is moved by them.
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
        avatar: AvatarTarget | None = None,
    ) -> None:
        self.choice, self.rendered = choice, Latest[RenderedFrame]()
        self._open_source = open_source
        self._after = [] if isinstance(choice, FileChoice) else _holders(choice, after)
        self._clock = clock
        self._parser = SessionParser(config, kind, carries)
        self.workers, self.reason = self._parser.workers, self._parser.reason
        self._kind = self._parser.kind
        self._look = look
        # the GUI thread's, both; the first is not painted yet
        self._taken: Frame | None = None
        self._painted: Frame | None = None
        self._compositor, self._metrics = FrameCompositor(look, view, clock), LiveMetrics()
        is_mirror = not isinstance(choice, FileChoice)
        self.coaching = SessionCoaching(coach, is_mirror, self._compositor, clock, choice.title)
        self.avatar = AvatarLink(avatar)
        self._closing = threading.Event()
        self._open = OpenFlow()
        # the last picture of the same source still stands when another parser goes on with it
        has_picture = any(one.status.has_picture for one in _holders(choice, after[-1:]))
        self._state = SessionState(has_picture, clock)
        self._lock = threading.Lock()
        self._recording: Recording | None = None  # guarded by _lock
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
        self._compositor.close()
        self.rendered.close()
        self._open.close()

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
        self._compositor.show(look, view)

    def take(self) -> RenderedFrame | None:
        """Return the newest picture, once, to be painted. The GUI's thread only."""
        if (rendered := self.rendered.take()) is not None:
            if self._taken not in (None, rendered.pair.frame):
                self._metrics.unseen()  # the screen was slower
            self._taken = rendered.pair.frame
        return rendered

    def painted(self, rendered: RenderedFrame) -> None:
        """Say that a picture is on the screen now."""
        frame, at = rendered.pair.frame, self._clock()
        self._taken = None
        if self.coaching.is_replaying:  # it is seen later because it is to be
            return
        # else it was drawn another way, or comes with its own mask after later ones without
        if self._painted is None or frame.captured_at > self._painted.captured_at:
            self._painted = frame
            self._metrics.painted(
                frame.captured_at, rendered.pair.mask_age_s, rendered.stages(at), at
            )
            if not frame.is_held:
                self._parser.shown(self._open.flow, at, at - frame.captured_at)

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
        statistics, counts = self._open.statistics(), self._parser.carried_counts()
        cpu_s, memory_mb = machine.cpu_seconds(), machine.memory_mb()
        return self._metrics.read(self._clock(), cpu_s, memory_mb, statistics, counts)

    def measure_anew(self) -> None:
        """Forget what was measured so far."""
        self._metrics = LiveMetrics()

    @property
    def status(self) -> Status:
        """How it stands."""
        return self._state.status

    @property
    def player(self) -> Player | None:
        """The controls of a file; None for what cannot be paused, and before it is open."""
        return self._open.player

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
        with contextlib.closing(self.avatar):
            self._attempt_again_and_again()

    def _attempt_again_and_again(self) -> None:
        policy = ReconnectPolicy()
        while not self._closing.is_set():
            error = self._attempt()
            if isinstance(error, StageStuck):  # a worker that does not answer: go on without
                self._kind.fail(error)
                continue
            if self._state.ran:
                policy.came()
            has_end = error is None or isinstance(self.choice, FileChoice)
            was_there = self.status.has_picture
            pause_s = policy.pause_s(error, has_end=has_end, was_there=was_there)
            self._state.stopped(error, pause_s)
            if pause_s is None:
                return
            self._closing.wait(pause_s)

    def _attempt(self) -> Exception | None:
        """Open the source and show it until it ends; return what broke it, None at its end."""
        self._state.opens()
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

    def _watch(self, source: Source) -> None:
        """Parse until the source ends, breaks, or the session is closed."""
        flow = self._parser.open_flow(source, self._clock, self._captured)
        self._open.begin(flow, source)
        self._parser.hold(flow)
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
            self._open.end()

    def _parsed(self, result: Result[Parsing]) -> None:
        with self._lock:  # first: what is on the screen when recording begins is not recorded
            recording = self._recording
        if self._kind.failure is None:
            self._metrics.parsed(result.timing, self._look.mode == "exact")
        self.coaching.take_in(result)  # the others show what it says
        self.avatar.consume(result)
        self._state.parsed(self._kind.failure)
        if not self.coaching.is_replaying and self._compositor.parsed(result):
            self._metrics.unseen()
        if recording is not None:
            recording.consume(result)

    # the source's thread

    def _captured(self, frame: Frame) -> None:
        _ = frame.bgr  # made once, here, before painter and worker both ask for it
        self._metrics.captured(frame.captured_at)
        self._state.captured()  # first: whoever sees the picture finds that it has come
        if not self.coaching.is_replaying and self._compositor.captured(frame):
            self._metrics.unseen()

    # the painter's thread

    def _paint(self) -> None:
        try:
            glass = self.coaching.renderer(keeps_corner=True)
            paint(self._compositor, self.rendered, lambda: self._kind.parts, self._clock, glass)
        except Exception as error:
            self._state.failed(error)


def _holders(choice: Choice, sessions: Sequence[Session]) -> list[Session]:
    """Those that look at the same source."""
    return [one for one in sessions if are_same(one.choice, choice)]
