"""What effects and avatars cost at 720p, and how many frames a second a run with one paints."""

from __future__ import annotations

import contextlib
import importlib.util
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import costs_in_turns
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow, workers_for
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.rendering.effects.registry import effect_of
from mirror.rendering.renderer import Renderer
from pipeline.frame import BGR, Frame
from pipeline.result import Result
from pipeline.sources.in_memory import InMemory
from pipeline.sources.paced import Paced

FRAMES = 45
EFFECTS = (
    "blur", "replace:#203040", "remove", "green", "recolour:torso=#aa2244", "privacy",
    "privacy:people,pixels", "spotlight", "outline", "avatar", "hide:2", "light", "framing",
)  # fmt: skip
BLUR_MS = 8.0
PAINTED_FPS = 29.0
SENT_MS = 5.0
JITTER_MS = 10.0
CPU_RATIO = 1.25
_RATE = 30
_JITTER = "bones of an avatar, jitter"
_JITTER_NOTE = f"of the time between packets at {_RATE} fps, 95 of 100 frames"
_SEEN: tuple[tuple[str, Callable[[], list[BGR]], str], ...] = (  # by a camera, and how it is parsed
    ("two people at 720p", footage.at_720p, "balanced"),
    ("one at 480 x 640", footage.one_person, "balanced"),
    ("one at 480 x 640, --quality fast", footage.one_person, "fast"),
)
_WARM = 30  # frames until whoever is there is found, and every network is warm


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
    if importlib.util.find_spec("pythonosc") is not None:
        note = "from a frame's parsing to the packet, 95 of 100 frames"
        sent_ms = _sent_ms(kind, config)
        yield Row("bones of an avatar, sent", sent_ms, "ms", SENT_MS, "less", note)
        for name, image, quality in _SEEN:
            seen = config.changed(quality=quality)
            jitter_ms = min(_jitter_ms(image(), seen) for _ in range(rounds))
            yield Row(f"{_JITTER}, {name}", jitter_ms, "ms", JITTER_MS, "less", _JITTER_NOTE)
    plain = [_run(kind, config, None) for _ in range(rounds)]
    blurred = [_run(kind, config, "blur") for _ in range(rounds)]
    yield Row("frames a second, parsed", max(one.fps for one in plain), "fps")
    painted = max(one.fps for one in blurred)
    yield Row("frames a second, parsed and painted with blur", painted, "fps", PAINTED_FPS)
    ratio = min(one.cpu_s for one in blurred) / min(one.cpu_s for one in plain)
    yield Row("CPU with blur over CPU without", ratio, "x", CPU_RATIO, "less")


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


def _sent_ms(kind: AnyKind, config: ParserConfig) -> float:
    """How long it takes to turn a parsing into bones and send them."""
    with open_flow(InMemory(iter(_frames())), kind, *workers_for(kind, config), config) as flow:
        results = list(flow)
    took = []
    with _avatar() as send:
        for result in results:
            began_at = time.perf_counter()
            took.append(send(result) - began_at)
    return float(np.percentile(took, 95)) * 1e3


def _jitter_ms(images: list[BGR], config: ParserConfig) -> float:
    """How far packets come from one every thirtieth of a second, frames coming as from a camera."""
    kind = find_parser(config.name, config)
    frames = footage.as_frames(images[: _WARM + 2 * FRAMES])
    source = Paced(InMemory(iter(frames)), is_live=True)
    came = []
    with _avatar() as send, open_flow(source, kind, *workers_for(kind, config), config) as flow:
        for result in flow:
            sent_at = send(result)
            if (result.frame.sequence or 0) >= _WARM:
                came.append(sent_at)
    apart = np.abs(np.diff(came) - 1 / _RATE)
    return float(np.percentile(apart, 95)) * 1e3


@contextlib.contextmanager
def _avatar() -> Iterator[Callable[[Result[Parsing]], float]]:
    """Sends results to a receiver, and returns when the first packet of each has come."""
    from mirror.outputs.vmc.vmc_sender import VmcSender

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{receiver.getsockname()[1]}"
        with contextlib.closing(VmcSender(address)) as sender:

            def send(result: Result[Parsing]) -> float:
                sender.consume(result)
                receiver.recv(65_536)
                came_at = time.perf_counter()
                with contextlib.suppress(BlockingIOError):  # the rest of what the frame sent
                    while receiver.recv(65_536, socket.MSG_DONTWAIT):
                        pass
                return came_at

            yield send


def _work(text: str, kind: AnyKind, found: Sequence[tuple[Frame, Parsing]]) -> Callable[[], object]:
    return lambda: _rendered(effect_of(text, kind.parts), found)


def _rendered(renderer: Renderer, found: Sequence[tuple[Frame, Parsing]]) -> None:
    for frame, parsing in found:
        renderer.render(frame, parsing)


@dataclass(frozen=True, slots=True)
class _Run:
    """Frames a second of a run, and its CPU time, from the first result on."""

    fps: float
    cpu_s: float


def _run(kind: AnyKind, config: ParserConfig, text: str | None) -> _Run:
    """Parse and paint as fast as it goes."""
    renderer = None if text is None else effect_of(text, kind.parts)
    flow = open_flow(InMemory(iter(_frames())), kind, *workers_for(kind, config), config)
    times, cpu = [], []
    with flow as results:
        for result in results:
            if renderer is not None:
                _ = renderer.render(result.frame, result.parsing).bgr
            times.append(time.perf_counter())
            cpu.append(time.process_time())
    return _Run((len(times) - 1) / (times[-1] - times[0]), cpu[-1] - cpu[0])
