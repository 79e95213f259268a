"""Body parts, outlines, names and joints over the picture: the first renderer."""

from __future__ import annotations

from mirror.core.parsing import Parsing
from mirror.rendering.overlay.drawing_plan import plan_drawing
from mirror.rendering.overlay.painting import draw_plan, painted
from mirror.rendering.overlay.style import Style
from pipeline.frame import Frame


class OverlayRenderer:
    """Draws a parsing over its frame, in the frame's own pixel format; see ``Renderer``.

    Args:
        style: how it is drawn.
    """

    def __init__(self, style: Style) -> None:
        self._style = style

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame with its parts; the frame itself where there is nothing to draw."""
        plan = plan_drawing(parsing, self._style)
        if not plan.layers:
            return frame
        if frame.pixel_format == "bgr24":
            return frame.with_bgr(draw_plan(frame.bgr, plan))
        return frame.with_picture(painted(frame, plan))

    def end_scene(self) -> None:
        """Do nothing: each frame is drawn for itself."""
