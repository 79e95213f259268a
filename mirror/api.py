"""Parsing in a program of your own: pictures in, parsings out, without files or pipes.

A picture is (H, W, 3) uint8 in OpenCV's order, blue-green-red. It is copied, so that a loop may
use its memory again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypedDict, Unpack

from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.settings import FASTEST, SLOWEST, Auto, ConfigError, ParserConfig, Quality, load
from mirror.jobs.composition import open_flow, shared_out
from mirror.parsers.catalogue import find_parser, needing
from pipeline.flow import Flow
from pipeline.frame import BGR, Frame

if TYPE_CHECKING:
    from mirror.parsers.m2fp.results.modelscope_format import ModelScopeResult


class Asked(TypedDict, total=False):
    """What may be asked of a parser; each is the key of that name in ``configs/default.toml``."""

    quality: Quality
    parse_limit_s: float
    skip_failures: bool
    search: str
    runtime: str
    device: str
    input_size: str
    decoder_layers: int
    int8: bool


class Pictures:
    """A user's pictures as a source of frames.

    Attributes:
        is_live: whether the oldest may be dropped rather than all get late.

    Args:
        pictures: read on a thread of the flow's.
        rate: pictures a second, from which they get their times; None, when live: their capture.
        clock: monotonic seconds.
    """

    def __init__(
        self,
        pictures: Iterable[BGR],
        rate: Fraction | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._pictures, self._clock = pictures, clock
        self._time_base = None if rate is None else 1 / rate
        self._closed = threading.Event()
        self.is_live = rate is None

    def __iter__(self) -> Iterator[Frame]:
        """Yield one frame a picture."""
        for number, picture in enumerate(self._pictures):
            if self._closed.is_set():
                return
            pts = None if self._time_base is None else number
            yield Frame.from_bgr(picture.copy(), self._clock(), pts, self._time_base)

    def close(self) -> None:
        """End the iteration at the next picture."""
        self._closed.set()


def parsings(
    pictures: Iterable[BGR],
    parser: str = "built-in",
    *,
    fps: float | None = 30.0,
    workers: int | Auto = "auto",
    threads: int | Auto = "auto",
    **asked: Unpack[Asked],
) -> Flow[Any, Any, Parsing]:
    """Return a flow: a ``with`` block over results in order, each with ``frame`` and ``parsing``.

    From then on OpenCV computes with one thread in this process, since the workers are many.

    Args:
        pictures: any iterable, a generator of your own for instance; read on another thread.
        parser: as on the command line: built-in, m2fp, m2fp-single, none, or module:factory.
        fps: pictures a second. None is for a live camera: the oldest are dropped when there are
            too many; otherwise nothing is, and the generator waits.
        workers: threads that parse, each with its own model copy.
        threads: threads that each of them computes with.
        **asked: what else is asked of the parser, such as ``input_size="256x352"`` of m2fp.

    Raises:
        ParserNotUsable: there is no such parser.
        ConfigError: what is asked cannot be.
        PipelineError: M2FP's checkpoint or runtime is not there; says how to get it.
    """
    rate = None if fps is None else _rate(fps)
    config = _config(asked, workers, threads)
    count, each = shared_out(config.workers, config.threads)
    kind = find_parser(parser, config)
    return open_flow(Pictures(pictures, rate), kind, count, each, config)


def picture_parser(
    parser: str = "built-in", threads: int | Auto = "auto", **asked: Unpack[Asked]
) -> Callable[[BGR], Parsing]:
    """Return a function from one picture to its parsing: no threads of ours, no past, one model.

    Args:
        parser: as in ``parsings``.
        threads: threads that it computes with.
        **asked: as in ``parsings``.

    Raises:
        PipelineError: as ``parsings``.
    """
    config = _config(asked, threads=threads)
    kind = find_parser(parser, config)
    parse = kind.make_parse(machine.cores() if config.threads == "auto" else config.threads)

    def parse_picture(picture: BGR) -> Parsing:
        frame = Frame.from_bgr(picture.copy(), time.monotonic())
        frame.is_held = True  # there is all the time in the world
        # prepare and settle are made anew: what they remember is another picture's
        plan = kind.make_prepare(live=False)(frame)
        parsing: Parsing = kind.make_settle()(frame, plan, parse(frame, plan))
        return parsing

    return parse_picture


def modelscope_parser(
    parser: str = "m2fp",
    threads: int | Auto = "auto",
    sides: tuple[int, int] = (640, 1333),
    **asked: Unpack[Asked],
) -> Callable[[BGR], ModelScopeResult]:
    """Return a function from one picture to what ModelScope's pipeline returns for it.

    Masks that may overlap, with labels and scores, parts before people. The network sees a picture
    as large as ModelScope shows it, which takes several times as long as ``picture_parser``.

    Args:
        parser: m2fp or m2fp-single.
        threads: threads that the network computes with.
        sides: what a picture's shorter side becomes, or its longer one where that is less, with
            m2fp; m2fp-single has an input size of its own.
        **asked: as in ``parsings``; the runtime is torch where none is asked for.

    Raises:
        PipelineError: M2FP's checkpoint or runtime is not there; says how to get it.
    """
    with needing(parser):
        from mirror.parsers.m2fp.modelscope_pipeline import as_modelscope

    config = _config(asked, threads=threads)
    count = machine.cores() if config.threads == "auto" else config.threads
    return as_modelscope(parser, config, count, sides)


def _rate(fps: float) -> Fraction:
    if not SLOWEST <= fps <= FASTEST:
        raise ConfigError(f"fps is a number from {float(SLOWEST)} to {FASTEST}, or None, got {fps}")
    return Fraction(fps).limit_denominator(1001)


def _config(
    asked: Asked, workers: int | Auto = "auto", threads: int | Auto = "auto"
) -> ParserConfig:
    settings = {**asked, "workers": workers, "threads": threads}
    return load(flags={f"parser.{key}": value for key, value in settings.items()}).parser
