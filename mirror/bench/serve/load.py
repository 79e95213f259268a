"""Clients that ask one service at once, each its next question as soon as the last is answered.

A process of its own: python -m mirror.bench.serve.load JOB.json prints the answers as JSON.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

from mirror.bench.serve.http_connection import Connection

_PATIENCE_S = 300.0  # after which an answer counts as none
_BOUNDARY = "mirror-bench"


@dataclass(frozen=True, slots=True)
class Manner:
    """How a service is asked for a picture with its parts drawn, as a JPEG.

    Attributes:
        how: ``at-once``: the answer is the picture; ``polled``: it is an id, for which ``/result``
            is asked again and again.
        path: where pictures go.
        accept: the header.
        poll_s: seconds between two looks.
    """

    how: Literal["at-once", "polled"]
    path: str
    accept: str = "image/jpeg"
    poll_s: float = 0.5


@dataclass(frozen=True, slots=True)
class LoadJob:
    """What a load is made of.

    Attributes:
        port: of the service, on this machine.
        manner: how it is asked.
        clients: how many there are, each with a connection of its own.
        answers: the load ends after so many answers that count: those that came after every client
            had its first.
        pictures: files, and the digest that each one's answer should have.
        again_s: after how long somebody who was refused tries again; he counts as answered then.
    """

    port: int
    manner: Manner
    clients: int
    answers: int
    pictures: tuple[tuple[str, str], ...]
    again_s: float | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """One request's end.

    Attributes:
        client: whose it was.
        began_at, ended_at: monotonic seconds.
        status: of HTTP; 0 where nobody answered.
        is_right: whether the answer is the one that was to come.
    """

    client: int
    began_at: float
    ended_at: float
    status: int
    is_right: bool


def digest_of(content: bytes) -> str:
    """Return what two answers are compared by."""
    return hashlib.sha256(content).hexdigest()


async def run(job: LoadJob) -> list[Answer]:
    """Ask until there are enough answers, and return all of them."""
    load = _Load(job)
    await asyncio.gather(*(load.client(number) for number in range(job.clients)))
    return load.answers


class _Load:
    def __init__(self, job: LoadJob) -> None:
        self._job = job
        self._pictures = [(Path(path).read_bytes(), digest) for path, digest in job.pictures]
        self._fresh = set(range(job.clients))  # clients that have had no answer yet
        self._counted = 0
        self.answers: list[Answer] = []

    async def client(self, number: int) -> None:
        """Ask one question after the other."""
        connection, turn = Connection(self._job.port), number
        while self._counted < self._job.answers:
            picture, expected = self._pictures[turn % len(self._pictures)]
            began_at = time.monotonic()
            status, content = await _asked(connection, self._job.manner, picture)
            answer = Answer(
                number, began_at, time.monotonic(), status, digest_of(content) == expected
            )
            self.answers.append(answer)
            if status != 429 or self._job.again_s is None:
                self._counted += not self._fresh
                self._fresh.discard(number)
                turn += 1
            else:
                self._fresh.discard(number)
                await asyncio.sleep(self._job.again_s)
        connection.close()


async def _asked(connection: Connection, manner: Manner, picture: bytes) -> tuple[int, bytes]:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            if manner.how == "polled":
                return await _polled(connection, manner, picture)
            headers = {"Accept": manner.accept, "Content-Type": "image/jpeg"}
            return await connection.ask("POST", manner.path, headers, picture)
    except (OSError, EOFError, ValueError, TimeoutError):
        connection.close()
        return 0, b""


async def _polled(connection: Connection, manner: Manner, picture: bytes) -> tuple[int, bytes]:
    form = {"Content-Type": f"multipart/form-data; boundary={_BOUNDARY}"}
    status, content = await connection.ask("POST", manner.path, form, _form_of(picture))
    if status >= 300:
        return status, content
    id = json.loads(content)["task_id"]
    while True:
        await asyncio.sleep(manner.poll_s)
        status, content = await connection.ask("GET", f"/result/{id}", {})
        if status >= 300:
            return status, content
        told = json.loads(content)
        if told["status"] != "processing":
            return (200 if told["status"] == "done" else 500), base64.b64decode(told["image"])


def _form_of(picture: bytes) -> bytes:
    head = (
        f'--{_BOUNDARY}\r\nContent-Disposition: form-data; name="image"; filename="picture.jpg"'
        "\r\nContent-Type: image/jpeg\r\n\r\n"
    )
    return head.encode() + picture + f"\r\n--{_BOUNDARY}--\r\n".encode()


def as_text(job: LoadJob) -> str:
    """Return a job as JSON, as the process reads it."""
    return json.dumps(asdict(job))


def job_in(text: str) -> LoadJob:
    """Return the job that a JSON text says."""
    told = json.loads(text)
    pictures = tuple((path, digest) for path, digest in told.pop("pictures"))
    return LoadJob(manner=Manner(**told.pop("manner")), pictures=pictures, **told)


def main() -> None:
    """Print the answers to the job that the command line names."""
    answers = asyncio.run(run(job_in(Path(sys.argv[1]).read_text("utf-8"))))
    print(json.dumps([asdict(answer) for answer in answers]))


if __name__ == "__main__":
    main()
