"""Compares a film with the one that ``mirror video`` makes of it: streams, times, contents."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import av
from av.stream import Disposition
from av.subtitles.stream import SubtitleStream
from av.subtitles.subtitle import AssSubtitle
from sample_files import TEXTS

from pipeline.consumer import consuming
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources.video import VideoFile


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a stream: ``kept``, ``as aac`` or ``left out``."""

    kind: str
    codec: str
    became: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A packet: seconds, length in seconds, and what is in it."""

    time: float
    length: float
    contents: bytes


def _packets(path: Path, index: int) -> list[Piece]:
    with av.open(str(path)) as file:
        return [
            Piece(
                float((packet.pts or 0) * packet.time_base),
                float((packet.duration or 0) * packet.time_base),
                bytes(packet),
            )
            for packet in file.demux(file.streams[index])
            if packet.size
        ]


class Film:
    """A file read back, for comparison."""

    def __init__(self, path: Path) -> None:
        self.path = path
        with av.open(str(path)) as file:
            streams = [s for s in file.streams if s.codec_context is not None]
            self.kinds = {s.index: s.type for s in streams}
            self.codecs = {s.index: s.codec_context.codec.canonical_name for s in streams}
            self.languages = {s.index: s.language for s in streams}
            self.played = [s.index for s in streams if s.disposition & Disposition.default]

    def of(self, kind: str) -> list[int]:
        """Return the places of all streams of a kind."""
        return [index for index, its in self.kinds.items() if its == kind]

    @cached_property
    def pictures(self) -> list[Fraction]:
        """The time of every picture."""
        with av.open(str(self.path)) as file:
            return [(p.pts or 0) * (p.time_base or Fraction(0)) for p in file.decode(video=0)]

    def packets(self, index: int) -> list[Piece]:
        """Return all packets of a stream."""
        return _packets(self.path, index)

    def heard(self, index: int) -> tuple[float, float]:
        """Return from when to when there is sound."""
        with av.open(str(self.path)) as file:
            frames = [
                (float((f.pts or 0) * (f.time_base or 0)), f.samples / f.sample_rate)
                for f in file.decode(file.streams[index])
                if isinstance(f, av.AudioFrame)
            ]
        return frames[0][0], sum(frames[-1])

    def read(self, index: int) -> list[tuple[float, float, str]]:
        """Return the subtitles: from when, for how long, and what they say."""
        said: list[tuple[float, float, str]] = []
        with av.open(str(self.path)) as file:
            stream = file.streams[index]
            assert isinstance(stream, SubtitleStream)
            for packet in file.demux(stream):
                subtitle = stream.codec_context.decode2(packet) if packet.size else None
                for rect in subtitle.rects if subtitle is not None else ():
                    if isinstance(rect, AssSubtitle) and rect.dialogue:
                        start = float((packet.pts or 0) * packet.time_base)
                        length = float((packet.duration or 0) * packet.time_base)
                        said.append((start, length, _plain(rect.dialogue.decode())))
        return said


def _plain(text: str) -> str:
    for mark in ("{\\i1}", "{\\i0}", "{\\i}", "<i>", "</i>"):
        text = text.replace(mark, "")
    return text.strip()


def take(source: Path, target: Path) -> tuple[str, ...]:
    """Write a file as ``mirror video`` does, without a parser; return the remarks."""
    video = VideoFile(source)
    encoding = Encoding(preset="ultrafast", threads=1)
    with consuming(VideoWriter(target, video.footage, encoding, copy_streams_from=source)) as out:
        for frame in video:
            out.consume(frame)
    return video.remarks + out.remarks


def fates(source: Path, target: Path) -> list[Fate]:
    """Take a file into another; check that each stream is there and in step, or named.

    Raises:
        AssertionError: something is missing, out of step, or not said.
    """
    remarks = take(source, target)
    before, after = Film(source), Film(target)
    _check_pictures(before, after)
    found: list[Fate] = []
    for kind in ("audio", "subtitle"):
        arrived = iter(after.of(kind))
        for index in before.of(kind):
            codec = before.codecs[index]
            name = f"{'sound' if kind == 'audio' else 'subtitles'} {index} ({codec}"
            said = [remark for remark in remarks if remark.startswith(name)]
            if any("left out" in remark for remark in said):
                assert "write to a file ending in" in said[0], said
                found.append(Fate(kind, codec, "left out"))
                continue
            place = next(arrived)
            became = after.codecs[place]
            assert (became == codec) != any(f"converted to {became}" in one for one in said), said
            check = _check_sound if kind == "audio" else _check_texts
            check(before, index, after, place)
            found.append(Fate(kind, codec, "kept" if became == codec else f"as {became}"))
        assert next(arrived, None) is None
    return found


def _check_pictures(before: Film, after: Film) -> None:
    assert len(after.pictures) == len(before.pictures)
    for now, then in zip(after.pictures, before.pictures, strict=True):
        assert abs(now - then) <= Fraction(1, 1000), (float(now), float(then))


def _check_sound(before: Film, index: int, after: Film, place: int) -> None:
    if before.languages[index] in ("eng", "deu"):
        assert after.languages[place] in (before.languages[index], "ger")  # MOV knows no "deu"
    if set(before.played) & set(before.of("audio")):
        assert (place in after.played) == (index in before.played)
    for was, now in zip(before.heard(index), after.heard(place), strict=True):
        assert abs(was - now) < 0.03, (before.heard(index), after.heard(place))
    if before.codecs[index] != after.codecs[place]:
        return
    sent, got = before.packets(index), after.packets(place)
    bare = [_without_header(piece.contents) for piece in sent]
    if before.codecs[index].startswith("pcm_"):
        assert b"".join(bare) == b"".join(piece.contents for piece in got)
        return
    assert bare == [piece.contents for piece in got]
    for one, other in zip(sent, got, strict=True):
        assert abs(one.time - other.time) < 2e-3, (one.time, other.time)


def _check_texts(before: Film, index: int, after: Film, place: int) -> None:
    if before.codecs[index] == "hdmv_pgs_subtitle":
        sent, got = before.packets(index), after.packets(place)
        assert b"".join(one.contents for one in sent) == b"".join(one.contents for one in got)
        # transport streams hold every piece of a picture for itself
        times = {round(one.time * 500) for one in sent}, {round(one.time * 500) for one in got}
        assert times[0] == times[1]
        return
    sent_texts, got_texts = before.read(index), after.read(place)
    assert len(sent_texts) == len(TEXTS)
    for (start, length, text), (at, held, words) in zip(sent_texts, got_texts, strict=True):
        assert text == words
        assert abs(start - at) < 2e-3, (start, at)
        assert abs(length - held) < 12e-3, (length, held)  # ASS counts hundredths


def _without_header(packet: bytes) -> bytes:
    """AAC's packets in transport streams begin with seven bytes that say what it is."""
    return packet[7:] if packet[:2] in (b"\xff\xf1", b"\xff\xf9") else packet
