"""One client's stream: takes pictures while there is credit, and answers each of them in order."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Coroutine, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from mirror.core.parsing import Parsing
from mirror.outputs.json_lines import frame_line, header_line
from mirror.rendering.renderer import Renderer
from mirror.serve.pictures import ImageFormat, decode, encode, encode_ids
from mirror.serve.problems import Problem, problem_of_frame
from mirror.serve.service import Service
from mirror.serve.shared_parser import SharedParser
from mirror.serve.stream.connection import ClientGone, Connection
from mirror.serve.stream.inbox import Inbox
from pipeline.frame import Frame
from pipeline.pool.lane_limits import LaneLimits
from pipeline.result import Result, Timing

_LIVE_ROOM = 1  # pictures that wait in the inbox of a live stream: the newest
_FILE_ROOM = 2


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What a client wants of its stream.

    Attributes:
        renderer: draws overlays, one after the other; this stream's alone.
        results: whether what was found is said.
        labels: whether the label map is sent back.
        overlay: the format of the pictures that are sent back; None: none are.
        rle: whether results have every part's mask.
        live: whether the oldest frame that waits is dropped, rather than that the client waits.
        rate: frames a second of media time; None: that is the time of arrival.
        begin_within_s: frames that no worker has begun by then are dropped.
    """

    renderer: Renderer
    results: bool
    labels: bool
    overlay: ImageFormat | None
    rle: bool
    live: bool
    rate: Fraction | None
    begin_within_s: float | None


