"""What goes out, and where to."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path, PurePath
from typing import TypeVar

from mirror.core.label_set import LabelSet
from mirror.outputs import Output, OutputRefused
from mirror.outputs.coach_keys import CoachKeysOf, no_coach
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.rendering.renderer import Renderer
from mirror.rendering.scene_cuts import SceneCuts
from mirror.stream.json_lines import Lines
from mirror.stream.label_maps import LabelMaps
from mirror.stream.run_facts import RunFacts
from pipeline.constant_rate import ConstantRate
from pipeline.consumer import Consumer
from pipeline.frame import Frame
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import holds
from pipeline.pipes import TCP, PipeWriter, open_target
from pipeline.sinks import Sink
from pipeline.sinks.coded import JpegWriter, MatroskaWriter
from pipeline.sinks.plain import RawWriter, Y4mWriter
from pipeline.sinks.video import Encoding
from pipeline.sinks.virtual_camera import VirtualCamera
from pipeline.sources import Recorded, Source
from pipeline.sources.stream.y4m import Y4mStream
from pipeline.targets.claims import Claims
from pipeline.targets.distinct_paths import OutputPath

Item = TypeVar("Item")

FORMATS = ("y4m", "raw", "mjpeg", "matroska", "labels", "jsonl")
CAMERA = "camera"  # a place: one that other programs can open
_STDOUT = Path("/dev/stdout")
_ASSUMED_BY_READERS = Fraction(25)  # frames a second, of a stream that does not say
_ENDINGS = {
    ".y4m": "y4m",
    ".raw": "raw",
    ".mjpeg": "mjpeg",
    ".mjpg": "mjpeg",
    ".mkv": "matroska",
    ".jsonl": "jsonl",
}


@dataclass(frozen=True, slots=True)
class Target:
    """One place to write to, and what: ``-``, ``camera``, a path, or an address.

    Attributes:
        format: one of ``FORMATS``.
        place: where to.
        flag: what names it.
    """

    format: str
    place: str
    flag: str = "--out"

    @classmethod
    def of(cls, text: str, default: str) -> Target:
        """Return what ``[FORMAT=]PLACE`` stands for; without a format, the place's ending says."""
        format, equals, place = text.partition("=")
        if equals and format in FORMATS:
            return cls(format, place)
        return cls(_ENDINGS.get(PurePath(text).suffix, default), text)

    @property
    def file(self) -> OutputPath | None:
        """What it is in the file system; None where it is not there."""
        if self.place == "-":
            return OutputPath(self.flag, _STDOUT) if _STDOUT.exists() else None
        if self.place == CAMERA or self.place.startswith(TCP):
            return None
        return OutputPath(self.flag, Path(self.place))


@dataclass(frozen=True, slots=True)
class Offer:
    """What there is to write of a run, whatever it is written as.

    Attributes:
        source: where frames come from; what it says of itself goes along.
        assumed_rate: frames a second, where the source does not say.
        parser: its name.
        parts: its parts.
        palette: one ``#rrggbb`` a part id.
        renderer: what draws the pictures, once for all targets.
        encoding: how a Matroska stream is encoded.
        pixel_format: of pictures; None leaves them as they came.
        resizes: whether the renderer makes pictures of another size than the source's.
        with_rle: whether lines hold masks.
        fills: whether a format without times repeats pictures for frames that were dropped.
        coached: what a coach says of a parsing, by people's ids.
    """

    source: Source
    assumed_rate: Fraction
    parser: str
    parts: LabelSet
    palette: tuple[str, ...]
    renderer: Renderer
    encoding: Encoding
    pixel_format: str | None = None
    resizes: bool = False
    with_rle: bool = False
    fills: bool = True
    coached: CoachKeysOf = no_coach

    @property
    def rate(self) -> Fraction | None:
        """Frames a second; None where a recording does not say."""
        if isinstance(self.source, Recorded):
            return self.source.footage.rate
        return self.assumed_rate

    @property
    def aspect(self) -> Fraction:
        """How wide a pixel is for its height."""
        if isinstance(self.source, Recorded):
            return self.source.footage.sample_aspect_ratio
        return Fraction(1)


