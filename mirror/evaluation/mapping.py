"""Sets of part classes, and what of one set is what of a coarser one.

Two systems that name parts differently are compared in the finest sets that both can be told in.
``docs/evaluation.md`` has the tables.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mirror.evaluation.truth import UNJUDGED
from mirror.parts import LabelMap, vocabulary

# names in the order of their ids in label pictures
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
    "built-in": vocabulary("built-in").names,
    "cihp": vocabulary("cihp").names,
    "lip": vocabulary("lip").names,
    "atr": ATR,
    "pascal-person-part": PASCAL,
    "clothing": CLOTHING,
    "head-feet-body": HEAD_FEET,
    "head-body": HEAD,
}
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
        """Return a found label map in these classes."""
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
    ours = next((name for name, names in CLASS_SETS.items() if names == tuple(found)), None)
    fit = []
    for name, names in CLASS_SETS.items():
        tables = _table(truth, name), _table(ours, name) if ours else _by_name(found, name)
        if tables[0] is not None and tables[1] is not None:
            fit.append(Comparison(name, names, tables[0], tables[1]))
    finer = [comparison for comparison in fit if comparison.classes not in _ROUGH]
    return tuple(finer or fit[:1])


def _table(fine: str, coarse: str) -> NDArray[np.uint8] | None:
    """Ids of one set -> ids of another; None where it cannot be told in that."""
    if fine == coarse:
        return _filled({id: id for id in range(len(CLASS_SETS[fine]))})
    merged = _COARSER.get((fine, coarse))
    if merged is None:
        return None
    target = CLASS_SETS[coarse]
    ids = {}
    for id, name in enumerate(CLASS_SETS[fine]):
        into = next((whole for whole, pieces in merged.items() if name in pieces), name)
        ids[id] = target.index(into) if into in target else target.index("body")
    return _filled(ids)


def _by_name(found: Sequence[str], target: str) -> NDArray[np.uint8] | None:
    """A custom parser's ids, where every name of it is one of the set's."""
    names = CLASS_SETS[target]
    if not set(found) <= set(names):
        return None
    return _filled({id: names.index(name) for id, name in enumerate(found)})


def _filled(ids: Mapping[int, int]) -> NDArray[np.uint8]:
    table = np.full(256, UNJUDGED, np.uint8)
    for id, into in ids.items():
        table[id] = into
    return table
