"""Small files of every kind, made with the ffmpeg program out of pieces that are coded once."""

from __future__ import annotations

import itertools
import shutil
import struct
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
import av.error

FFMPEG = shutil.which("ffmpeg")
SECONDS = 1.6
TEXTS = ((0.1, 0.5, "Down"), (0.7, 1.2, "Stand <i>up</i>"))

# a source's ending: the codec of its picture, and what else ffmpeg has to be told
SOURCES = {
    "mp4": ("libx264", ()),
    "mov": ("libx264", ()),
    "mkv": ("libx264", ()),
    "webm": ("libvpx-vp9", ()),
    "avi": ("mpeg4", ()),
    "ts": ("libx264", ("-f", "mpegts")),
    "m2ts": ("libx264", ("-f", "mpegts", "-mpegts_m2ts_mode", "1")),
    "y4m": ("rawvideo", ("-c:v", "wrapped_avframe")),
    "mpg": ("mpeg2video", ("-f", "vob")),
    "gif": ("gif", ()),
}
# a sound's name: its encoder, and the ending of the file in which it waits
SOUNDS = {
    "AAC": ("aac", "m4a"),
    "ADTS": ("aac", "aac"),
    "Opus": ("libopus", "ogg"),
    "Vorbis": ("libvorbis", "ogg"),
    "MP3": ("libmp3lame", "mp3"),
    "AC-3": ("ac3", "ac3"),
    "FLAC": ("flac", "flac"),
    "PCM 16": ("pcm_s16le", "wav"),
    "PCM 24": ("pcm_s24le", "wav"),
}
TWO_TRACKS = {"webm": "Opus", "avi": "MP3", "mpg": "MP3"}  # of this sound, elsewhere of AAC
SUBTITLES = {
    "SRT": ("srt", "subrip"),
    "ASS": ("srt", "ass"),
    "mov_text": ("srt", "mov_text"),
    "WebVTT": ("srt", "webvtt"),
    "PGS": ("sup", "copy"),
}
ALL_SOUNDS = ("none", *SOUNDS, "two tracks")
ALL_SUBTITLES = ("none", *SUBTITLES)


@dataclass(frozen=True, slots=True)
class Case:
    """A file to make: its ending, its sound and its subtitles."""

    source: str
    sound: str = "none"
    subtitles: str = "none"


