"""The parsers of a service: its own, and those that clients ask for by name, while in use."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from types import TracebackType

from mirror.jobs.composition import check_memory, shared_out
from mirror.serve.logs import events
from mirror.serve.parser_choice import LATER, NO_CHOICE, ParserChoice, told
from mirror.serve.problems import Problem
from mirror.serve.shared_parser import SharedParser
from pipeline.errors import PoolClosed

_LOOKS_AFTER_S = 0.1  # between looks at workers that may hang, and at who is idle
_TRIED_AGAIN_S = 10.0  # after which a parser that could not be had is tried again


@dataclass(slots=True, eq=False)
class _Entry:
    """A parser that is loaded, or is being loaded. Guarded by the lock of whose it is.

    Attributes:
        loading: becomes the parser, or what went wrong.
        users: who has it, or waits for it.
        megabytes: that its model copies take.
        idle_since: when the last user left; or when it failed.
    """

    name: str
    loading: Future[SharedParser]
    users: int = 0
    megabytes: int = 0
    idle_since: float = 0.0

    @property
    def parser(self) -> SharedParser | None:
        """The parser, where it is loaded."""
        is_there = self.loading.done() and self.loading.exception() is None
        return self.loading.result() if is_there else None


@dataclass(frozen=True, slots=True)
class LoadedParser:
    """A parser as figures show it: its name, its statistics' source, and what it takes."""

    name: str
    parser: SharedParser
    megabytes: int
    users: int


