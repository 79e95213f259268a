"""A drawn picture for several consumers, drawn once."""

from __future__ import annotations

from mirror.core.parsing import Parsing
from mirror.rendering.renderer import Renderer
from pipeline.frame import Frame
from pipeline.stage_timer import StageTimer


class CachedRenderer:
    """Draws a frame when the first consumer asks, and remembers it for the others.

    Consumers of one run ask one after the other, on one thread. Nobody asks, nothing is drawn.

    Args:
        renderer: what draws.
        timer: is told how long that takes, as the stage ``draw``.
    """

    def __init__(self, renderer: Renderer, timer: StageTimer | None = None) -> None:
        self._renderer, self._timer = renderer, timer or StageTimer()
        self._last: tuple[Frame, Parsing, Frame] | None = None

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return what the renderer makes of it; nobody writes into it, since others get it too."""
        if self._last is not None:
            last_frame, last_parsing, drawn = self._last
            if frame is last_frame and parsing is last_parsing:
                return drawn
        with self._timer.stage("draw"):
            drawn = self._renderer.render(frame, parsing)
        self._last = frame, parsing, drawn
        return drawn

    def end_scene(self) -> None:
        """Have the renderer forget, and forget the picture."""
        self._last = None
        self._renderer.end_scene()
