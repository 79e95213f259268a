"""Effects that clients may ask for: those that touch nothing of the service's machine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from mirror.core.label_set import LabelSet
from mirror.core.schema import ConfigError
from mirror.rendering.effects.built_in import BUILT_IN
from mirror.rendering.effects.registry import LAST, PARTS, effect_of
from mirror.serve.problems import Problem

Effects = Annotated[
    list[Annotated[str, Field(max_length=200)]],
    Field(
        max_length=8,
        description="NAME or NAME:OPTIONS in place of coloured parts, such as blur or privacy",
    ),
]
_TRANSPARENT = "remove"  # which MP4 cannot be


def check_effects(effects: Sequence[str], parts: LabelSet) -> None:
    """Refuse what cannot be, what packages have added, and files and cameras of this machine.

    Raises:
        Problem: an effect is none that a client may ask for (422).
    """
    for place, text in enumerate(effects):
        name, _, options = text.partition(":")
        if name == PARTS:
            continue
        if name not in BUILT_IN or name == _TRANSPARENT:
            known = ", ".join([*(one for one in BUILT_IN if one != _TRANSPARENT), PARTS])
            raise Problem(422, "request.invalid", f"No effect is called so here: {known}.")
        if name == "replace" and not options.startswith("#"):
            raise Problem(
                422, "request.invalid", "The effect replace takes a colour here: #203040."
            )
        if name in LAST and place < len(effects) - 1:
            raise Problem(422, "request.invalid", f"The effect {name} comes last.")
        try:
            effect_of(text, parts)
        except ConfigError as error:
            raise Problem(422, "request.invalid", f"{error}.") from None
