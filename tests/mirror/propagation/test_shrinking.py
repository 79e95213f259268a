"""Parsings that are made smaller, and larger again."""

from __future__ import annotations

import numpy as np
import pytest

from mirror.core.parsing import Parsing
from mirror.propagation.shrinking import enlarged, shrunk


@pytest.mark.parametrize("size", [(12, 16), (13, 17)])
@pytest.mark.parametrize("side", [1, 2, 3])
def test_a_parsing_is_as_large_again_and_leaves_no_rim(size: tuple[int, int], side: int) -> None:
    labels = np.zeros(size, np.uint8)
    labels[size[0] // 2 :, size[1] // 2 :] = 3
    parsing = Parsing(labels, (labels > 0).astype(np.uint16) * 300, ())
    again = enlarged(shrunk(parsing, side), side, *size)
    assert again.labels.shape == again.instances.shape == size
    assert again.labels[-1, -1] == 3
    assert again.instances[-1, -1] == 300
    assert again.instances.dtype == np.uint16
    assert np.count_nonzero(again.labels != labels) <= side * sum(size)
    assert not again.labels[: size[0] // 2 - side].any()


def test_nobody_is_nobody() -> None:
    nobody = np.zeros((10, 10), np.uint8)
    assert not enlarged(Parsing(nobody, nobody, ()), 2, 20, 20).labels.any()
