"""Sound, subtitles and what else is in a file reach the output in step, or are named."""

import itertools
import os
import subprocess
import sys
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import cast

import av
import numpy as np
import pytest
from av.audio.stream import AudioStream
from media import level, numbers_in, pts_of, sound_of, write_video
from written import TITLES, add_subtitles, copy, remarks_of, titles_in

from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.media.timeline import AnyPacket
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources import Footage
from pipeline.sources.video import VideoFile


def with_sound(
    source: Path,
    target: Path,
    *codecs: str,
    languages: tuple[str, ...] = (),
    layout: str = "mono",
) -> Path:
    """Put a silent video beside tracks of its own sound, each coded anew."""
    with av.open(str(source)) as video, av.open(str(target), "w") as output:
        picture = output.add_stream_from_template(video.streams.video[0], opaque=True)
        tracks: list[AudioStream] = []
        for number, codec in enumerate(codecs):
            track = output.add_stream(codec, rate=48000)
            assert isinstance(track, AudioStream)
            track.layout = layout
            if languages:
                track.metadata["language"] = languages[number]
            tracks.append(track)
        for packet in video.demux(video=0):
            if packet.size:
                packet.stream = picture
                output.mux(packet)
        seconds = float(pts_of(source)[-1][0] * pts_of(source)[-1][1]) + 0.04
        for track in tracks:
            output.mux(_tone(track, seconds))
    return target


def _tone(track: AudioStream, seconds: float) -> list[AnyPacket]:
    samples = (np.sin(np.arange(round(48000 * seconds)) / 17) * 8000).astype(np.int16)[None]
    samples = np.repeat(samples, track.codec_context.channels, axis=1)
    layout = track.codec_context.layout.name
    frame = av.AudioFrame.from_ndarray(samples, format="s16", layout=layout)
    frame.rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
    return [*track.encode(frame), *track.encode(None)]


def codecs_in(path: Path) -> list[str]:
    with av.open(str(path)) as file:
        return [stream.codec_context.codec.canonical_name for stream in file.streams]


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_aac_of_a_transport_stream_is_copied_without_its_headers(
    tmp_path: Path, ending: str
) -> None:
    source = with_sound(write_video(tmp_path / "in.mp4", 30, rate=25), tmp_path / "in.ts", "aac")
    assert remarks_of(source, tmp_path / f"out.{ending}") == ()
    before, after = sound_of(source), sound_of(tmp_path / f"out.{ending}")
    assert [packet[7:] for _, packet in before] == [packet for _, packet in after]  # ADTS: 7 bytes
    assert [time for time, _ in after] == pytest.approx([time for time, _ in before], abs=1e-3)
    assert numbers_in(tmp_path / f"out.{ending}") == [n % 10 for n in range(30)]


@pytest.mark.parametrize("ending", ["avi", "mkv"])
def test_pcm_becomes_aac_in_mp4_and_stays_in_mov(tmp_path: Path, ending: str) -> None:
    source = with_sound(
        write_video(tmp_path / "in.mp4", 30, rate=25, codec="mpeg4"),
        tmp_path / f"in.{ending}",
        "pcm_s16le",
    )
    assert remarks_of(source, tmp_path / "out.mp4") == (
        "sound 1 (pcm_s16le) was converted to aac for mp4; "
        "write to a file ending in .mkv or .mov to keep it as it is",
    )
    assert codecs_in(tmp_path / "out.mp4") == ["h264", "aac"]
    assert _heard(tmp_path / "out.mp4") == pytest.approx(_heard(source), abs=0.03)
    assert remarks_of(source, tmp_path / "out.mov") == ()
    kept = b"".join(packet for _, packet in sound_of(tmp_path / "out.mov"))
    assert kept == b"".join(packet for _, packet in sound_of(source))


def _heard(path: Path) -> tuple[float, float]:
    """From when to when there is sound."""
    with av.open(str(path)) as file:
        frames = [
            (float((frame.pts or 0) * (frame.time_base or 0)), frame.samples / frame.sample_rate)
            for frame in file.decode(audio=0)
        ]
    return frames[0][0], sum(frames[-1])


