"""Parsers for programs: single pictures, batches of them, and videos."""

from __future__ import annotations

import contextlib
import functools
import threading
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Any, Unpack

from mirror.api.images import Image, frame_of
from mirror.api.options import ParserOptions, settings_of
from mirror.api.parsed_image import ParsedImage
from mirror.api.sources import SinglePictures, Video, open_frames
from mirror.api.video import ParsedVideo
from mirror.core import machine
from mirror.core.settings import Auto
from mirror.jobs.composition import workers_for
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.parsers.custom import Custom, Factory
from mirror.parsers.parser_workers import ParserLane, ParserWorkers, parse_alone
from pipeline.frame import Frame
from pipeline.sources import Source

_KEPT_PARSERS = 2  # of ``parse``: each holds a model


class Parser:
    """Parses pictures and videos; models are loaded once, when they are first needed.

    Calling it parses one picture on the caller's thread, with a model of its own. ``batch`` and
    ``video`` use workers, which are threads with a model each: they need a ``with`` block, which
    stops them when it is left. Any thread may use a parser; calls for single pictures take turns.

    Args:
        parser: ``built-in``, ``m2fp``, ``m2fp-single``, ``none`` or ``module:factory``, as on the
            command line; or a factory of your own, as in the how-to on own parsers.
        workers: threads that parse batches and videos.
        threads: threads that each model computes with.
        **options: of the parser; see ``ParserOptions``.

    Attributes:
        name: of the parser.
        parts: the names of the parts; the place of a name is its value in ``ParsedImage.labels``.

    Raises:
        ParserNotUsable: there is no such parser.
        ConfigError: what is asked cannot be.
        PipelineError: M2FP's checkpoint or runtime is not there; says how to get it.
    """

    def __init__(
        self,
        parser: str | Factory = "built-in",
        *,
        workers: int | Auto = "auto",
        threads: int | Auto = "auto",
        **options: Unpack[ParserOptions],
    ) -> None:
        self._config = settings_of(options, workers, threads)
        self._kind = _kind_of(parser, options)
        self.name, self.parts = self._kind.name, self._kind.parts.names
        self._lock = threading.Lock()
        self._parse: Callable[[Frame, Any], Any] | None = None  # guarded by _lock
        self._stack = contextlib.ExitStack()
        self._is_open = False
        self._running: ParserWorkers | None = None  # guarded by _lock

    def __call__(self, image: Image, *, rgb: bool = False) -> ParsedImage:
        """Parse one picture, after a thorough search for people.

        Args:
            image: an array (H, W, 3) uint8 in blue-green-red order, the path of a picture, or a
                PIL image.
            rgb: whether the array is in red-green-blue order, as Pillow and matplotlib have it.

        Raises:
            ImageRefused: it is none of these; says what came and what to do.
            SourceError: the path cannot be read as a picture.
        """
        frame = frame_of(image, rgb)
        with self._lock:
            if self._parse is None:
                threads = self._config.threads
                self._parse = self._kind.make_parse(
                    machine.cores() if threads == "auto" else threads
                )
            parsing = parse_alone(self._kind, self._parse, frame)
        return ParsedImage(frame, parsing, self._kind.parts)

    def batch(self, images: Iterable[Image], *, rgb: bool = False) -> Iterator[ParsedImage]:
        """Yield the images parsed, in order, each as if there were no other.

        Args:
            images: read on another thread, a few ahead of what is taken out.
            rgb: whether arrays are in red-green-blue order.

        Raises:
            RuntimeError: the parser is not in a ``with`` block.
            ImageRefused: when its turn comes, for an image that is none.
        """
        workers = self._workers()
        return self._batch(workers.pictures(SinglePictures(images, rgb)))

    def video(
        self, video: Video, *, fps: float = 30.0, live: bool = False, rgb: bool = False
    ) -> ParsedVideo:
        """Return a video's parsed images, in order: a loop, or a ``with`` block around one.

        People keep their ids from frame to frame. Results do not depend on the number of workers.

        Args:
            video: the path of a file or of a folder of pictures, an address (http, rtsp, ...), the
                number of a camera, or an iterable of images, such as a generator of your own.
            fps: images a second, for a source that does not say so itself.
            live: for an iterable: drop the oldest images when there are too many, and take the
                moment of capture as their time. Otherwise nothing is dropped, and the iterable
                waits. Cameras are always live.
            rgb: whether arrays are in red-green-blue order.

        Raises:
            RuntimeError: the parser is not in a ``with`` block.
            SourceError: there is nothing to be seen there; says why, and what to do.
            ImageRefused: it is no video.
        """
        workers = self._workers()
        return ParsedVideo(open_frames(video, fps, live, rgb), self._kind.parts, workers.video)

    def __enter__(self) -> Parser:
        if self._is_open:
            raise RuntimeError("a parser's with block is entered once at a time")
        self._is_open = True
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._is_open = False
        self._running = None
        self._stack.__exit__(kind, error, traceback)

    def __repr__(self) -> str:
        return f"<parser {self.name}: {len(self.parts) - 1} parts>"

    def _workers(self) -> ParserWorkers:
        if not self._is_open:
            raise RuntimeError(
                "a parser's batches and videos need a with block, which stops its threads: "
                "with mirror.Parser() as parser: ..."
            )
        with self._lock:
            if self._running is None:
                self._running = self._stack.enter_context(
                    ParserWorkers(self._kind, *workers_for(self._kind, self._config), self._config)
                )
            return self._running

    def _batch(self, lane: ParserLane) -> Iterator[ParsedImage]:
        with lane as results:
            for result in results:
                yield ParsedImage(result.frame, result.parsing, self._kind.parts, result.ticket)


