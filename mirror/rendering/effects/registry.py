"""Effects by name: what ``--effect NAME[:OPTIONS]`` says, and packages can add to.

A package adds its own under the entry point group ``mirror.effects``: NAME = "module:factory". The
factory takes the options as a text, and what a parser can name; it returns a ``Renderer``.
"""

from __future__ import annotations

import importlib.metadata
from collections.abc import Sequence

from mirror.core.label_set import LabelSet
from mirror.core.schema import ConfigError
from mirror.rendering.effects.built_in import BUILT_IN, Factory
from mirror.rendering.renderer import Chain, Renderer
from pipeline.nearest_name import nearest

GROUP = "mirror.effects"
LAST = ("framing", "remove")  # what comes after it would not fit, or have a background again
PARTS = "parts"  # stands for the coloured parts, which effects otherwise take the place of


def renderer_with(effects: Sequence[str], overlay: Renderer, parts: LabelSet) -> Renderer:
    """Return what draws: the overlay, or where effects are asked for, those, one after the other.

    Args:
        effects: ``NAME`` or ``NAME:OPTIONS`` each; ``parts`` stands for the overlay.
        overlay: draws the parts.
        parts: what the parser can name.

    Raises:
        ConfigError: there is no such effect, or an option is none that it can have.
    """
    if not effects:
        return overlay
    for one in effects[:-1]:
        if (name := one.partition(":")[0]) in LAST:
            raise ConfigError(
                "effect.not_last", "the effect {name} comes last, after all others", name=name
            )
    return Chain([overlay if one == PARTS else effect_of(one, parts) for one in effects])


def effect_of(text: str, parts: LabelSet) -> Renderer:
    """Return the effect that ``NAME:OPTIONS`` names.

    Raises:
        ConfigError: there is none, or an option is none that it can have; says what can be.
    """
    name, _, options = text.partition(":")
    known = factories()
    if name not in known:
        hint = nearest(name, [*known, PARTS])
        raise ConfigError(
            "effect.unknown", "no effect is called {name!r}; {hint}", name=name, hint=hint
        )
    return known[name](options, parts)


def factories() -> dict[str, Factory]:
    """Return every effect that there is, by name; those of packages among them."""
    others = {one.name: one.load() for one in importlib.metadata.entry_points(group=GROUP)}
    return {**others, **BUILT_IN}


NAMES = (*BUILT_IN, PARTS)
