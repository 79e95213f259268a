"""People whom a tracker has lost and found again."""

from __future__ import annotations

import numpy as np
from bodies import standing

from mirror.propagation.successors import Successors


def test_who_comes_where_somebody_has_just_gone_is_the_same() -> None:
    same = Successors()
    same.see(0, {1: standing(), 2: standing(right=600)})
    same.see(3, {2: standing(right=600), 3: standing(right=20)})
    same.see(5, {2: standing(right=600), 4: standing(right=40)})
    assert same.chain(4) == (4, 3, 1)
    assert same.chain(2) == (2,)


def test_who_comes_beside_somebody_who_is_still_there_is_somebody_else() -> None:
    same = Successors()
    same.see(0, {1: standing()})
    same.see(1, {1: standing(), 2: standing(right=30)})
    assert same.chain(2) == (2,)


def test_who_comes_far_away_much_later_or_much_larger_is_somebody_else() -> None:
    large = standing()
    large[:, :2] = (large[:, :2] - 200) * np.float32(2.5) + 200
    for at, body in ((1, standing(right=400)), (90, standing()), (1, large)):
        same = Successors()
        same.see(0, {1: standing()})
        same.see(at, {2: body})
        assert same.chain(2) == (2,)