class Session:
    """Runs one stream; for the event loop that the connection belongs to.

    Args:
        connection: to the client.
        service: what it is answered with.
        parser: parses.
        options: what is wanted.
    """

    def __init__(
        self, connection: Connection, service: Service, parser: SharedParser, options: StreamOptions
    ) -> None:
        self._connection, self._service, self._options = connection, service, options
        self._patience, self._parser = service.streams.patience, parser
        self._loop, self._sends_one = asyncio.get_running_loop(), asyncio.Lock()
        self._inbox = Inbox(
            self._decoded, self._refused, is_live=options.live, size=_LIVE_ROOM, rate=options.rate
        )
        in_flight = self._parser.workers + 1 if options.live else 2 * self._parser.workers + 1
        limits = LaneLimits(
            queue_size=1, in_flight=in_flight, when_full="wait", deadline_s=options.begin_within_s
        )
        self._lane = self._parser.pool.video(
            self._inbox, "stream", limits, self._overdue, self._has_failed
        )
        self._problems: dict[int, Problem] = {}  # of frames whose turn has yet to come
        # those in flight, one in the lane's queue, one being decoded, and those in the inbox
        self.window = in_flight + 2 + (_LIVE_ROOM + 1 if options.live else _FILE_ROOM)
        self._unanswered = self._answered = self._failed = self._dropped = 0
        self._has_answered = asyncio.Event()
        self._began_at = time.monotonic()
        self._sends: set[Future[None]] = set()  # guarded by _lock, as is the next
        self._is_over = False
        self._lock = threading.Lock()

    async def run(self) -> None:
        """Answer until the client ends the stream, or the service does.

        Raises:
            Problem: the client has broken the rules, or was not served.
            ClientGone: it left.
        """
        await self._send(self._hello())
        consumer = self._loop.run_in_executor(self._service.streams.threads, self._consume)
        receiver = asyncio.ensure_future(self._receive())
        stopping = asyncio.ensure_future(self._service.streams.stopping())
        for one in (consumer, receiver):  # what the first of them raised is on its way
            one.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
        try:
            await asyncio.wait({consumer, receiver, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if receiver.done():
                receiver.result()
            receiver.cancel()
            self._inbox.end()
            await asyncio.shield(consumer)
        finally:
            for task in (receiver, stopping):
                task.cancel()
            self._give_up()
            await asyncio.wait({consumer, receiver, stopping})
        if stopping.done() and not stopping.cancelled():
            raise Problem(503, "service.stopping", "The service is stopping.")
        await self._send(
            {"type": "end", "frames": self._inbox.came, "answered": self._answered,
             "failed": self._failed, "dropped": self._dropped}
        )  # fmt: skip

    def _hello(self) -> dict[str, Any]:
        rate, parser = self._options.rate, self._parser
        time_base = None if rate is None else 1 / rate
        header = header_line(parser.name, parser.parts, 1, 1, time_base)
        return {"type": "hello", "credits": self.window, **header, "size": None}

    # the event loop

    async def _receive(self) -> None:
        """Take pictures until the client says that there are no more."""
        while True:
            if self._connection.is_paced:
                await self._credit()
            try:
                async with asyncio.timeout(self._patience.idle_s):
                    data = await self._connection.receive()
            except TimeoutError:
                raise Problem(408, "stream.idle", "Nothing came for too long.") from None
            if data is None:
                return
            await self._take(data)

    async def _credit(self) -> None:
        while self._unanswered >= self.window:
            self._has_answered.clear()
            await self._has_answered.wait()

    async def _take(self, data: bytes) -> None:
        most = self._service.bounds.picture_bytes
        if len(data) > most:
            raise Problem(413, "request.too_large", "The picture's file is too large.",
                          max_bytes=most)  # fmt: skip
        if self._unanswered >= self.window:
            raise Problem(
                429, "stream.no_credit", "More pictures came than there was credit for.",
                window=self.window,
            )  # fmt: skip
        self._unanswered += 1
        overtaken = self._inbox.put(data)
        if overtaken is not None:
            await self._send(self._drop(overtaken, "overtaken"), credits=1)

    async def _send(
        self, message: dict[str, Any], pictures: Mapping[str, bytes] = {}, credits: int = 0
    ) -> None:
        """Send a message, and the pictures that belong to it, together."""
        self._unanswered -= credits  # before the client can know of it
        if credits:
            message["credits"] = credits
            self._has_answered.set()
        try:
            async with asyncio.timeout(self._patience.unread_s), self._sends_one:
                await self._connection.send(message, pictures)
        except TimeoutError:
            raise Problem(408, "stream.unread", "What was sent was not read.") from None

    # threads: of the lane's source, which decodes, and of its consumer, which encodes

    def _consume(self) -> None:
        try:
            with self._lane as results:
                for result in results:
                    self._answer_in_turn(result)
        finally:
            self._options.renderer.end_scene()

    def _answer_in_turn(self, result: Result[Parsing]) -> None:
        number = result.frame.sequence or 0
        if (problem := self._problems.pop(number, None)) is not None:
            self._refused(number, problem)
            return
        began_at = time.monotonic()
        message, pictures = self._answer(result)
        message["timing"] = self._timing(result.timing, time.monotonic() - began_at)
        self._answered += 1
        self._tell(message, pictures)

    def _timing(self, timing: Timing, encode_s: float) -> dict[str, float]:
        wait_s = timing.began_at - timing.captured_at
        parse_s = timing.parsed_at - timing.began_at
        self._service.metrics.parsed("stream", wait_s, parse_s, encode_s)
        return {"wait": _ms(wait_s), "parse": _ms(parse_s), "encode": _ms(encode_s)}

    def _answer(self, result: Result[Parsing]) -> tuple[dict[str, Any], dict[str, bytes]]:
        options, frame, number = self._options, result.frame, result.frame.sequence or 0
        message: dict[str, Any] = {"type": "frame", "frame": number}
        if options.results:
            line = frame_line(number, frame, result.parsing, self._parser.parts, options.rle)
            message |= {**line, "size": [frame.width, frame.height]}
            if frame.pts is None:
                message["time"] = round(frame.captured_at - self._began_at, 6)
        pictures = {}
        if options.labels:
            pictures["labels"] = encode_ids(result.parsing.labels)
        if options.overlay is not None:
            drawn = options.renderer.render(frame, result.parsing).bgr
            pictures["overlay"] = encode(drawn, options.overlay)
        return message, pictures

    def _decoded(self, data: bytes) -> Any:  # noqa: ANN401 - an image
        return decode(data, self._service.bounds.pixels)

    def _refused(self, number: int, problem: Problem) -> None:
        self._failed += 1
        self._service.metrics.dropped("stream", problem.code)
        self._tell({"type": "failed", "frame": number, "code": problem.code,
                    "detail": problem.detail})  # fmt: skip

    def _has_failed(self, frame: Frame, error: Exception) -> None:
        self._problems[frame.sequence or 0] = problem_of_frame(error)

    def _overdue(self, number: int | None) -> None:
        self._tell(self._drop(number or 0, "overdue"))

    def _drop(self, number: int, reason: str) -> dict[str, Any]:
        self._dropped += 1
        self._service.metrics.dropped("stream", reason)
        return {"type": "dropped", "frame": number, "reason": reason}

    def _tell(self, message: dict[str, Any], pictures: Mapping[str, bytes] = {}) -> None:
        """Send an answer, and wait until it is on its way: nothing piles up for slow readers."""
        with self._lock:
            if self._is_over:
                raise ClientGone
            sent = self._in_loop(self._send(message, pictures, credits=1))
        try:
            sent.result()
        finally:
            with self._lock:
                self._sends.discard(sent)

    def _in_loop(self, work: Coroutine[Any, Any, None]) -> Future[None]:
        future = asyncio.run_coroutine_threadsafe(work, self._loop)
        self._sends.add(future)
        return future

    def _give_up(self) -> None:
        """Have the threads end, whatever they wait for."""
        with self._lock:
            self._is_over = True
            sends = list(self._sends)
        for sent in sends:
            sent.cancel()
        self._lane.close()


def _ms(seconds: float) -> float:
    return round(1e3 * seconds, 1)
