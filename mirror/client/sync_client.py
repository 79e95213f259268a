"""The client for programs that wait."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Literal

import httpx
import websockets.sync.client

from mirror.client import protocol
from mirror.client.answers import (
    Job,
    ParsedPicture,
    ServiceError,
    ServiceUnreachable,
    StreamAnswer,
)
from mirror.client.protocol import Format, Option, Output, StreamOutput, StreamState


class Client:
    """Asks a service; a ``with`` block. One thread at a time.

    What can be said of drawing (``**drawing``) is ``opacity``, ``draw``, ``palette``, ``outlines``,
    ``labels``, ``landmarks`` and ``effects``, as on the command line.

    Args:
        address: the service's.
        token: where it needs one.
        timeout_s: how long an answer may take.

    Every method raises ServiceError where the service refuses, and ServiceUnreachable where nobody
    answers.
    """

    def __init__(
        self,
        address: str = protocol.DEFAULT_ADDRESS,
        *,
        token: str | None = None,
        timeout_s: float = 60.0,
    ) -> None:
        self._address, self._headers = address, protocol.headers(token)
        self._timeout_s = timeout_s
        self._http = httpx.Client(
            base_url=address, headers=self._headers, timeout=timeout_s, limits=protocol.LIMITS
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def parse(
        self,
        picture: bytes | Path,
        *,
        search: Literal["auto", "thorough"] = "auto",
        rle: bool = False,
        parser: str | None = None,
        begin_within_s: float | None = None,
    ) -> ParsedPicture:
        """Return what is in a picture: a JPEG, PNG or WebP.

        Args:
            picture: the file.
            search: thorough finds more people, and takes about a second longer.
            rle: add every part's mask.
            parser: one that the service lets clients ask for; None: its own.
            begin_within_s: by when a worker must have begun.
        """
        more = protocol.deadline(begin_within_s)
        options: dict[str, Option] = {"search": search, "rle": rle, "parser": parser}
        return ParsedPicture.of(self._parse(picture, "application/json", options, more).json())

    def overlay(
        self, picture: bytes | Path, *, format: Format = "jpeg", **drawing: Option
    ) -> bytes:
        """Return the file of a picture with the parts drawn."""
        return self._parse(picture, f"image/{format}", drawing).content

    def map(self, picture: bytes | Path, kind: Literal["labels", "instances"] = "labels") -> bytes:
        """Return a grey PNG whose values are the ids of parts, or of people."""
        return self._parse(picture, f"image/png; map={kind}", {}).content

    def submit(
        self,
        video: bytes | Path,
        *,
        outputs: Iterable[Output] = ("video", "results"),
        key: str | None = None,
        **options: Option,
    ) -> Job:
        """Have a video worked on; return at once.

        Args:
            video: the file.
            outputs: what is to be made.
            key: the same key makes the same job, so that a request may be sent again.
            **options: drawing, and ``parser``, ``rle``, ``side_by_side``, ``quality``.
        """
        answer = self._ask(
            "POST", "/v1/jobs", params=protocol.query({"outputs": tuple(outputs), **options}),
            content=protocol.pieces_of(video), headers=protocol.job_headers(key),
        )  # fmt: skip
        return Job.of(answer.json())

    def job(self, id: str) -> Job:
        """Return how a job stands."""
        return Job.of(self._ask("GET", f"/v1/jobs/{id}").json())

    def watch(self, id: str) -> Iterator[Job]:
        """Yield a job whenever it changes, until it is over; survives connections that break."""
        for left in reversed(range(protocol.TRIES)):
            try:
                for job in self._events(id):
                    yield job
                    if job.is_over:
                        return
            except (ServiceUnreachable, ServiceError) as error:
                if not left or not protocol.may_pass(error):
                    raise
            time.sleep(protocol.PAUSE_S)

    def wait(self, id: str) -> Job:
        """Return a job when it is over."""
        job = self.job(id)
        if not job.is_over:
            for job in self.watch(id):  # noqa: B007 - the last one counts
                pass
        return job

    def cancel(self, id: str) -> Job:
        """End a job."""
        return Job.of(self._ask("DELETE", f"/v1/jobs/{id}").json())

    def download(self, id: str, name: str, path: Path) -> Path:
        """Save a file that a job has made; it has its name once it is whole."""
        part = path.with_name(f"{path.name}.part")
        with (
            protocol.reached(),
            self._http.stream("GET", f"/v1/jobs/{id}/result", params={"name": name}) as answer,
        ):
            if not answer.is_success:
                answer.read()
            protocol.check(answer)
            with part.open("wb") as file:
                for piece in answer.iter_bytes(protocol.PIECE):
                    file.write(piece)
        return part.replace(path)

    def stream(
        self,
        pictures: Iterable[bytes],
        *,
        outputs: Iterable[StreamOutput] = ("results",),
        live: bool = False,
        fps: float | None = None,
        **options: Option,
    ) -> Iterator[StreamAnswer]:
        """Yield what becomes of each picture; take the next one when the service has room for it.

        Args:
            pictures: JPEG, PNG or WebP files; of a camera, as they come.
            outputs: what comes back.
            live: drop the oldest that waits rather than take the next later.
            fps: frames a second of media time; None: that is the time of arrival.
            **options: drawing, and ``format``, ``parser``, ``rle``, ``timeout_ms``.
        """
        wanted = {"outputs": tuple(outputs), "live": live, "fps": fps, **options}
        address = protocol.stream_address(self._address, wanted)
        with protocol.reached(), websockets.sync.client.connect(
            address, additional_headers=self._headers, max_size=None, compression=None,
            open_timeout=self._timeout_s,
        ) as socket:  # fmt: skip
            state = StreamState()
            state.heard(socket.recv(self._timeout_s))
            for picture in pictures:
                while not state.credits:
                    yield from _told(state.heard(socket.recv(self._timeout_s)))
                state.credits -= 1
                socket.send(picture)
                with contextlib.suppress(TimeoutError):
                    while True:  # what is there already
                        yield from _told(state.heard(socket.recv(0)))
            socket.send(protocol.END)
            while not state.is_over:
                yield from _told(state.heard(socket.recv(self._timeout_s)))

    def _parse(
        self,
        picture: bytes | Path,
        accept: str,
        options: dict[str, Any] | dict[str, Option],
        more: dict[str, str] | None = None,
    ) -> httpx.Response:
        return self._ask(
            "POST", "/v1/parse", params=protocol.query(options),
            content=protocol.bytes_of(picture), headers={"Accept": accept, **(more or {})},
        )  # fmt: skip

    def _ask(self, method: str, path: str, **more: Any) -> httpx.Response:  # noqa: ANN401
        with protocol.reached():
            answer = self._http.request(method, path, **more)
        protocol.check(answer)
        return answer

    def _events(self, id: str) -> Iterator[Job]:
        with protocol.reached(), self._http.stream("GET", f"/v1/jobs/{id}/events") as answer:
            if not answer.is_success:
                answer.read()
            protocol.check(answer)
            for line in answer.iter_lines():
                if (job := protocol.job_in(line)) is not None:
                    yield job


def _told(answer: StreamAnswer | None) -> Iterator[StreamAnswer]:
    if answer is not None:
        yield answer