def parse(
    image: Image,
    parser: str | Factory = "built-in",
    *,
    rgb: bool = False,
    threads: int | Auto = "auto",
    **options: Unpack[ParserOptions],
) -> ParsedImage:
    """Parse one picture.

    The last two parsers are kept, so that a loop loads its model once. For many pictures, or for
    several threads, make a ``mirror.Parser``.

    Args:
        image: an array (H, W, 3) uint8 in blue-green-red order, the path of a picture, or a PIL
            image.
        parser: the name of a parser, or a factory; see ``mirror.Parser``.
        rgb: whether the array is in red-green-blue order, as Pillow and matplotlib have it.
        threads: threads that the model computes with.
        **options: of the parser; see ``ParserOptions``.

    Raises:
        ImageRefused: it is no image; says what came and what to do.
        PipelineError: the picture or the parser cannot be had; says why, and what to do.
    """
    return _kept_parser(parser, threads=threads, **options)(image, rgb=rgb)


def open_video(
    video: Video,
    parser: str | Factory = "built-in",
    *,
    fps: float = 30.0,
    live: bool = False,
    rgb: bool = False,
    workers: int | Auto = "auto",
    threads: int | Auto = "auto",
    **options: Unpack[ParserOptions],
) -> ParsedVideo:
    """Return a video's parsed images, in order: a loop, or a ``with`` block around one.

    For several videos, make a ``mirror.Parser``, which loads its models once.

    Args:
        video: the path of a file or of a folder of pictures, an address (http, rtsp, ...), the
            number of a camera, or an iterable of images, such as a generator of your own.
        parser: the name of a parser, or a factory; see ``mirror.Parser``.
        fps: images a second, for a source that does not say so itself.
        live: for an iterable: drop the oldest images when there are too many, and take the moment
            of capture as their time. Cameras are always live.
        rgb: whether arrays are in red-green-blue order.
        workers: threads that parse, each with a model of its own.
        threads: threads that each worker computes with.
        **options: of the parser; see ``ParserOptions``.

    Raises:
        PipelineError: the video or the parser cannot be had; says why, and what to do.
        ImageRefused: it is no video.
    """
    config = settings_of(options, workers, threads)
    kind = _kind_of(parser, options)
    counts = workers_for(kind, config)

    @contextlib.contextmanager
    def open_lane(source: Source) -> Iterator[ParserLane]:
        with ParserWorkers(kind, *counts, config) as running, running.video(source) as lane:
            yield lane

    return ParsedVideo(open_frames(video, fps, live, rgb), kind.parts, open_lane)


def _kind_of(parser: str | Factory, options: ParserOptions) -> AnyKind:
    if isinstance(parser, str):
        return find_parser(parser, settings_of(options))
    return Custom(getattr(parser, "__qualname__", type(parser).__name__), parser)


@functools.lru_cache(_KEPT_PARSERS)
def _kept_parser(parser: str | Factory, **settings: Any) -> Parser:  # noqa: ANN401
    return Parser(parser, **settings)
