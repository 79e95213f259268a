"""A stream of pictures: what may be asked of it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from mirror.serve.requests.drawing import DrawingQuery
from mirror.serve.shared_parser import SharedParser
from mirror.serve.stream.session import StreamOptions

_RATE_TICKS = 1001  # such as 30000/1001 frames a second


class StreamQuery(DrawingQuery):
    """What may be asked of a stream."""

    outputs: Annotated[
        list[Literal["results", "labels", "overlay"]],
        Field(min_length=1, default_factory=lambda: ["results"], description="what comes back"),
    ]
    format: Annotated[Literal["jpeg", "webp"], Field(description="of overlays")] = "jpeg"
    rle: Annotated[bool, Field(description="add every part's mask to the results")] = False
    live: Annotated[bool, Field(description="drop the oldest frame that waits, not the pace")] = (
        False
    )
    fps: Annotated[
        float | None, Field(gt=0, le=1000, description="of the media time; else that of arrival")
    ] = None
    timeout_ms: Annotated[
        int | None, Field(ge=1, le=600_000, description="drop what no worker has begun by then")
    ] = None

    def options(self, parser: SharedParser) -> StreamOptions:
        """Return what the stream is to do.

        Args:
            parser: parses it.

        Raises:
            Problem: there is no such part, palette or effect (422).
        """
        return StreamOptions(
            renderer=self.renderer(parser.parts),
            results="results" in self.outputs,
            labels="labels" in self.outputs,
            overlay=self.format if "overlay" in self.outputs else None,
            rle=self.rle,
            live=self.live,
            rate=None if self.fps is None else Fraction(self.fps).limit_denominator(_RATE_TICKS),
            begin_within_s=None if self.timeout_ms is None else self.timeout_ms / 1000,
        )
