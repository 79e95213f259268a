"""Results as pictures, drawn and handed on to whatever encodes or shows them."""

from __future__ import annotations

from mirror.core.parsing import Parsing
from mirror.rendering.renderer import Renderer
from pipeline.result import Result
from pipeline.sinks import Sink


class DrawnPictures:
    """Has each result drawn, and gives the picture to a sink at its frame's time; see ``Consumer``.

    Args:
        renderer: what draws; one that several consumers share draws once for all of them.
        sink: a video, a pipe or a camera.
        stage: what its work is called in a report.
    """

    def __init__(self, renderer: Renderer, sink: Sink, stage: str = "encode") -> None:
        self._renderer, self._sink, self.stage = renderer, sink, stage

    @property
    def remarks(self) -> tuple[str, ...]:
        """What the sink has to say."""
        return self._sink.remarks

    def consume(self, result: Result[Parsing]) -> None:
        """Draw one result and hand it on."""
        self._sink.consume(self._renderer.render(result.frame, result.parsing))

    def close(self, failure: BaseException | None = None) -> None:
        """Close the sink, and let the renderer forget.

        Raises:
            SinkError: the sink cannot be completed.
        """
        try:
            self._renderer.end_scene()
        finally:
            self._sink.close(failure)