def check(targets: Sequence[Target], pixel_format: str | None) -> None:
    """Refuse what cannot be written, or would mix in one place, before anything is opened.

    Raises:
        OutputRefused: says what to do.
    """
    _check_pixel_format(pixel_format, targets)
    places = [target.place for target in targets]
    if twice := {place for place in places if places.count(place) > 1}:
        raise OutputRefused(
            "output.named_twice",
            "{name} is named twice; each target takes one stream",
            name=" and ".join(twice),
        )
    shown = [target.format for target in targets if target.place == "-"]
    if shown and shown != ["jsonl"] and sys.stdout is not None and sys.stdout.isatty():
        raise OutputRefused(
            "output.terminal",
            "standard output is a terminal, which cannot show {format}; pipe it on",
            format=shown[0],
        )


def open_outputs(
    targets: Sequence[Target], offer: Offer, claims: Claims, facts: RunFacts
) -> list[Output]:
    """Open every target; lines come last, since they say when the others have written.

    Files are finished by whoever claimed them.

    Raises:
        SinkError: one cannot be opened.
    """
    in_order = sorted(targets, key=lambda target: target.format == "jsonl")
    cuts = SceneCuts(offer.renderer, lambda: facts.gap_s() > 0)
    offer = replace(offer, renderer=cuts)
    return [
        DrawnPictures(cuts, VirtualCamera(offer.rate), "write")
        if target.place == CAMERA
        else _output(target.format, _pipe(target, claims), offer, facts)
        for target in in_order
    ]


def _pipe(target: Target, claims: Claims) -> PipeWriter:
    if target.file is None or target.place == "-":
        return open_target(target.place)
    return PipeWriter(claims.file(target.file).descriptor, target.place)


def _check_pixel_format(name: str | None, targets: Sequence[Target]) -> None:
    if name is None:
        return
    try:
        Layout(2, 2, name)
    except ValueError as error:
        raise OutputRefused("output.bad_pixel_format", "{reason}", reason=str(error)) from error
    if any(target.format == "y4m" for target in targets) and not holds(name):
        raise OutputRefused(
            "output.y4m_refused", "y4m cannot hold {name}; write raw pictures", name=name
        )


def _output(format: str, pipe: PipeWriter, offer: Offer, facts: RunFacts) -> Output:
    if format == "jsonl":
        return Lines(
            pipe,
            facts,
            offer.parser,
            offer.parts,
            offer.palette,
            offer.with_rle,
            coached=offer.coached,
        )
    if format == "labels":
        return _steady(LabelMaps(pipe, offer.rate), lambda result: result.frame, offer, facts)
    sink = _sink(format, pipe, offer)
    if format != "matroska":
        sink = _steady(sink, lambda frame: frame, offer, facts)
    return DrawnPictures(offer.renderer, sink, "write")


def _steady(
    consumer: Consumer[Item], frame_of: Callable[[Item], Frame], offer: Offer, facts: RunFacts
) -> Consumer[Item]:
    """Keep a format without times in step with a source that frames may be dropped from."""
    if not offer.source.is_live:
        return consumer
    rate = offer.rate or _ASSUMED_BY_READERS
    return ConstantRate(consumer, rate, frame_of, facts.gap_s, facts.last_time, offer.fills)


def _sink(format: str, pipe: PipeWriter, offer: Offer) -> Sink:
    if format == "raw":
        return RawWriter(pipe, offer.pixel_format)
    if format == "mjpeg":
        return JpegWriter(pipe)
    if format == "matroska":
        return MatroskaWriter(pipe, offer.rate, offer.aspect, encoding=offer.encoding)
    return _y4m(pipe, offer)


def _y4m(pipe: PipeWriter, offer: Offer) -> Y4mWriter:
    source, given = offer.source, None
    if isinstance(source, Y4mStream) and not (offer.pixel_format or offer.resizes):
        given = source.header, source.header_line
    return Y4mWriter(pipe, offer.rate, offer.aspect, given=given, pixel_format=offer.pixel_format)
