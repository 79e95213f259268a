"""Carries long recordings out one after the other, each in segments over all workers at once."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from mirror.batch.clips import Clip
from mirror.batch.cluster.actors import STARTS, actor_of, cannot_start, check_alive, lost, told
from mirror.batch.cluster.clip_actor import ClipActor, Duty, JoinActor, ScoutActor
from mirror.batch.kept_segments import KeptSegments
from mirror.batch.records import ClipRecord, Failure
from mirror.batch.segments import DIFFERS
from mirror.batch.stores import open_store
from mirror.batch.workers import ATTEMPTS, Outcome, Told

_AHEAD = 2  # segments beside those under way that wait for the join: memory is theirs
_ASKS_EVERY_S = 2.0


@dataclass(slots=True)
class _Piece:
    """A segment on its way: references to what was planned, and to what was seen."""

    number: int
    planned: Any
    seen: Any = None
    attempts: int = 0


@dataclass(slots=True)
class _Course:
    """How far a recording is.

    Attributes:
        waiting: segments that nobody parses yet.
        seen: segments that were parsed, and wait for their turn.
        prepared, joined: how many there were, and how many the join has taken.
        has_all: whether the scout is at the end.
    """

    waiting: deque[_Piece] = field(default_factory=deque)
    seen: dict[int, _Piece] = field(default_factory=dict)
    prepared: int = 0
    joined: int = 0
    has_all: bool = False


class SegmentRun:
    """A scout, a join for each recording, and workers in between, in a ``with`` block.

    Segments go from one to the other through the cluster's object store: where to look, and what
    was seen there, never frames. How many there are at a time is bounded.

    Args:
        ray: Ray, connected.
        duty: what every worker is told.
        seconds: of a segment.
        count: workers that parse.
        cpus: of each actor.
    """

    def __init__(
        self,
        ray: Any,  # noqa: ANN401  # a module without types
        duty: Duty,
        seconds: float,
        count: int,
        cpus: float,
    ) -> None:
        self._ray, self._duty, self._seconds, self._count = ray, duty, seconds, count
        self._kept = KeptSegments(open_store(duty.store), duty.fingerprint)
        self._kinds = {
            kind: actor_of(ray, kind, cpus) for kind in (ScoutActor, ClipActor, JoinActor)
        }
        self._actors: list[Any] = []
        self._scout: Any = None
        self._join: Any = None
        self._lost_loading = 0  # workers in a row
        self._idle: list[Any] = []
        self._heard: dict[Any, Callable[[], Any]] = {}  # reference -> what to do once it is there

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        while self._actors:
            self._end(self._actors[-1])

    def outcome(self, clip: Clip, tell: Callable[[Told], None]) -> Outcome | None:
        """Return what became of a recording; None where it is to be parsed in one piece.

        That is where it is short, and where its frames are others when it is cut. Segments that a
        run before has parsed are not parsed again; they are kept until the recording is done.

        Raises:
            PipelineError: a worker cannot begin; says why.
        """
        for attempt in range(1, ATTEMPTS + 1):
            self._heard.clear()
            try:
                result = self._once(clip, attempt, tell)
            except self._ray.exceptions.RayError:  # the scout is lost, or the join
                check_alive(self._ray)
                self.__exit__(None, None, None)
                self._scout, self._idle = None, []
                continue
            if result is None:
                return None
            in_one_piece = isinstance(result, Failure) and result.code == DIFFERS
            if in_one_piece or isinstance(result, ClipRecord):
                self._kept.forget(clip)
            return None if in_one_piece else Outcome(clip, result, attempt)
        return Outcome(clip, Failure.of(lost(clip)), ATTEMPTS)

    def _once(
        self, clip: Clip, attempt: int, tell: Callable[[Told], None]
    ) -> ClipRecord | Failure | None:
        if self._scout is None:
            self._scout = self._started(ScoutActor)
        is_long = self._ray.get(self._scout.open.remote(clip, self._seconds))
        if not isinstance(is_long, bool):
            failure: Failure = is_long
            return failure
        if not is_long:
            return None
        workers = sum(isinstance(one, _Parser) for one in self._idle)
        join = self._join = self._started(JoinActor)
        try:
            self._check(self._ray.get(join.begin.remote()))
            for _ in range(self._count - workers):
                self._start_parser()
            return self._carried_out(clip, join, attempt, tell)
        finally:
            self._end(join)

    def _carried_out(
        self,
        clip: Clip,
        join: Any,  # noqa: ANN401  # an actor
        attempt: int,
        tell: Callable[[Told], None],
    ) -> ClipRecord | Failure:
        course, asked_at = _Course(), time.monotonic()
        joining = join.run.remote(clip, attempt)
        scouting: Any = None
        feeding: Any = None
        under_way: dict[Any, tuple[_Parser, _Piece]] = {}
        while True:
            ahead = course.prepared - course.joined
            if scouting is None and not course.has_all and ahead < self._count + _AHEAD:
                scouting = self._scout.next.options(num_returns=2).remote()
            while self._idle and course.waiting:
                worker, piece = self._idle.pop(), course.waiting.popleft()
                info, piece.seen = worker.handle.parse.options(num_returns=2).remote(
                    clip, piece.planned
                )
                under_way[info] = worker, piece
            if feeding is None and course.joined in course.seen:
                piece = course.seen.pop(course.joined)
                fed = join.feed.options(concurrency_group="fed")
                feeding = fed.remote(piece.planned, piece.seen)
            references = [joining, *under_way, *self._heard]
            references += [scouting[0]] if scouting is not None else []
            references += [feeding] if feeding is not None else []
            for reference in self._ready(references):
                if reference is joining:
                    answer: ClipRecord | Failure = self._ray.get(joining)
                    return answer
                if scouting is not None and reference is scouting[0]:
                    count = self._ray.get(reference)
                    if not isinstance(count, int):
                        failed: Failure = count
                        return failed
                    if count:
                        course.waiting.append(_Piece(course.prepared, scouting[1]))
                        course.prepared += 1
                    else:
                        course.has_all = True
                    scouting = None
                elif reference is feeding:
                    self._ray.get(feeding)
                    feeding = None
                    course.joined += 1
                elif reference in under_way:
                    worker, piece = under_way.pop(reference)
                    failure = self._parsed(reference, worker, piece, course, clip)
                    if failure is not None:
                        return failure
                else:
                    self._heard.pop(reference)()
            if time.monotonic() - asked_at > _ASKS_EVERY_S:
                asked_at = time.monotonic()
                check_alive(self._ray)
                reference = told(join)
                self._heard[reference] = lambda ref=reference: tell(  # type: ignore[misc]
                    Told(clip, *self._ray.get(ref))
                )

    def _parsed(
        self,
        reference: Any,  # noqa: ANN401  # Ray's
        worker: _Parser,
        piece: _Piece,
        course: _Course,
        clip: Clip,
    ) -> Failure | None:
        """Take in a segment that was parsed, or lost; return why the recording fails, if so."""
        try:
            failure: Failure | None = self._ray.get(reference)
        except self._ray.exceptions.RayError:
            self._end(worker.handle)
            piece.attempts += 1
            if piece.attempts >= ATTEMPTS:
                return Failure.of(lost(clip))
            course.waiting.appendleft(piece)
            self._start_parser()
            return None
        self._idle.append(worker)
        if failure is None:
            course.seen[piece.number] = piece
        return failure

    def _start_parser(self) -> None:
        worker = _Parser(self._started(ClipActor))
        began = worker.handle.begin.remote()

        def ready() -> None:
            try:
                self._check(self._ray.get(began))
            except self._ray.exceptions.RayError as error:
                self._lost_loading += 1
                if self._lost_loading >= STARTS:
                    raise cannot_start(error) from error
                self._end(worker.handle)
                self._start_parser()
                return
            self._lost_loading = 0
            self._idle.append(worker)

        self._heard[began] = ready

    def _started(self, kind: type[ClipActor] | type[ScoutActor]) -> Any:  # noqa: ANN401  # an actor
        actor = self._kinds[kind].remote(self._duty)
        self._actors.append(actor)
        return actor

    def _end(self, actor: Any) -> None:  # noqa: ANN401
        self._actors = [one for one in self._actors if one is not actor]
        with contextlib.suppress(Exception):  # the cluster may be gone
            self._ray.kill(actor)

    def _check(self, failure: Failure | None) -> None:
        if failure is not None:
            raise failure.error()

    def _ready(self, references: list[Any]) -> list[Any]:
        found: list[Any] = self._ray.wait(
            references, num_returns=len(references), timeout=0, fetch_local=False
        )[0]
        if not found:
            found = self._ray.wait(references, num_returns=1, timeout=0.5, fetch_local=False)[0]
        return found


@dataclass(eq=False, slots=True)
class _Parser:
    """A worker that parses segments."""

    handle: Any
