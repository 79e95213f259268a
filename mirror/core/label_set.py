"""The names of body parts, their ids, and the palettes they are drawn in."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.resources import config_file
from pipeline.nearest_name import nearest

LabelMap = NDArray[np.uint8]  # (H, W), the part id of every pixel; 0 is background


@dataclass(frozen=True, slots=True)
class LabelSet:
    """The parts that one parser can name.

    Attributes:
        name: what the set of parts is called, such as ``built-in`` or ``cihp``.
        names: one a part; the place in the tuple is the id in a label map, 0 is the background.
        palettes: name -> one ``#rrggbb`` an id. The first is the default.
    """

    name: str
    names: tuple[str, ...]
    palettes: Mapping[str, tuple[str, ...]]

    def ids(self, names: Iterable[str]) -> frozenset[int]:
        """Return the ids of some parts.

        Raises:
            ValueError: a name is not in this label set; says which comes nearest.
        """
        return frozenset(self.names.index(_known(name, self.names, "part")) for name in names)

    def palette(self, name: str | None = None) -> tuple[str, ...]:
        """Return one ``#rrggbb`` an id; the default palette without a name.

        Raises:
            ValueError: there is no such palette; says which comes nearest.
        """
        if name is None:
            return next(iter(self.palettes.values()))
        return self.palettes[_known(name, tuple(self.palettes), "palette")]


def label_set(name: str) -> LabelSet:
    """Read one label set from ``configs/parts.toml``."""
    with config_file("parts.toml").open("rb") as file:
        entry = tomllib.load(file)[name]
    palettes = {title: tuple(colours) for title, colours in entry["palettes"].items()}
    return LabelSet(name, tuple(entry["names"]), palettes)


def _known(name: str, names: tuple[str, ...], what: str) -> str:
    if name in names:
        return name
    raise ValueError(f"no {what} is called {name!r}; {nearest(name, names)}")