@pytest.mark.parametrize(
    ("layout", "codec", "ending", "became"),
    [
        ("5.1", "pcm_s16le", "mp4", ("aac", 6)),
        ("5.1", "pcm_s16le", "webm", ("opus", 6)),
        ("quad", "flac", "mov", ("alac", 4)),
        ("mono", "pcm_mulaw", "mkv", ("flac", 1)),
    ],
)
def test_converted_sound_keeps_its_channels(
    tmp_path: Path, layout: str, codec: str, ending: str, became: tuple[str, int]
) -> None:
    plain = write_video(tmp_path / "in.mp4", 10)
    source = tmp_path / ("in.mov" if ending == "mkv" else "in.mkv")
    with_sound(plain, source, codec, layout=layout)
    (remark,) = remarks_of(source, tmp_path / f"out.{ending}")
    assert f"({codec}) was converted to {became[0]} for" in remark
    with av.open(str(tmp_path / f"out.{ending}")) as out:
        context = out.streams.audio[0].codec_context
        assert (context.codec.canonical_name, context.channels) == became


@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv", "webm"])
def test_sound_and_subtitles_come_along_together(tmp_path: Path, ending: str) -> None:
    source = tmp_path / "in.mkv"
    _with_both(write_video(tmp_path / "in.mp4", 100, rate=25, sound=True), source)
    out = copy(source, tmp_path / f"out.{ending}")
    shown = [time for time, _ in titles_in(source)]
    assert [time for time, _ in titles_in(out)] == pytest.approx(shown, abs=1e-3)
    assert ["Down" in text or "Stand" in text for _, text in titles_in(out)] == [True, True]
    assert _heard(out) == pytest.approx(_heard(source), abs=0.03)
    if ending != "webm":
        assert [packet for _, packet in sound_of(out)] == [packet for _, packet in sound_of(source)]
    assert numbers_in(out) == [n % 10 for n in range(100)]


def _with_both(video: Path, target: Path, texts: str = TITLES) -> None:
    titled = add_subtitles(video, target.with_name("titled.mkv"), texts)
    with av.open(str(video)) as sounding, av.open(str(titled)) as titles:
        with av.open(str(target), "w") as output:
            parts = [*sounding.streams, titles.streams.subtitles[0]]
            twins = {id(part): output.add_stream_from_template(part, opaque=True) for part in parts}
            packets = [
                packet
                for file in (sounding, titles)
                for packet in file.demux()
                if packet.size and id(packet.stream) in twins
            ]
            for packet in sorted(packets, key=lambda one: (one.dts or 0) * one.time_base):
                packet.stream = twins[id(packet.stream)]
                output.mux(packet)


def test_av1_is_finished_without_its_decoder(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 5)
    assert codecs_in(copy(source, tmp_path / "out.mp4", Encoding(codec="av1"))) == ["av1"]
    assert numbers_in(tmp_path / "out.mp4") == list(range(5))


def test_tracks_keep_their_languages_and_which_is_played(tmp_path: Path) -> None:
    source = with_sound(
        write_video(tmp_path / "in.mp4", 10),
        tmp_path / "in.mkv",
        *("aac", "aac"),
        languages=("eng", "deu"),
    )
    for ending in ("mp4", "mkv"):
        with av.open(str(copy(source, tmp_path / f"out.{ending}"))) as out:
            assert [track.language for track in out.streams.audio] == ["eng", "deu"]


# FFmpeg reads no more than two of Matroska
@pytest.mark.parametrize(("ending", "header", "pieces"), [("ts", 7, 3), ("mkv", 0, 2)])
def test_recordings_that_were_joined_follow_one_another(
    tmp_path: Path, ending: str, header: int, pieces: int
) -> None:
    plain = write_video(tmp_path / "in.mp4", 30, rate=25)
    piece = with_sound(plain, tmp_path / f"one.{ending}", "aac")
    joined = tmp_path / f"joined.{ending}"
    joined.write_bytes(piece.read_bytes() * pieces)
    assert remarks_of(joined, tmp_path / "out.mp4") == (
        f"the file's clock jumped {pieces - 1} times, as where recordings are joined; "
        "its pieces follow one another",
    )
    assert numbers_in(tmp_path / "out.mp4") == [n % 10 for n in range(30)] * pieces
    times = [float(ticks * base) for ticks, base in pts_of(tmp_path / "out.mp4")]
    steps = [later - sooner for sooner, later in itertools.pairwise(times)]
    assert min(steps) >= 0.039
    assert max(steps) <= 0.2
    before, after = sound_of(piece), sound_of(tmp_path / "out.mp4")
    assert [packet for _, packet in after] == [packet[header:] for _, packet in before] * pieces
    first = [times[30 * n] - after[len(before) * n][0] for n in range(pieces)]
    assert first == pytest.approx([first[0]] * pieces, abs=2e-3)  # in step in every piece


