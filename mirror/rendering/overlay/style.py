"""How a parsing is drawn: the choices, as plain values."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mirror.core.label_set import LabelSet
from mirror.core.settings import Labels

MOST_PARTS = 63  # a colour id has six bits for the part, and one of them is dark


@dataclass(frozen=True, slots=True)
class Style:
    """How a parsing is drawn.

    Attributes:
        palette: one ``#rrggbb`` a part id; the background's is never used.
        names: one a part id, for labels.
        opacity: 0-1, of the parts' colours over the picture.
        parts: ids of the parts that are drawn; None draws all.
        outlines: whether bodies and parts get a thin light line round them.
        labels: ``people`` writes each person's id above it, ``parts`` each part's name on it.
        landmarks: whether joints and bones are drawn.
    """

    palette: tuple[str, ...]
    names: tuple[str, ...] = ()
    opacity: float = 0.6
    parts: frozenset[int] | None = None
    outlines: bool = True
    labels: Labels = "none"
    landmarks: bool = False

    def __post_init__(self) -> None:
        if len(self.palette) > MOST_PARTS:
            raise ValueError(f"{len(self.palette)} parts; the overlay can tell {MOST_PARTS} apart")
        if not 0 <= self.opacity <= 1:
            raise ValueError(f"opacity is 0 to 1, got {self.opacity:g}")

    @classmethod
    def of(
        cls,
        label_set: LabelSet,
        *,
        palette: str | None = None,
        opacity: float = 0.6,
        parts: Iterable[str] = (),
        outlines: bool = True,
        labels: Labels = "none",
        landmarks: bool = False,
    ) -> Style:
        """Return a style for what one parser can name; no ``parts`` draws all.

        Raises:
            ValueError: there is no such part or palette; says which comes nearest.
        """
        return cls(
            label_set.palette(palette),
            label_set.names,
            opacity,
            label_set.ids(parts) or None,
            outlines,
            labels,
            landmarks,
        )
