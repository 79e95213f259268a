"""Small pictures of what effects make of the newest picture."""

from __future__ import annotations

import contextlib
import dataclasses

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.live.display.display_options import BGRX, DisplayOptions, compose
from mirror.live.display.effect_choices import name_of
from mirror.live.display.effect_options import cover_of
from mirror.live.display.effects import drawn_with
from pipeline.errors import PipelineError
from pipeline.frame import Frame


def preview(
    effect: str,
    frame: Frame,
    parsing: Parsing,
    look: DisplayOptions,
    parts: LabelSet,
    size: tuple[int, int],
) -> BGRX | None:
    """Return what an effect makes of a picture, filling a size of (height, width).

    It is drawn as small as it is shown: a millisecond or two. None where it cannot be done with
    this parser, or without something that is not chosen yet. Where everybody but one is hidden, it
    is whoever is tallest who is not, as though they had stood in front for a second.

    Args:
        effect: as ``--effect`` says it.
        frame: the picture.
        parsing: what was found in it.
        look: how pictures are shown.
        parts: what the parser can name.
        size: of the preview.
    """
    if name_of(effect) == "privacy:others":
        effect, parsing = f"privacy:people,{cover_of(effect)}", _without_tallest(parsing)
    alone = dataclasses.replace(
        look, effects=(effect,), fit="fill", side_by_side=False, labels="none", landmarks=False
    )
    with contextlib.suppress(PipelineError):
        renderer = drawn_with(alone, parts)
        try:
            return compose(frame, parsing, alone, parts, size, effects=renderer).image
        finally:
            renderer.end_scene()
    return None


def _without_tallest(parsing: Parsing) -> Parsing:
    from mirror.rendering.effects.matte import only  # few sessions need it

    smaller = sorted(parsing.people, key=lambda one: one.box[3] - one.box[1])[:-1]
    return only(parsing, smaller)
