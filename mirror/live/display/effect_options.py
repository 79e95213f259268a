"""What single effects can be told in the window, in the words of ``--effect``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mirror.core.label_set import LabelSet
from mirror.live.gettext_noop import N_

# of effects that take a strength: the least, the most, and what it is if nothing is said
STRENGTHS = {"light": (20, 100, 80), "blur": (1, 20, 3), "spotlight": (20, 100, 60)}
COVERS = {"solid": N_("solid grey"), "pixels": N_("pixels"), "blur": N_("blur")}
BACKDROP, DYE, LINE = "#203040", "#aa2244", "#ffffff"  # colours before another is chosen
_DYED = ("torso", "upper-clothes")  # parts that are recoloured first, where a parser knows them


def usual(name: str, parts: LabelSet) -> str:
    """Return an effect as it is before anything about it is chosen.

    Args:
        name: by which the window offers it.
        parts: what the parser can name.
    """
    if name == "replace":
        return f"replace:{BACKDROP}"
    if name == "recolour":
        part = next((one for one in _DYED if one in parts.names), parts.names[-1])
        return recoloured({part: DYE})
    return name


def strength_of(effect: str) -> int | None:
    """Return the strength of an effect that takes one."""
    name, _, said = effect.partition(":")
    if name not in STRENGTHS:
        return None
    return round(float(said)) if said else STRENGTHS[name][2]


def cover_of(effect: str) -> str:
    """Return behind what privacy hides people or faces."""
    return effect.partition(",")[2] or "solid"


def colour_of(effect: str) -> str | None:
    """Return the colour of an outline or a background; None: it is no colour."""
    name, _, said = effect.partition(":")
    if name == "outline":
        return said or LINE
    return said if said.startswith("#") else None


def colours_of(effect: str) -> dict[str, str]:
    """Return which parts are recoloured, and how: name -> ``#rrggbb``."""
    entries = effect.partition(":")[2].split(",")
    return {name: colour for name, _, colour in (one.partition("=") for one in entries) if colour}


def recoloured(colours: Mapping[str, str]) -> str:
    """Return the effect that gives parts these colours; it needs one at least."""
    return "recolour:" + ",".join(f"{name}={colour}" for name, colour in colours.items())


def fitting(effects: Sequence[str], parts: LabelSet) -> tuple[str, ...]:
    """Return the effects without colours for parts that this parser does not know.

    Another parser may be chosen while some are recoloured; its own parts are others.
    """
    found = []
    for effect in effects:
        if effect.partition(":")[0] != "recolour":
            found.append(effect)
        elif known := {
            name: colour for name, colour in colours_of(effect).items() if name in parts.names[1:]
        }:
            found.append(recoloured(known))
    return tuple(found)