class Kitchen:
    """Makes files out of pictures, sounds and texts that are coded once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def make(self, case: Case) -> Path | None:
        """Return the file, or None where ffmpeg cannot make it."""
        inputs = [self._picture(case.source), *self._sounds(case)]
        if case.subtitles != "none":
            inputs.append(self._texts(case.subtitles))
        name = "-".join((case.source, case.sound, case.subtitles)).replace(" ", "")
        target = self._folder / f"{name}.{case.source}"
        maps = [word for number in range(len(inputs)) for word in ("-map", str(number))]
        tracks = ["-metadata:s:a:0", "language=eng", "-metadata:s:a:1", "language=deu"]
        tracks += ["-disposition:a:0", "0", "-disposition:a:1", "default"]
        told = [
            *(word for path in inputs for word in ("-i", str(path))),
            *(*maps, "-c", "copy"),
            *(("-c:s", SUBTITLES[case.subtitles][1]) if case.subtitles != "none" else ()),
            *(tracks if case.sound == "two tracks" else ()),
            *SOURCES[case.source][1],
        ]
        if self._run(*told, str(target)) and _is_whole(target, len(inputs)):
            return target
        target.unlink(missing_ok=True)
        return None

    def cases(self) -> Iterator[tuple[Case, Path]]:
        """Yield every combination that ffmpeg can make."""
        for source in SOURCES:
            made = {(sound, "none"): self.make(Case(source, sound)) for sound in ALL_SOUNDS}
            made |= {("none", text): self.make(Case(source, "none", text)) for text in SUBTITLES}
            for sound, text in itertools.product(ALL_SOUNDS, ALL_SUBTITLES):
                # ffmpeg cannot make both where it cannot make one of them
                if made[sound, "none"] is None or made["none", text] is None:
                    continue
                path = made.get((sound, text)) or self.make(Case(source, sound, text))
                if path is not None:
                    yield Case(source, sound, text), path

    def _picture(self, source: str) -> Path:
        codec = SOURCES[source][0]
        path = self._folder / f"picture-{codec}.{source if codec in ('gif', 'rawvideo') else 'mkv'}"
        if codec == "rawvideo":
            path = path.with_suffix(".nut")
        if not path.exists():
            pattern = f"testsrc=size=64x48:rate=25:duration={SECONDS}"
            options = ("-bf", "2", "-g", "12") if codec in ("libx264", "mpeg2video") else ()
            pixels = ("-pix_fmt", "yuv420p") if codec != "gif" else ()
            assert self._run("-f", "lavfi", "-i", pattern, "-c:v", codec, *options, *pixels, path)
        return path

    def _sounds(self, case: Case) -> list[Path]:
        if case.sound == "none":
            return []
        if case.sound == "two tracks":
            return [self._sound(TWO_TRACKS.get(case.source, "AAC"), pitch) for pitch in (440, 660)]
        return [self._sound(case.sound, 440)]

    def _sound(self, name: str, pitch: int) -> Path:
        codec, ending = SOUNDS[name]
        path = self._folder / f"sound-{name.replace(' ', '')}-{pitch}.{ending}"
        if not path.exists():
            pattern = f"sine=frequency={pitch}:sample_rate=48000:duration={SECONDS}"
            assert self._run("-f", "lavfi", "-i", pattern, "-ac", "2", "-c:a", codec, path)
        return path

    def _texts(self, name: str) -> Path:
        path = self._folder / f"texts.{SUBTITLES[name][0]}"
        if not path.exists():
            path.write_bytes(pictures_of_text() if path.suffix == ".sup" else texts().encode())
        return path

    @staticmethod
    def _run(*told: str | Path) -> bool:
        assert FFMPEG is not None
        command = [FFMPEG, "-nostdin", "-v", "quiet", "-y", *map(str, told)]
        return subprocess.run(command, check=False, timeout=60).returncode == 0


def texts() -> str:
    """Return the subtitles as SRT."""
    return "\n".join(
        f"{number}\n{_stamp(start)} --> {_stamp(end)}\n{text}\n"
        for number, (start, end, text) in enumerate(TEXTS, 1)
    )


def pictures_of_text() -> bytes:
    """Return subtitles as a Blu-ray has them (PGS): a bar of four by two pixels, twice."""
    window = struct.pack(">BBHHHH", 1, 0, 8, 8, 4, 2)
    colours = bytes((0, 0, 1, 235, 128, 128, 255))
    runs = bytes((1, 1, 1, 1, 0, 0)) * 2  # colour 1 four times, end of line
    bar = struct.pack(">HBB", 0, 0, 0xC0) + (len(runs) + 4).to_bytes(3) + bytes((0, 4, 0, 2)) + runs
    shown = b""
    for number, (start, end, _) in enumerate(TEXTS):
        head = struct.pack(">HHBHBBBB", 64, 48, 0x10, 2 * number, 0x80, 0, 0, 1)
        place = struct.pack(">HBBHH", 0, 0, 0, 8, 8)
        segments = ((0x16, head + place), (0x17, window), (0x14, colours), (0x15, bar), (0x80, b""))
        shown += b"".join(_segment(start, kind, data) for kind, data in segments)
        gone = struct.pack(">HHBHBBBB", 64, 48, 0x10, 2 * number + 1, 0, 0, 0, 0)
        shown += _segment(end, 0x16, gone) + _segment(end, 0x17, window) + _segment(end, 0x80, b"")
    return shown


def _segment(seconds: float, kind: int, data: bytes) -> bytes:
    return b"PG" + struct.pack(">IIBH", round(seconds * 90_000), 0, kind, len(data)) + data


def _stamp(seconds: float) -> str:
    return f"00:00:{int(seconds):02},{round(seconds % 1 * 1000):03}"


def _is_whole(path: Path, inputs: int) -> bool:
    """Whether ffmpeg has put in all that it was given: some muxers leave out without a word."""
    try:
        with av.open(str(path)) as file:
            streams = [s.index for s in file.streams if s.codec_context is not None]
        return len(streams) == inputs and all(_has_packets(path, index) for index in streams)
    except av.error.FFmpegError:
        return False


def _has_packets(path: Path, index: int) -> bool:
    with av.open(str(path)) as file:
        return any(packet.size for packet in file.demux(file.streams[index]))
