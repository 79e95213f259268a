"""M2FP behind the service: what is compared, and what the figures are made of."""

from __future__ import annotations

import pytest

pytest.importorskip("torch", reason="pip install 'smart-mirror[m2fp]' brings it")

from mirror.bench.serve import m2fp_parsers
from mirror.bench.serve.figures import Figures
from mirror.bench.serve.run import Asked
from mirror.core import machine


def test_a_pool_is_held_against_one_thread() -> None:
    plain, one = m2fp_parsers.falls({"plain": 10.0, "one": 4.0, "2 workers": 1.0}, 5)
    assert (one.value, plain.value) == (75.0, 90.0)
    assert one.name == "5 clients: mean latency of 2 workers below one"
    assert (one.met, plain.note) == (True, "from 10.00 s to 1.00 s")


def test_the_same_weights_are_served_three_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: dict[str, tuple[str, int]] = {}

    def served(parsers: dict[str, tuple[str, int]], asked: Asked, tell: object) -> list[Figures]:
        seen.update(parsers)
        return [
            Figures(name, clients, 1, 1.0, mean, 0, 0, 0, 1, 0, 0, 0, 0)
            for clients in (1, 5)
            for name, mean in zip(parsers, (8.0, 4.0, 2.0), strict=True)
        ]

    monkeypatch.setattr(m2fp_parsers, "measure_pool", served)
    found = m2fp_parsers.measure(True, Asked(clients=(1, 5)))
    assert [workers for _, workers in seen.values()] == [1, 1, machine.cores()]
    for parser, _ in seen.values():
        module, _, factory = parser.partition(":")
        assert module == m2fp_parsers.__name__
        assert callable(getattr(m2fp_parsers, factory))
    assert [row.value for row in found.rows] == [75.0, 50.0]
