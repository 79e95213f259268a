"""Draws the newest frame and mask, at the pace at which the picture is shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.live.coaching.glass_renderer import GlassRenderer
from mirror.live.display.display_options import Over, Picture, compose
from mirror.live.display.effects import ShownEffects
from mirror.live.display.frame_compositor import FrameCompositor
from mirror.live.display.mailbox import Latest
from mirror.live.display.mask_sync import Pair
from pipeline.errors import Closed
from pipeline.frame import Frame


@dataclass(frozen=True, slots=True, eq=False)
class RenderedFrame:
    """A picture ready for the screen.

    Attributes:
        picture: the pixels.
        pair: what it was made from.
        parts: what the parser that the mask comes from can name.
        is_exact: whether the picture waited for its own mask.
        begun_at, drawn_at: when it was drawn, on the session's clock.
    """

    picture: Picture
    pair: Pair
    parts: LabelSet
    is_exact: bool
    begun_at: float
    drawn_at: float

    def stages(self, painted_at: float) -> Mapping[str, float]:
        """Seconds in each stage, waits included; they add up to capture until painted."""
        result = self.pair.result if self.is_exact else None
        ready_at = self.pair.frame.captured_at if result is None else result.timing.settled_at
        return {
            **({} if result is None else result.timing.stages),
            "hold": self.begun_at - ready_at,
            "draw": self.drawn_at - self.begun_at,
            "show": painted_at - self.drawn_at,
        }


def paint(
    compositor: FrameCompositor,
    rendered: Latest[RenderedFrame],
    parts: Callable[[], LabelSet],
    clock: Callable[[], float],
    glass: GlassRenderer,
) -> None:
    """Draw until the compositor or the mailbox is closed. For a thread of its own."""
    effects = ShownEffects()
    try:
        while True:
            rendered.wait_empty()  # the screen's pace: nothing is drawn that nobody sees
            task = compositor.wait_task()
            begun_at, pair, named = clock(), task.pair, parts()
            parsing = None if pair.result is None else pair.result.parsing
            glass.parts, glass.language = named, task.look.language
            over = None if parsing is None else _over(glass, parsing)
            changed = effects.of(task.look, named)
            picture = compose(pair.frame, parsing, task.look, named, task.view, over, changed)
            rendered.put(
                RenderedFrame(picture, pair, named, task.look.mode == "exact", begun_at, clock())
            )
    except Closed:
        pass
    finally:
        effects.end_scene()


def _over(renderer: GlassRenderer, parsing: Parsing) -> Over | None:
    """What draws the coach's words on what is shown of a frame; None where it says nothing."""
    glass = renderer.glass(parsing)
    if glass is None:
        return None
    time = glass.coached.time
    return lambda image, shown: renderer.draw(Frame.from_bgr(image, time), shown, glass).bgr
