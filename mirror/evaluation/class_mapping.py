"""Sets of part classes, and what of one set is what of a coarser one.

Two systems that name parts differently are compared in the finest sets that both can be told in.
``docs/evaluation.md`` has the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelMap, label_set
from mirror.evaluation.truth import UNJUDGED

# names in the order of their ids in label pictures
BUILT_IN = (
    "background", "head", "torso",
    "left-upper-arm", "right-upper-arm", "left-forearm", "right-forearm", "left-hand", "right-hand",
    "left-thigh", "right-thigh", "left-shin", "right-shin", "left-foot", "right-foot",
)  # fmt: skip
PASCAL = ("background", "head", "torso", "upper-arms", "lower-arms", "upper-legs", "lower-legs")
ATR = (
    "background", "hat", "hair", "sunglasses", "upper-clothes", "skirt", "pants", "dress", "belt",
    "left-shoe", "right-shoe", "face", "left-leg", "right-leg", "left-arm", "right-arm", "bag",
    "scarf",
)  # fmt: skip
CLOTHING = (
    "background", "hat", "hair", "sunglasses", "upper-clothes", "skirt", "pants", "dress",
    "left-shoe", "right-shoe", "face", "left-leg", "right-leg", "left-arm", "right-arm", "other",
)  # fmt: skip
HEAD_FEET = ("background", "head", "feet", "body")
HEAD = ("background", "head", "body")

CLASS_SETS: Mapping[str, tuple[str, ...]] = {
    "built-in": BUILT_IN,
    "cihp": label_set("cihp").names,
    "lip": label_set("lip").names,
    "atr": ATR,
    "pascal-person-part": PASCAL,
    "clothing": CLOTHING,
    "head-feet-body": HEAD_FEET,
    "head-body": HEAD,
}
SOMEBODY = "person"  # a part that a system may tell where it knows no other: nobody labels it
_ROUGH = ("head-feet-body", "head-body")  # only where nothing finer is common

# Pascal-Person-Part's hands are of the lower arms, its feet of the lower legs: the six parts of
# Chen et al., "Attention to Scale", CVPR 2016
_TO_PASCAL = {
    "upper-arms": ("left-upper-arm", "right-upper-arm"),
    "lower-arms": ("left-forearm", "right-forearm", "left-hand", "right-hand"),
    "upper-legs": ("left-thigh", "right-thigh"),
    "lower-legs": ("left-shin", "right-shin", "left-foot", "right-foot"),
}
_TO_CLOTHING = {
    "upper-clothes": ("upper-clothes", "coat", "jumpsuits", "torso-skin"),
    "other": ("glove", "gloves", "socks", "scarf", "belt", "bag"),
}
_HEAD = ("head", "hat", "hair", "sunglasses", "face")
_FEET = ("left-foot", "right-foot", "left-shoe", "right-shoe")

# (finer, coarser) -> coarser name -> names in the finer one; a name that is in both is itself
_COARSER: Mapping[tuple[str, str], Mapping[str, tuple[str, ...]]] = {
    ("built-in", "pascal-person-part"): _TO_PASCAL,
    **{(fine, "clothing"): _TO_CLOTHING for fine in ("cihp", "lip", "atr")},
    **{
        (fine, "head-feet-body"): {"head": _HEAD, "feet": _FEET}
        for fine in ("built-in", "cihp", "lip", "atr", "clothing")
    },
    **{(fine, "head-body"): {"head": _HEAD} for fine in CLASS_SETS if fine != "head-body"},
}


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """A set of classes in which a truth and a system are compared.

    Attributes:
        classes: its name.
        names: of its classes, the background first.
    """

    classes: str
    names: tuple[str, ...]
    _truth: NDArray[np.uint8]
    _found: NDArray[np.uint8]

    def of_truth(self, labels: LabelMap) -> LabelMap:
        """Return a true label map in these classes; 255 stays 255."""
        return self._truth[labels]

    def of_found(self, labels: LabelMap) -> LabelMap:
        """Return a found label map in these classes; 255 where the system tells none of them."""
        return self._found[labels]

    @property
    def side_pairs(self) -> tuple[tuple[int, int], ...]:
        """Ids of each left part and its right one; empty where the classes know no sides."""
        return tuple(
            (place, self.names.index(f"right-{name.removeprefix('left-')}"))
            for place, name in enumerate(self.names)
            if name.startswith("left-")
        )


def comparisons(truth: str, found: Sequence[str]) -> tuple[Comparison, ...]:
    """Return the sets of classes that a truth and a system can both be told in, the finest first.

    Args:
        truth: name of the set that the truth is labelled in.
        found: names of the system's parts, in the order of their ids.
    """
    fit = []
    for name, names in CLASS_SETS.items():
        theirs, ours = _table(truth, name), _table_by_name(found, name)
        if theirs is not None and ours is not None:
            fit.append(Comparison(name, names, _filled(theirs), _filled(ours)))
    finer = [comparison for comparison in fit if comparison.classes not in _ROUGH]
    return tuple(finer or fit[:1])


def _table(fine: str, coarse: str) -> dict[int, int] | None:
    """Ids of one set -> ids of another; None where it cannot be told in that."""
    names, target = CLASS_SETS[fine], CLASS_SETS[coarse]
    if fine == coarse:
        return {id: id for id in range(len(names))}
    merged = _COARSER.get((fine, coarse))
    if merged is None:
        return None
    ids = {}
    for id, name in enumerate(names):
        into = next((whole for whole, pieces in merged.items() if name in pieces), name)
        ids[id] = target.index(into) if into in target else target.index("body")
    return ids


def _table_by_name(found: Sequence[str], coarse: str) -> dict[int, int] | None:
    """A system's ids -> ids of a set; None where it has a name that cannot be told in that."""
    target = CLASS_SETS[coarse]
    parts = [name for name in found if name != SOMEBODY]
    for fine, names in CLASS_SETS.items():
        table = _table(fine, coarse)
        if table is None or not set(parts) <= set(names):
            continue
        ids = {found.index(name): table[names.index(name)] for name in parts}
        if SOMEBODY in found and "body" in target:
            ids[found.index(SOMEBODY)] = target.index("body")
        return ids
    return None


def _filled(ids: Mapping[int, int]) -> NDArray[np.uint8]:
    """A table of every byte; what has no class stays 255."""
    table = np.full(256, UNJUDGED, np.uint8)
    for id, into in ids.items():
        table[id] = into
    return table