OVERLAPPING = """1
00:00:00,100 --> 00:00:02,000
Down

2
00:00:00,400 --> 00:00:00,900
One

3
00:00:00,400 --> 00:00:01,200
Two
"""


@pytest.mark.parametrize("ending", ["mp4", "mov"])
def test_subtitles_that_overlap_share_a_sample(tmp_path: Path, ending: str) -> None:
    source = tmp_path / "in.mkv"
    plain = write_video(tmp_path / "in.mp4", 75, rate=25, sound=True)
    _with_both(plain, source, texts=OVERLAPPING)
    begins = titles_in(source)[0][0] - 0.1
    out = copy(source, tmp_path / f"out.{ending}")
    lasting = [(round(time - begins, 2), text[2:]) for time, text in titles_in(out)]
    assert lasting == [(0.1, "Down"), (0.4, "Down\nOne\nTwo"), (0.9, "Down\nTwo"), (1.2, "Down")]


def test_a_pipe_gives_its_pictures_and_says_what_is_missing(tmp_path: Path) -> None:
    film = with_sound(write_video(tmp_path / "in.mp4", 10), tmp_path / "in.mkv", "aac")
    pipe = tmp_path / "pipe"
    video = VideoFile(film)
    os.mkfifo(pipe)
    with consuming(VideoWriter(tmp_path / "out.mp4", video.footage, copy_streams_from=pipe)) as out:
        for frame in video:
            out.consume(frame)
    assert out.remarks == ("pipe is not a file: its sound and subtitles were left out",)
    assert numbers_in(tmp_path / "out.mp4") == list(range(10))


def test_times_finer_than_mp4_counts_are_rounded_to_microseconds(tmp_path: Path) -> None:
    nanosecond = Fraction(1, 10**9)
    footage = Footage(48, 64, nanosecond, Fraction(1, 3), None)
    with consuming(VideoWriter(tmp_path / "out.mp4", footage)) as out:
        for number in range(3):
            grey = np.full((48, 64, 3), level(number), np.uint8)
            # MP4 keeps no step of more than 2,147,483,647 ticks
            frame = Frame.from_bgr(grey, 0.0, number * 3_000_000_001, nanosecond)
            out.consume(frame)
    times = [float(ticks * base) for ticks, base in pts_of(tmp_path / "out.mp4")]
    assert times == pytest.approx([0.0, 3.0, 6.0], abs=1e-6)


def damaged(source: Path, target: Path, wrong: slice) -> Path:
    """Copy a file; put zeros into some packets of its sound."""
    with av.open(str(source)) as file, av.open(str(target), "w") as output:
        twins = [output.add_stream_from_template(stream, opaque=True) for stream in file.streams]
        sounds = 0
        for packet in file.demux():
            if not packet.size:
                continue
            copied: AnyPacket = packet
            if packet.stream.type == "audio":
                if sounds in range(*wrong.indices(10**6)):
                    copied = av.Packet(bytes(packet.size))
                    copied.pts, copied.dts, copied.duration = (
                        packet.pts,
                        packet.dts,
                        packet.duration,
                    )
                    copied.time_base = packet.time_base
                sounds += 1
            copied.stream = twins[packet.stream.index]
            output.mux(copied)
    return target


