"""One picture: what may be asked of it, and how it is parsed."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, TypeVar

from pydantic import Field

from mirror.serve.access import Caller
from mirror.serve.pictures import decode
from mirror.serve.requests.drawing import DrawingQuery
from mirror.serve.service import Service
from mirror.serve.shared_parser import ParsedPicture, SharedParser

T = TypeVar("T")


class PictureQuery(DrawingQuery):
    """What may be asked of one picture."""

    search: Annotated[
        Literal["auto", "thorough"],
        Field(description="how people are searched for; thorough finds more and takes a second"),
    ] = "auto"
    rle: Annotated[bool, Field(description="add every part's mask to the JSON, as COCO's RLE")] = (
        False
    )


@dataclass(frozen=True, slots=True)
class AnsweredPicture(Generic[T]):
    """A picture's answer, and how long it took.

    Attributes:
        answer: what was made of it.
        wait_s, parse_s, encode_s: seconds for a worker, in the worker, and for the answer.
    """

    answer: T
    wait_s: float
    parse_s: float
    encode_s: float


async def answer_picture(
    service: Service,
    parser: SharedParser,
    caller: Caller,
    data: bytes,
    make_answer: Callable[[ParsedPicture], T],
    *,
    thorough: bool,
    begin_within_s: float | None,
) -> AnsweredPicture[T]:
    """Return the answer to a picture of somebody who was let in; cancelling gives it up.

    Args:
        service: looks after it.
        parser: parses it.
        caller: who asks.
        data: a file's bytes.
        make_answer: makes the answer; runs beside the event loop.
        thorough: see ``SharedParser.parse``.
        begin_within_s: see there.

    Raises:
        Problem: it is no picture (415, 422), or too large (413).
        FrameOverdue, WorkerHung, WorkerCrashed, PoolClosed: it was not parsed.
    """
    image = await parser.beside(decode, data, service.bounds.pixels)
    found = await parser.parse(image, caller.name, thorough=thorough, begin_within_s=begin_within_s)
    service.admission.served(found.parse_s)
    began_at = time.monotonic()
    answer = await parser.beside(make_answer, found)
    encode_s = time.monotonic() - began_at
    service.metrics.parsed("picture", found.wait_s, found.parse_s, encode_s)
    return AnsweredPicture(answer, found.wait_s, found.parse_s, encode_s)