class LoadedParsers:
    """Loads parsers when they are asked for, and drops those that nobody uses; a ``with`` block.

    One at a time is loaded or dropped, on a thread of its own; whoever asks meanwhile waits. Where
    a new one does not fit, idle ones make room, the longest idle first. A parser whose workers have
    all been lost is loaded anew. Any thread may call it, except where it says otherwise.

    Args:
        own: the service's own parser, which is always there.
        choice: what else there is.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        own: SharedParser,
        choice: ParserChoice = NO_CHOICE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._choice, self._clock = choice, clock
        self._lock = threading.Lock()
        # guarded by _lock, as are all below
        self._own = own
        self._own_since = clock()
        self._entries: dict[str, _Entry] = {}
        self._counts: Counter[tuple[str, str]] = Counter()
        self._loader = ThreadPoolExecutor(1, "parsers")

    @property
    def own(self) -> SharedParser:
        """The service's own parser."""
        return self._own

    @property
    def names(self) -> tuple[str, ...]:
        """What may be asked for; the service's own parser first."""
        own = self._own.name
        return (own, *(name for name in self._choice.names if name != own))

    def __enter__(self) -> LoadedParsers:
        self._own.__enter__()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._loader.shutdown(cancel_futures=True)
        with self._lock:
            entries, self._entries = list(self._entries.values()), {}
        for entry in entries:
            if not entry.loading.done():
                entry.loading.set_exception(PoolClosed("service.ended", "the service has ended"))
            elif (parser := entry.parser) is not None:
                _close(parser)
        self._own.__exit__(kind, error, traceback)

    @contextlib.asynccontextmanager
    async def using(self, name: str = "") -> AsyncIterator[SharedParser]:
        """Yield a parser, which stays loaded for as long as the block lasts; for the event loop.

        Args:
            name: its name; empty for the service's own.

        Raises:
            Problem: there is none of that name (422), it cannot be loaded here (503), or it does
                not fit (503 where others may make room, else 507).
        """
        if (entry := self._entry(name)) is None:
            yield self._own
            return
        try:
            # whoever leaves meanwhile does not take the parser from those who stay
            yield await asyncio.shield(asyncio.wrap_future(entry.loading))
        finally:
            self._left(entry)

    @contextlib.contextmanager
    def held(self, name: str = "") -> Iterator[SharedParser]:
        """See ``using``; for threads, which wait while it is loaded."""
        if (entry := self._entry(name)) is None:
            yield self._own
            return
        try:
            yield entry.loading.result()
        finally:
            self._left(entry)

    def check(self, name: str) -> None:
        """Go on if a name is one of ``names``, or empty.

        Raises:
            Problem: it is none (422).
        """
        if name and name not in self.names:
            raise Problem(
                422, "parser.unknown", f"There are these parsers: {', '.join(self.names)}.",
                parsers=list(self.names), errors=[{"field": "query.parser"}],
            )  # fmt: skip

    @property
    def loaded(self) -> list[LoadedParser]:
        """Those that are loaded; the service's own first."""
        with self._lock:
            there = [(entry, entry.parser) for entry in self._entries.values()]
            own = self._own
        return [
            LoadedParser(own.name, own, _megabytes(own), 0),
            *(
                LoadedParser(entry.name, parser, entry.megabytes, entry.users)
                for entry, parser in there
                if parser is not None
            ),
        ]

    def counts(self) -> Mapping[tuple[str, str], int]:
        """Return how often what has happened: (name, loaded, failed or dropped) -> times."""
        with self._lock:
            return dict(self._counts)

    async def look_after(self) -> None:
        """Replace workers that hang and drop who is idle, for as long as nobody cancels this."""
        while True:
            await asyncio.sleep(_LOOKS_AFTER_S)
            for loaded in self.loaded:
                loaded.parser.pool.look_after()
            self.sweep()

    def sweep(self) -> None:
        """Drop who has been idle for long enough, and put another in place of who has ended."""
        now = self._clock()
        with self._lock:
            for entry in list(self._entries.values()):
                if self._is_to_go(entry, now) and (idle := self._drop(entry)) is not None:
                    self._loader.submit(_close, idle)
            if self._own.has_ended and now - self._own_since >= _TRIED_AGAIN_S:
                self._own_since = now
                self._loader.submit(self._renew_own)

    # under the lock

    def _is_to_go(self, entry: _Entry, now: float) -> bool:
        if entry.users or not entry.loading.done():
            return False
        limit_s = _TRIED_AGAIN_S if entry.parser is None else self._choice.idle_s
        return now - entry.idle_since >= limit_s

    def _drop(self, entry: _Entry) -> SharedParser | None:
        """Forget an entry; return its parser, which is to be closed."""
        del self._entries[entry.name]
        if (parser := entry.parser) is not None:
            self._counts[entry.name, "dropped"] += 1
        return parser

    def _taken_mb(self) -> int:
        return sum(entry.megabytes for entry in self._entries.values())

    # anybody's threads

    def _entry(self, name: str) -> _Entry | None:
        """The entry of a name, with one user more; None for the service's own."""
        if not name or name == self._own.name:
            return None
        self.check(name)
        with self._lock:
            entry = self._entries.get(name)
            if entry is not None and (parser := entry.parser) and parser.has_ended:
                self._drop(entry)
                self._loader.submit(_close, parser)
                entry = None
            if entry is None:
                entry = self._entries[name] = _Entry(name, Future())
                self._loader.submit(self._load, entry)
            entry.users += 1
        return entry

    def _left(self, entry: _Entry) -> None:
        with self._lock:
            entry.users -= 1
            if entry.parser is not None:
                entry.idle_since = self._clock()

    # the loader's thread

    def _load(self, entry: _Entry) -> None:
        try:
            parser = self._opened(entry)
        except BaseException as error:
            with self._lock:
                entry.megabytes, entry.idle_since = 0, self._clock()
                self._counts[entry.name, "failed"] += 1
            if not isinstance(error, Problem):
                events.failed("parser.not_available", 503, error)
            entry.loading.set_exception(told(error))
        else:
            with self._lock:
                self._counts[entry.name, "loaded"] += 1
            entry.loading.set_result(parser)

    def _opened(self, entry: _Entry) -> SharedParser:
        choice = self._choice
        kind = choice.find(entry.name, choice.config)
        workers, threads = shared_out(choice.config.workers, choice.config.threads)
        if each_mb := kind.worker_memory_mb:
            fit = choice.megabytes // each_mb
            if not fit:
                raise Problem(
                    507, "parser.too_large", "This parser takes more memory than it may.",
                    needed_mb=each_mb, limit_mb=choice.megabytes,
                )  # fmt: skip
            workers = min(workers, fit)
            workers = min(workers, self._room_mb(each_mb, workers) // each_mb)
            free_mb = choice.free_mb()
            workers = max(1, min(workers, free_mb // each_mb))
            check_memory(kind, workers, free_mb)
            threads = shared_out(workers, choice.config.threads)[1]
        parser = SharedParser(kind, workers, threads, choice.config)
        parser.__enter__()
        with self._lock:
            entry.megabytes = workers * each_mb
        return parser

    def _room_mb(self, each_mb: int, workers: int) -> int:
        """Drop idle parsers, the longest idle first, until all workers fit or none is idle.

        Raises:
            Problem: there is no room for one of them, until others leave (503).
        """
        while True:
            with self._lock:
                room_mb = self._choice.megabytes - self._taken_mb()
                idle = [
                    entry for entry in self._entries.values() if not entry.users and entry.megabytes
                ]
                if room_mb >= workers * each_mb or not idle:
                    break
                parser = self._drop(min(idle, key=lambda entry: entry.idle_since))
            if parser is not None:
                _close(parser)
        if room_mb < each_mb:
            raise Problem(
                503, "parser.no_room", "Other parsers have the memory that this one takes.",
                LATER, needed_mb=each_mb, free_mb=max(0, room_mb),
            )  # fmt: skip
        return room_mb

    def _renew_own(self) -> None:
        """Start the service's own parser anew, whose workers have all been lost."""
        before = self._own
        if not before.has_ended:  # somebody was faster
            return
        after = SharedParser(before.kind, before.workers, before.threads, before.config)
        after.is_warm = before.is_warm
        after.__enter__()
        with self._lock:
            self._own = after
            self._counts[after.name, "failed"] += 1
            self._counts[after.name, "loaded"] += 1
        _close(before)


def _megabytes(parser: SharedParser) -> int:
    return parser.workers * parser.kind.worker_memory_mb


def _close(parser: SharedParser) -> None:
    """Let a parser go; what its workers ended with is known to whoever they worked for."""
    with contextlib.suppress(Exception):
        parser.__exit__(None, None, None)