def test_packets_that_a_muxer_refuses_are_left_out_and_the_rest_goes_on(tmp_path: Path) -> None:
    whole = with_sound(write_video(tmp_path / "in.mp4", 30), tmp_path / "whole.mkv", "eac3")
    source = damaged(whole, tmp_path / "in.mkv", slice(3, 6))
    assert remarks_of(source, tmp_path / "out.mp4") == (
        "sound 1 (eac3): 3 damaged packets were left out",
    )
    before, after = sound_of(whole), sound_of(tmp_path / "out.mp4")
    assert [packet for _, packet in after] == [p for _, p in before[:3] + before[6:]]
    assert numbers_in(tmp_path / "out.mp4") == [n % 10 for n in range(30)]


def test_sound_that_is_damaged_throughout_is_left_out_of_mp4(tmp_path: Path) -> None:
    whole = with_sound(write_video(tmp_path / "in.mp4", 30), tmp_path / "whole.mkv", "eac3")
    source = damaged(whole, tmp_path / "in.mkv", slice(0, 10**6))
    assert remarks_of(source, tmp_path / "out.mp4") == (
        "sound 1 (eac3) is damaged throughout and was left out",
    )
    assert codecs_in(tmp_path / "out.mp4") == ["h264"]
    assert numbers_in(tmp_path / "out.mp4") == [n % 10 for n in range(30)]


def test_sound_that_nobody_knows_is_named(tmp_path: Path) -> None:
    source = write_video(tmp_path / "in.mp4", 10, sound=True)
    damaged_bytes = source.read_bytes().replace(b"mp4a", b"xyzw").replace(b"esds", b"xyzw")
    source.write_bytes(damaged_bytes)
    assert remarks_of(source, tmp_path / "out.mp4") == (
        "sound 1 (an unknown codec) was left out: this FFmpeg does not know what is in it",
    )


class FindsStreamsMidway:
    """A container in which PyAV trips over streams that were not there when it was opened."""

    def __init__(self, container: av.container.InputContainer) -> None:
        self._container = container

    def __getattr__(self, name: str) -> object:
        return getattr(self._container, name)

    def demux(self, *streams: object) -> Iterator[AnyPacket]:
        yield from (packet for packet in self._container.demux(*streams) if packet.size)
        raise IndexError("list index out of range")  # as PyAV 18 does where it flushes decoders


def test_streams_that_are_found_midway_end_nothing(tmp_path: Path) -> None:
    opened = FindsStreamsMidway(av.open(str(write_video(tmp_path / "in.ts", 30))))
    video = VideoFile(tmp_path / "in.ts", container=cast(av.container.InputContainer, opened))
    assert len(list(video)) == 30


def test_sound_that_the_file_does_not_describe_is_named(tmp_path: Path) -> None:
    silent = write_video(tmp_path / "silent.ts", 60, rate=5)  # longer than FFmpeg listens
    sounding = with_sound(write_video(tmp_path / "b.mp4", 10), tmp_path / "sounding.ts", "aac")
    joined = tmp_path / "joined.ts"
    joined.write_bytes(silent.read_bytes() + sounding.read_bytes())
    assert remarks_of(joined, tmp_path / "out.mp4")[-1] == (
        "sound 1 (aac) was left out: the file does not say its rate and channels"
    )


JUMPING = """
import sys
from pathlib import Path
from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.sinks.video import VideoWriter
from pipeline.sources.video import VideoFile

source, target = map(Path, sys.argv[1:])
video = VideoFile(source)
with consuming(VideoWriter(target, video.footage, copy_streams_from=source)) as out:
    for number, frame in enumerate(video):
        pts = round(16.464 / frame.time_base) if number == 3 else frame.pts
        out.consume(Frame(frame.picture, 0.0, pts, frame.time_base, frame.duration))
"""


def test_a_picture_whose_time_is_damaged_beside_subtitles_aborts_nothing(tmp_path: Path) -> None:
    plain = write_video(tmp_path / "in.mp4", 40, rate=25)
    source = add_subtitles(plain, tmp_path / "in.mkv", TITLES.replace("00:00:00,9", "00:00:01,9"))
    command = [sys.executable, "-c", JUMPING, str(source), str(tmp_path / "out.mp4")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert (ended.returncode, ended.stderr) == (0, "")
    assert [text[2:] for _, text in titles_in(tmp_path / "out.mp4")] == ["Down", "Stand"]
