"""What changes the pictures that are shown, remembered from one to the next."""

from __future__ import annotations

from mirror.core.label_set import LabelSet
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.effect_options import fitting
from mirror.rendering.overlay import OverlayRenderer
from mirror.rendering.renderer import Chain, Renderer


def drawn_with(look: DisplayOptions, parts: LabelSet) -> Renderer:
    """Return what draws as a look says: parts, or the effects that are asked for instead.

    Parts that are to be recoloured and that this parser does not know are left as they are.

    Raises:
        ConfigError: there is no such effect, or it cannot be so.
        SourceError: a file that an effect needs cannot be read.
    """
    overlay = OverlayRenderer(look.style(parts))
    if not look.effects:
        return overlay
    effects = fitting(look.effects, parts)
    if not effects:
        return Chain([])
    from mirror.rendering.effects.registry import renderer_with  # few sessions need it

    return renderer_with(effects, overlay, parts)


class ShownEffects:
    """The effects of one session, made anew where the look or the parser changes."""

    def __init__(self) -> None:
        self._made: tuple[DisplayOptions, LabelSet, Renderer] | None = None

    def of(self, look: DisplayOptions, parts: LabelSet) -> Renderer | None:
        """Return what a look's effects are drawn with; None where it has none.

        Raises:
            as ``drawn_with``.
        """
        if not look.effects:
            self.end_scene()
            return None
        if self._made is None or self._made[:2] != (look, parts):
            self.end_scene()
            self._made = look, parts, drawn_with(look, parts)
        return self._made[2]

    def end_scene(self) -> None:
        """Let go of what they hold."""
        if self._made is not None:
            self._made[2].end_scene()
        self._made = None
