"""What effects cost at 720p, each by itself, and how many frames a second a run with one paints."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow, workers_for
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.rendering.effects.registry import effect_of
from mirror.rendering.renderer import Renderer
from pipeline.frame import Frame
from pipeline.sources.in_memory import InMemory

FRAMES = 45
EFFECTS = (
    "blur", "replace:#203040", "remove", "green", "recolour:torso=#aa2244", "privacy",
    "privacy:people,pixels", "spotlight", "outline", "avatar", "hide:2", "light", "framing",
)  # fmt: skip
BLUR_MS = 8.0
PAINTED_FPS = 29.0


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield the CPU time of each effect a frame, and the rate of a whole run with the blur."""
    config = ParserConfig()
    kind = find_parser(config.name, config)
    found = _parsed(kind, config)
    works = {text: _work(text, kind, found) for text in EFFECTS}
    costs = costs_in_turns(works, rounds)
    for text in EFFECTS:
        goal = BLUR_MS if text == "blur" else None
        yield Row(text, costs[text].cpu_s / FRAMES * 1e3, "ms CPU a frame", goal, "less")
    parsed = max(_painted(kind, config, None) for _ in range(rounds))
    yield Row("frames a second, parsed", parsed, "fps")
    painted = max(_painted(kind, config, "blur") for _ in range(rounds))
    yield Row("frames a second, parsed and painted with blur", painted, "fps", PAINTED_FPS)


def _frames() -> list[Frame]:
    return footage.as_frames(footage.at_720p()[:FRAMES])


def _parsed(kind: AnyKind, config: ParserConfig) -> list[tuple[Frame, Parsing]]:
    """Fresh frames with their parsings, the pictures converted already as after the parser."""
    flow = open_flow(InMemory(iter(_frames())), kind, *workers_for(kind, config), config)
    with flow as results:
        found = [(result.frame, result.parsing) for result in results]
    for frame, _ in found:
        _ = frame.bgr
    return found


def _work(text: str, kind: AnyKind, found: Sequence[tuple[Frame, Parsing]]) -> Callable[[], object]:
    return lambda: _rendered(effect_of(text, kind.parts), found)


def _rendered(renderer: Renderer, found: Sequence[tuple[Frame, Parsing]]) -> None:
    for frame, parsing in found:
        renderer.render(frame, parsing)


def _painted(kind: AnyKind, config: ParserConfig, text: str | None) -> float:
    """Frames a second of a run as fast as it goes, from the first result on."""
    renderer = None if text is None else effect_of(text, kind.parts)
    flow = open_flow(InMemory(iter(_frames())), kind, *workers_for(kind, config), config)
    times = []
    with flow as results:
        for result in results:
            if renderer is not None:
                _ = renderer.render(result.frame, result.parsing).bgr
            times.append(time.perf_counter())
    return (len(times) - 1) / (times[-1] - times[0])
