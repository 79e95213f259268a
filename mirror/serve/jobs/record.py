"""What is known of one job, as stores keep it."""

from __future__ import annotations

import secrets
from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.schema import Schema
from mirror.core.settings import Config

State = Literal["queued", "running", "done", "failed", "cancelled", "expired"]
STATES: tuple[State, ...] = ("queued", "running", "done", "failed", "cancelled", "expired")
OPEN: tuple[State, ...] = ("queued", "running")  # states that a job leaves by itself
Output = Literal["video", "results", "masks", "instances"]
OUTPUTS: tuple[Output, ...] = ("video", "results", "masks", "instances")
MOST_LOST = 3  # a job that has taken three instances with it does not get a fourth


class Wanted(Schema):
    """What a job is to make of its input.

    Attributes:
        outputs: what is to be written.
        rle: whether results have every part's mask.
        parser: its name; empty for the service's own.
        settings: how it is parsed, drawn and encoded.
    """

    outputs: Annotated[tuple[Output, ...], Strict(False)] = ("video", "results")
    rle: bool = False
    parser: str = ""
    settings: Config = Config()


class Failure(Schema):
    """Why a job failed: a code, and one sentence for people."""

    code: str
    detail: str


class ResultFile(Schema):
    """One file that a job has made."""

    name: str
    media_type: str
    size: int


class JobRecord(Schema):
    """One job.

    Attributes:
        id: unguessable; whoever has it still needs the owner's token.
        owner: the name of the token it was asked for with; empty where none is needed.
        key: what the client calls it, so that a request sent twice makes one job.
        input_name: the file's name, its ending checked; nothing else of what the client called it.
        wanted: what is to be made of it.
        created_at, started_at, finished_at: seconds since 1970, UTC.
        frames, total, fps: how far it is; total where the input says it.
        attempt: how often somebody has begun it.
        lost: how often whoever had begun it was never heard of again.
        worker, leased_until: whose it is, and until when it is so unless they say more.
        is_cancelled: whether it is to end.
        failure: why it failed.
        results: what it has made; of the attempt that succeeded.
    """

    id: str
    owner: str = ""
    key: str | None = None
    state: State = "queued"
    input_name: str
    input_size: int = 0
    wanted: Wanted = Wanted()
    created_at: float
    started_at: float | None = None
    finished_at: float | None = None
    frames: int = 0
    total: int | None = None
    fps: float = 0.0
    attempt: int = 0
    lost: int = 0
    worker: str = ""
    leased_until: float = 0.0
    is_cancelled: bool = False
    failure: Failure | None = None
    results: Annotated[tuple[ResultFile, ...], Strict(False), Field()] = ()

    @property
    def is_open(self) -> bool:
        """Whether something is still to come."""
        return self.state in OPEN

    @property
    def left_s(self) -> float | None:
        """About how many seconds it still takes, where that is known."""
        if self.state != "running" or self.total is None or self.fps <= 0:
            return None
        return max(0.0, (self.total - self.frames) / self.fps)


def new_id(now: float) -> str:
    """Return an id that nobody can guess; ids sort by when they were made."""
    return first_id(now) + secrets.token_urlsafe(18)


def first_id(now: float) -> str:
    """Return what comes before all ids made from a time on, in seconds since 1970."""
    return f"{max(0, int(1000 * now)):012x}"
