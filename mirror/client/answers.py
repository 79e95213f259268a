"""What a service answers, as values; and what can go wrong."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:  # or a client would load what parses
    from mirror.outputs.result_keys import PersonKeys, RleKeys

State = Literal["queued", "running", "cancelling", "done", "failed", "cancelled", "expired"]


class ServiceUnreachable(Exception):
    """Nobody answers at the address, or the connection broke."""


class ServiceError(Exception):
    """The service answered, but not with what was asked for.

    Attributes:
        code: what to go by, such as ``picture.too_large``; it stays the same.
        status: of HTTP.
        detail: one sentence for people.
        retry_after_s: seconds after which to ask again, where the service says so.
        fields: what else it says.
    """

    def __init__(
        self, status: int, problem: Mapping[str, Any], retry_after_s: float | None = None
    ) -> None:
        self.status, self.retry_after_s = status, retry_after_s
        self.code = str(problem.get("code", "service.failed"))
        self.detail = str(problem.get("detail", ""))
        self.fields = dict(problem)
        super().__init__(f"{self.code}: {self.detail}")


@dataclass(frozen=True, slots=True)
class ParsedPicture:
    """What was found in a picture.

    Attributes:
        parser: the parser's name.
        size: width and height in pixels.
        people: with boxes, and landmarks where the parser finds any.
        areas: part to its pixels.
        rle: part to its mask in COCO's run-length encoding, where asked for.
    """

    parser: str
    size: tuple[int, int]
    people: tuple[PersonKeys, ...]
    areas: Mapping[str, int]
    rle: Mapping[str, RleKeys] | None = None

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> ParsedPicture:
        """Return what an answer in JSON says."""
        width, height = answer["size"]
        return cls(
            answer["parser"], (width, height), tuple(answer["people"]), answer["areas"],
            answer.get("rle"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class JobFile:
    """A file that a job has made."""

    name: str
    media_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Job:
    """A video that is worked on.

    Attributes:
        frames, total: how far it is; total where the video says it.
        left_s: about how many seconds it still takes, where that is known.
        position: how many jobs go before it, while it waits.
        error, detail: why it failed, as a code and as a sentence.
    """

    id: str
    state: State
    frames: int = 0
    total: int | None = None
    fps: float = 0.0
    left_s: float | None = None
    position: int | None = None
    files: tuple[JobFile, ...] = ()
    error: str | None = None
    detail: str | None = None

    @property
    def is_over(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ("done", "failed", "cancelled", "expired")

    @classmethod
    def of(cls, answer: Mapping[str, Any]) -> Job:
        """Return what an answer in JSON says."""
        wrong = answer.get("error") or {}
        return cls(
            answer["id"], answer["state"], answer["frames"], answer["total"], answer["fps"],
            answer["left_s"], answer.get("position"),
            tuple(JobFile(file["name"], file["type"], file["size"]) for file in answer["results"]),
            wrong.get("code"), wrong.get("detail"),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class StreamAnswer:
    """What became of one picture of a stream.

    Attributes:
        frame: its number among those sent, from 0.
        kind: ``frame`` where it was parsed; ``dropped``, ``failed``.
        reason: why it was not: ``overtaken``, ``overdue``, or the code of an error.
        people, areas: what was found, where results were asked for.
        overlay: the picture with the parts drawn, as a file's bytes, where asked for.
        message: all that the service says of it.
    """

    frame: int
    kind: Literal["frame", "dropped", "failed"]
    reason: str | None = None
    people: tuple[PersonKeys, ...] = ()
    areas: Mapping[str, int] = field(default_factory=dict)
    overlay: bytes | None = None
    message: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, message: Mapping[str, Any], overlay: bytes | None) -> StreamAnswer:
        """Return what a message says, and the picture that followed it."""
        return cls(
            message["frame"], message["type"], message.get("reason") or message.get("code"),
            tuple(message.get("people", ())), message.get("areas", {}), overlay, message,
        )  # fmt: skip
