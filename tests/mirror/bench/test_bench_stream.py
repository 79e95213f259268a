from __future__ import annotations

import numpy as np
import pytest

from mirror.bench import stream
from mirror.parsers.nothing import Nothing


def test_every_figure_is_held_against_its_goal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "FRAMES", 4)
    monkeypatch.setattr(stream, "COPIES", 40)
    monkeypatch.setattr(stream, "DELAYED", 13)
    monkeypatch.setattr(stream, "PASSES", 1)
    monkeypatch.setattr(stream, "find_parser", lambda name, config: Nothing())
    rows = list(stream.measure(rounds=1))
    assert [(row.unit, row.goal, row.better) for row in rows] == [
        ("x", 0.5, "more"),
        ("ms", 25.0, "less"),
        ("x", 0.95, "more"),
    ]
    assert all(np.isfinite(row.value) for row in rows)
    assert rows[1].value >= 20  # the parser alone takes as long


def test_the_parser_of_the_bench_finds_nobody() -> None:
    labels = stream.fixed()(np.zeros((4, 6, 3), np.uint8))
    assert labels.shape == (4, 6)
    assert not labels.any()
