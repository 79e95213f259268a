"""What M2FP's settings that trade quality for speed take of the time that it takes without them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import NamedTuple

from mirror.bench.m2fp.worker import SIZE, copies_of, picture
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.parsers.m2fp.model_factory import Weights
from mirror.parsers.m2fp.preprocessing import fitted
from mirror.parsers.m2fp.runtimes import RuntimeChoice


class Knobs(NamedTuple):
    """Settings as the command line has them."""

    size: tuple[int, int] = SIZE
    decoder_layers: int = 0
    int8: bool = False


_WITHOUT = "without"
_TURNED = {
    _WITHOUT: Knobs(),
    "--input-size 256x352": Knobs(size=(256, 352)),
    "--decoder-layers 3": Knobs(decoder_layers=3),
    "--int8": Knobs(int8=True),
}


def measure(weights: Weights, choice: RuntimeChoice, rounds: int) -> Iterator[Row]:
    """Yield each setting's share of the network's time, on one thread."""
    works = {}
    for name, knobs in _TURNED.items():
        if knobs.int8 and choice.runtime == "torch":
            continue  # which has no 8 bits
        models = copies_of(weights, choice, knobs.decoder_layers, knobs.int8)
        given = fitted(picture(480, 640), *knobs.size)
        works[name] = functools.partial(models.open(knobs.size, 1), given.pixels)
    for work in works.values():
        work()
    costs = costs_in_turns(works, rounds)
    for name in works:
        if name != _WITHOUT:
            share = costs[name].wall_s / costs[_WITHOUT].wall_s
            yield Row(f"{choice.runtime}, {name}", share, "of the time without")
