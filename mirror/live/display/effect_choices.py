"""Which effects the window offers, and what several of them together are."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mirror.live.gettext_noop import N_
from mirror.rendering.effects.registry import PARTS
from pipeline.sources.pictures import SUFFIXES

# Effects by name -> what the window calls them, in the order in which they are drawn: light before
# all, what hides people after what changes the background, and what moves the picture at the end.
EFFECTS = {
    "light": N_("Lift dark pictures"),
    "blur": N_("Blur the background"),
    "replace": N_("Another background"),
    "green": N_("Green screen"),
    "spotlight": N_("Spotlight"),
    "recolour": N_("Recolour parts"),
    "privacy:faces": N_("Hide faces"),
    "privacy:people": N_("Hide people"),
    "privacy:others": N_("Hide everybody but me"),
    "avatar": N_("Drawn figures"),
    "outline": N_("Outline"),
    PARTS: N_("Coloured parts"),
    "framing": N_("Follow me"),
}
# of which one takes the place of the other
_ALTERNATIVES = (
    frozenset({"blur", "replace", "green", "spotlight"}),
    frozenset({"privacy:faces", "privacy:people", "privacy:others", "avatar"}),
)


def name_of(effect: str) -> str:
    """Return by which name the window offers what ``--effect`` says; its own, if it does not."""
    name, _, options = effect.partition(":")
    if name == "privacy":
        name = f"privacy:{options.partition(',')[0] or 'faces'}"  # if nothing else is said
    return name if name in EFFECTS else effect


def can_be_previewed(effect: str) -> bool:
    """Return whether a preview opens no film and no camera, which may keep it waiting."""
    name, _, background = effect.partition(":")
    is_still = background.startswith("#") or Path(background).suffix.lower() in SUFFIXES
    return name != "replace" or is_still


def switched(effects: Sequence[str], effect: str, on: bool) -> tuple[str, ...]:
    """Return the effects with one more, or without it.

    Args:
        effects: as ``--effect`` says them, in the order in which they are drawn.
        effect: of the same form. What it cannot be together with goes.
        on: whether it is to be there.
    """
    name = name_of(effect)
    gone = {name}
    if on:
        gone |= next((group for group in _ALTERNATIVES if name in group), frozenset())
    others = [one for one in effects if name_of(one) not in gone]
    wanted = [*others, effect] if on else others
    if [name_of(one) for one in wanted] == [PARTS]:
        return ()  # is what is drawn without any
    order = list(EFFECTS)
    return tuple(sorted(wanted, key=lambda one: _place(name_of(one), order)))


def _place(name: str, order: Sequence[str]) -> int:
    """Where an effect stands; what the window does not offer comes first."""
    return order.index(name) if name in order else -1
