"""The parser behind the service: single pictures of many clients through one pool of workers."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.parser_workers import ParserWorkers, PictureClient
from pipeline.frame import BGR, Frame
from pipeline.pool.fair_queue import ServiceClass
from pipeline.result import PoolStatistics

T = TypeVar("T")


@dataclass(frozen=True, slots=True, eq=False)
class ParsedPicture:
    """One picture, parsed.

    Attributes:
        frame, parsing: what came in, and what was found in it.
        wait_s: seconds that it waited for a worker.
        parse_s: seconds that the worker took.
    """

    frame: Frame
    parsing: Parsing
    wait_s: float
    parse_s: float


class SharedParser:
    """Parses pictures on a pool's workers; a ``with`` block, entered before the first request.

    Its coroutines are for one event loop; the rest may be called on any thread.

    Args:
        kind: the parser.
        workers: threads that parse, each with a model copy.
        threads: threads that each of them computes with.
        config: what else is asked of the parser.

    Attributes:
        is_warm: whether it has answered once.
    """

    def __init__(self, kind: AnyKind, workers: int, threads: int, config: ParserConfig) -> None:
        self.is_warm = False
        self.kind, self.workers, self.threads, self.config = kind, workers, threads, config
        self.pool = ParserWorkers(kind, workers, threads, config)
        # pictures are decoded and encoded beside the workers, which wait for nothing
        self._helpers = ThreadPoolExecutor(workers, "codec")
        self._clients: dict[tuple[str, ServiceClass], _Shared] = {}  # guarded by _lock
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """The parser's name."""
        return self.kind.name

    @property
    def parts(self) -> LabelSet:
        """What its label maps can hold."""
        return self.kind.parts

    @property
    def has_ended(self) -> bool:
        """Whether it parses no more, because its workers have all been lost."""
        return self.pool.has_ended

    def __enter__(self) -> SharedParser:
        self.pool.__enter__()
        return self

    def __exit__(self, *raised: Any) -> None:  # noqa: ANN401
        self._helpers.shutdown(cancel_futures=True)
        self.pool.__exit__(*raised)

    async def warm_up(self) -> None:
        """Return when the parser has answered once."""
        grey = np.full((64, 64, 3), 128, np.uint8)
        await self.parse(grey, "warm-up")
        self.is_warm = True

    async def parse(
        self,
        image: BGR,
        client: str,
        *,
        thorough: bool = False,
        service: ServiceClass = "interactive",
        begin_within_s: float | None = None,
    ) -> ParsedPicture:
        """Return one picture parsed, as if there were no other; cancelling gives it up.

        Args:
            image: (H, W, 3) uint8 BGR; read-only from here on.
            client: who asks: clients take turns.
            thorough: take a second to look for people everywhere.
            service: whose pictures go first.
            begin_within_s: raise FrameOverdue where no worker is free by then.
        """
        frame = Frame.from_bgr(image, 0.0)
        frame.is_held = thorough
        with self._client(client, service) as pool_client:
            future = pool_client.submit(frame, begin_within_s)
            answer = await asyncio.wrap_future(future)
        return ParsedPicture(frame, answer.raw, answer.wait_s, answer.parse_s)

    async def beside(self, work: Callable[..., T], *given: object) -> T:
        """Run a function that computes, such as a codec, beside the event loop."""
        return await asyncio.get_running_loop().run_in_executor(
            self._helpers, functools.partial(work, *given)
        )

    def statistics(self) -> PoolStatistics:
        """Return a snapshot of the workers."""
        return self.pool.statistics()

    @contextlib.contextmanager
    def _client(self, name: str, service: ServiceClass) -> Iterator[PictureClient]:
        """One line a client, however many requests of theirs are under way."""
        key = name, service
        with self._lock:
            shared = self._clients.get(key)
            if shared is None:
                client = self.pool.client(name, service)
                shared = self._clients[key] = _Shared(client.__enter__())
            shared.users += 1
        try:
            yield shared.client
        finally:
            with self._lock:
                shared.users -= 1
                if not shared.users:
                    del self._clients[key]
                    shared.client.__exit__(None, None, None)


@dataclass(slots=True, eq=False)
class _Shared:
    client: PictureClient
    users: int = 0
