"""Which settings suit this machine: measured, compared, and chosen for a wish."""

from __future__ import annotations

import itertools
import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal, get_args

from mirror.bench import footage
from mirror.core.settings import QUALITIES, ParserConfig
from mirror.jobs.composition import open_flow, shared_out
from mirror.jobs.worker_choice import MOST_WORKERS, Fastest
from mirror.parsers.catalogue import AnyKind
from pipeline.frame import BGR, Frame
from pipeline.sources.in_memory import InMemory

Wish = Literal["smoothest", "accurate", "coolest"]
WISHES: tuple[Wish, ...] = get_args(Wish)

WITHIN_S = 45.0  # that all measuring may take, loading included
AGAIN_S = 4.0  # for two of them once more
_WARM_UP = 4  # frames: the first ones find the people
_SMOOTH_FPS = 30.0  # a camera's
_FILM_FPS = 24.0  # below it, movement is not fluent
_ENOUGH_FPS = 15.0  # for whoever wants a cool machine
_SAME = 0.95  # of the best: measured again, they might change places
_CLEARLY = 1.1  # times as fast: less may be what else the machine did
_SIZES = ("auto", "256x352")  # of M2FP's input, the finer one first


@dataclass(frozen=True, slots=True)
class Candidate:
    """Settings to be measured.

    Attributes:
        workers, threads: as of ``[parser]``.
        more: other settings of ``[parser]``.
        accuracy: what is more accurate has more.
    """

    workers: int
    threads: int
    more: Mapping[str, str] = field(default_factory=dict)
    accuracy: int = 0

    @property
    def counts(self) -> tuple[int, int]:
        """Workers and threads."""
        return self.workers, self.threads

    def config(self, usual: ParserConfig) -> ParserConfig:
        """Return them in the place of the usual ones."""
        return usual.changed(workers=self.workers, threads=self.threads, **self.more)

    def __str__(self) -> str:
        shared = f"{self.workers} x {self.threads}"
        return " ".join([shared, *self.more.values()])


@dataclass(frozen=True, slots=True)
class Measured:
    """How settings did.

    Attributes:
        candidate: the settings.
        fps: frames a second.
        latency_s: seconds that one frame takes, without waiting for others.
        cpu_ms: CPU time a frame, of all threads.
    """

    candidate: Candidate
    fps: float
    latency_s: float
    cpu_ms: float

    @property
    def key_every_s(self) -> float:
        """Seconds from one mask to the next: what carried masks have to bridge."""
        return 1 / self.fps


