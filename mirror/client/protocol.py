"""How a service is asked and understood, without a connection: what both clients share."""

from __future__ import annotations

import contextlib
import json
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import httpx
import websockets.exceptions

from mirror.client.answers import Job, ServiceError, ServiceUnreachable, StreamAnswer

DEFAULT_ADDRESS = "http://127.0.0.1:8700"
PIECE = 1 << 20  # bytes of a file that are in memory at once
TRIES = 5  # of watching a job over a connection that breaks
PAUSE_S = 1.0  # between them
_UNAVAILABLE = 503
# the service closes a connection that is idle for five seconds; at that moment it must not be used
LIMITS = httpx.Limits(keepalive_expiry=2.0)
_BROKEN = (ConnectionError, TimeoutError, socket.gaierror)
END = json.dumps({"type": "end"})

Option = str | float | bool | Sequence[str] | None
Format = Literal["jpeg", "png", "webp"]
Output = Literal["video", "results", "masks", "instances"]
StreamOutput = Literal["results", "overlay"]


def query(options: Mapping[str, Option]) -> httpx.QueryParams:
    """Return options as the address says them; None says nothing."""
    said: list[tuple[str, str | int | float | bool | None]] = []  # as httpx has it
    for name, value in options.items():
        values = [value] if isinstance(value, (str, float, int)) else value or ()
        said += [(name, str(one).lower() if isinstance(one, bool) else str(one)) for one in values]
    return httpx.QueryParams(said)


def headers(token: str | None) -> dict[str, str]:
    """Return the headers of every request."""
    return {} if token is None else {"Authorization": f"Bearer {token}"}


def deadline(begin_within_s: float | None) -> dict[str, str]:
    """Return the headers of a picture that is to be begun in time."""
    return {} if begin_within_s is None else {"X-Timeout-Ms": str(round(1000 * begin_within_s))}


@contextlib.contextmanager
def reached() -> Iterator[None]:
    """Say of every connection that fails that it did, in one way.

    Raises:
        ServiceUnreachable: it did.
    """
    try:
        yield
    except (httpx.TransportError, websockets.exceptions.WebSocketException, *_BROKEN) as error:
        raise ServiceUnreachable(str(error) or type(error).__name__) from error


def may_pass(error: ServiceUnreachable | ServiceError) -> bool:
    """Whether asking again, maybe of another instance behind the address, may help."""
    return isinstance(error, ServiceUnreachable) or error.status == _UNAVAILABLE


def bytes_of(picture: bytes | Path) -> bytes:
    """Return a picture's file."""
    return picture.read_bytes() if isinstance(picture, Path) else picture


def pieces_of(video: bytes | Path) -> Iterator[bytes]:
    """Yield a video's file in pieces."""
    if isinstance(video, bytes):
        yield video
        return
    with video.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece


def job_headers(key: str | None) -> dict[str, str]:
    """Return the headers of a new job."""
    return {} if key is None else {"Idempotency-Key": key}


def check(response: httpx.Response) -> None:
    """Raise what an answer, read to its end, says is wrong.

    Raises:
        ServiceError: it is none that was asked for.
    """
    if response.is_success:
        return
    try:
        problem = response.json()
    except ValueError:
        problem = {}
    later = response.headers.get("retry-after", "")
    raise ServiceError(
        response.status_code,
        problem if isinstance(problem, dict) else {},
        float(later) if later.isdigit() else None,
    )


def job_in(line: str) -> Job | None:
    """Return the job that a line of server-sent events tells of; None where it tells of none."""
    return Job.of(json.loads(line[6:])) if line.startswith("data: ") else None


@dataclass(slots=True)
class StreamState:
    """Credit, and the message that waits for its picture: the rules of a stream.

    Attributes:
        credits: how many pictures may be sent.
        is_over: whether the service has said that nothing more comes.
    """

    credits: int = 0
    is_over: bool = False
    _head: dict[str, Any] | None = field(default=None, repr=False)

    def heard(self, message: str | bytes) -> StreamAnswer | None:
        """Take a message of the service's; return what it completes.

        Raises:
            ServiceError: the service ends the stream.
        """
        if isinstance(message, bytes):
            head, self._head = self._head, None
            return None if head is None else self._answer(head, message)
        said = json.loads(message)
        if said["type"] == "error":
            raise ServiceError(said["status"], said)
        if said["type"] == "end":
            self.is_over = True
            return None
        if said["type"] == "hello":
            self.credits = said["credits"]
            return None
        if "overlay" in said:
            self._head = said
            return None
        return self._answer(said, None)

    def _answer(self, said: dict[str, Any], overlay: bytes | None) -> StreamAnswer:
        self.credits += said.get("credits", 0)
        return StreamAnswer.of(said, overlay)


def stream_address(address: str, options: Mapping[str, Option]) -> str:
    """Return the address of a stream, as WebSockets have it."""
    base = address.rstrip("/").replace("http", "ws", 1)
    return f"{base}/v1/stream?{query(options)}"