def layouts(cores: int) -> list[tuple[int, int]]:
    """Return ways to share cores out: workers, and threads of each."""
    workers = min(cores, MOST_WORKERS)
    found = [(workers, cores // workers)]  # the usual one
    if cores >= 4:
        found.append((cores // 2, 2))
    if cores > MOST_WORKERS:
        found.append((MOST_WORKERS // 2, 1))
    return list(dict.fromkeys([*found, (1, cores), (1, 1)]))


def candidates(parser: str, cores: int, runtimes: Sequence[str] = ()) -> list[Candidate]:
    """Return what is to be measured of a parser.

    Args:
        parser: its name.
        cores: of the machine.
        runtimes: that are installed, of M2FP's.
    """
    ways = layouts(cores)
    if parser == "built-in":
        ranks = list(enumerate(QUALITIES))
        return [Candidate(*way, {"quality": name}, rank) for rank, name in ranks for way in ways]
    if parser.startswith("m2fp"):
        return [
            Candidate(*way, {"runtime": runtime, "input_size": size}, len(_SIZES) - place)
            for runtime in runtimes
            for place, size in enumerate(_SIZES)
            for way in ways[:2]
        ]
    return [Candidate(*way) for way in ways]


def measure(
    wanted: Sequence[Candidate],
    kind_of: Callable[[ParserConfig], AnyKind],
    usual: ParserConfig,
    within_s: float = WITHIN_S,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Measured]:
    """Yield how each candidate does on 720p frames; leaves out those there is no time for.

    Args:
        wanted: what to measure, what matters most first.
        kind_of: finds the parser for its settings.
        usual: settings that are not measured.
        within_s: for all of them.
        clock: monotonic seconds.
    """
    images = footage.at_720p()
    ends_at = clock() + within_s
    for place, candidate in enumerate(wanted):
        left_s = ends_at - clock()
        if left_s <= 0:
            return
        share_s = left_s / (len(wanted) - place)
        config = candidate.config(usual)
        frames = _frames(images, clock, clock() + share_s)
        measured = _measured(candidate, config, kind_of(config), frames, clock)
        if measured is not None:
            yield measured


def fastest_ways(
    measured: Sequence[Measured], again: Callable[[Sequence[Candidate]], Iterator[Measured]]
) -> list[tuple[Candidate, Fastest]]:
    """Return the fastest way to share the cores out, for each choice of the other settings.

    One worker a core, unless another is clearly faster, and so again when both are measured once
    more, in the other order: whatever else the machine did meanwhile must not decide.

    Args:
        measured: settings whose usual way is not among them are left out.
        again: measures anew.
    """
    found = []
    for usual, others in _by_settings(measured):
        best = max([usual, *others], key=lambda one: one.fps)
        if best.fps > _CLEARLY * usual.fps:
            rates = {
                one.candidate.counts: one.fps for one in again([best.candidate, usual.candidate])
            }
            usual_fps = rates.get(usual.candidate.counts, math.inf)
            if rates.get(best.candidate.counts, 0.0) <= _CLEARLY * usual_fps:
                best = usual
        else:
            best = usual
        way = best.candidate
        fastest = Fastest(way.workers, way.threads, best.fps, usual.fps)
        found.append((usual.candidate, fastest))
    return found


def _by_settings(measured: Sequence[Measured]) -> Iterator[tuple[Measured, list[Measured]]]:
    """The usual way and the others, for each choice of other settings whose usual one is known."""
    groups: dict[tuple[tuple[str, str], ...], list[Measured]] = {}
    for one in measured:
        groups.setdefault(tuple(sorted(one.candidate.more.items())), []).append(one)
    for group in groups.values():
        for place, one in enumerate(group):
            if one.candidate.counts == shared_out("auto", "auto"):
                yield one, [*group[:place], *group[place + 1 :]]


def _frames(images: list[BGR], clock: Callable[[], float], until: float) -> Iterator[Frame]:
    """The clip, back and forth, until the time is up; a few frames in any case."""
    pictures = [frame.bgr for frame in footage.as_frames(images)]
    for count, image in enumerate(itertools.cycle([*pictures, *pictures[::-1]])):
        if count > _WARM_UP and clock() >= until:
            return
        # times go on where the clip begins anew, or nobody would be looked for
        yield Frame.from_bgr(image, clock(), count, Fraction(1, 30))


def _measured(
    candidate: Candidate,
    config: ParserConfig,
    kind: AnyKind,
    frames: Iterator[Frame],
    clock: Callable[[], float],
) -> Measured | None:
    latencies: list[float] = []
    began_at = cpu_s = 0.0
    flow = open_flow(InMemory(frames), kind, candidate.workers, candidate.threads, config)
    with flow as results:
        for number, result in enumerate(results):
            if number == _WARM_UP - 1:
                began_at, cpu_s = clock(), time.process_time()
            elif number >= _WARM_UP:
                stages = result.timing.stages
                latencies.append(sum(stages[name] for name in ("prepare", "parse", "settle")))
        elapsed_s, cpu_s = clock() - began_at, time.process_time() - cpu_s
    if not latencies or elapsed_s <= 0:
        return None
    count = len(latencies)
    return Measured(candidate, count / elapsed_s, sum(latencies) / count, cpu_s / count * 1e3)


def choose(measured: Sequence[Measured], wish: Wish) -> tuple[Measured, str]:
    """Return the best for a wish, and why.

    Args:
        measured: there must be one.
        wish: what it is to be best at.
    """
    if wish == "smoothest":
        return _smoothest(measured)
    if wish == "accurate":
        return _accurate(measured)
    enough = [one for one in measured if one.fps >= _ENOUGH_FPS]
    if not enough:
        return _fastest(measured, f"nothing reaches {_ENOUGH_FPS:g} fps; this comes nearest")
    best = min(enough, key=lambda one: one.cpu_ms)
    return best, (
        f"the least CPU time a frame ({best.cpu_ms:.0f} ms) of what reaches {_ENOUGH_FPS:g} fps"
    )


def _smoothest(measured: Sequence[Measured]) -> tuple[Measured, str]:
    smooth = [one for one in measured if one.fps >= _SMOOTH_FPS]
    if not smooth:
        return _fastest(measured, f"nothing reaches {_SMOOTH_FPS:g} fps; this comes nearest")
    best = min(smooth, key=lambda one: one.latency_s)
    return best, (
        f"the least delay ({best.latency_s * 1e3:.0f} ms) of what reaches {_SMOOTH_FPS:g} fps"
    )


def _accurate(measured: Sequence[Measured]) -> tuple[Measured, str]:
    fluent = [one for one in measured if one.fps >= _FILM_FPS]
    if not fluent:
        top = max(one.candidate.accuracy for one in measured)
        of_top = [one for one in measured if one.candidate.accuracy == top]
        return _fastest(of_top, f"nothing reaches {_FILM_FPS:g} fps; the most accurate at its best")
    top = max(one.candidate.accuracy for one in fluent)
    best = max((one for one in fluent if one.candidate.accuracy == top), key=lambda one: one.fps)
    return best, f"the most accurate that reaches {_FILM_FPS:g} fps"


def _fastest(measured: Sequence[Measured], why: str) -> tuple[Measured, str]:
    most = max(one.fps for one in measured)
    near = [one for one in measured if one.fps >= _SAME * most]
    return min(near, key=lambda one: one.latency_s), why


def as_toml(best: Measured, parser: str, wish: Wish, why: str) -> str:
    """Return a file of settings; see ``mirror.core.settings``."""
    candidate = best.candidate
    values: dict[str, object] = {
        "name": parser,
        "workers": candidate.workers,
        "threads": candidate.threads,
        **candidate.more,
    }
    lines = [f"{key} = {json.dumps(value)}" for key, value in values.items()]
    head = [
        f"# Written by mirror tune, for {wish}: {why}.",
        f"# {best.fps:.1f} fps; {best.latency_s * 1e3:.0f} ms, {best.cpu_ms:.0f} ms CPU a frame.",
    ]
    overlay = [] if best.fps >= _FILM_FPS else ["", "[overlay]", 'timing = "carried"']
    return "\n".join([*head, "", "[parser]", *lines, *overlay, ""])
