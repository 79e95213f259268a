"""Damages films in many ways, and compares what comes out here with what FFmpeg decodes.

  python tests/tools/damage.py                        all cases, about three minutes on two cores
  python tests/tools/damage.py --only hevc --seeds 20
  python tests/tools/damage.py --to .mp4              or --to pipe, for mirror stream
  python tests/tools/damage.py --keep FOLDER          leaves the damaged films there, to look at

Every case runs in a process of its own, with limits: an abort, a hang or a traceback is seen.
Sources are made by the ffmpeg program, the damage by a generator with a fixed seed.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

PICTURES = ["-f", "lavfi", "-i", "testsrc2=size=128x96:rate=25:duration=2"]  # 50 frames
WORDS = "1\n00:00:00,000 --> 00:00:01,000\nup\n\n2\n00:00:01,000 --> 00:00:02,000\ndown\n"
SOUND = ["-f", "lavfi", "-i", "sine=frequency=440:duration=2"]
X264 = ["-c:v", "libx264", "-g", "12", "-pix_fmt", "yuv420p"]
X265 = ["-c:v", "libx265", "-x265-params", "log-level=0:keyint=25"]
SOURCES: dict[str, list[str]] = {  # a name and its ending -> how it is made
    "h264.mp4": [*X264, "-c:a", "aac", "-c:s", "mov_text", "-movflags", "+faststart"],
    "hevc.mp4": [*X265, "-c:a", "aac", "-movflags", "+faststart"],
    "h264.mov": [*X264, "-c:a", "pcm_s16le"],
    "h264.mkv": [*X264, "-c:a", "libopus", "-c:s", "srt"],
    "vp9.webm": ["-c:v", "libvpx-vp9", "-b:v", "200k", "-cpu-used", "8", "-c:a", "libvorbis"],
    "mpeg4.avi": ["-c:v", "mpeg4", "-q:v", "5", "-c:a", "libmp3lame"],
    "h264.ts": [*X264, "-c:a", "aac"],
    "h264.m2ts": [*X264, "-c:a", "ac3", "-mpegts_m2ts_mode", "1"],
    "mpeg2.mpg": ["-c:v", "mpeg2video", "-q:v", "5", "-c:a", "mp2"],
    "film.gif": ["-an"],
    "film.y4m": ["-an", "-pix_fmt", "yuv420p"],
    "film.mjpeg": ["-an", "-c:v", "mjpeg", "-q:v", "5"],
}
PIPED = "pipe"
THROUGH_PIPES = (".mkv", ".webm", ".ts", ".mpg", ".y4m", ".mjpeg")  # what needs no rewinding
IN_FORMAT = {".ts": "mpegts", ".mpg": "container", ".mjpeg": "mjpeg"}
LIMIT_S = 60
MEMORY = 4 << 30  # bytes a case may map
CODES = {0: "done", 1: "refused", 3: "incomplete"}  # the exit codes that a damaged film may have


def flip(film: bytes, chance: random.Random, count: int, first: int = 0, last: int = 0) -> bytes:
    """Turn single bits over."""
    damaged = bytearray(film)
    for _ in range(count):
        damaged[chance.randrange(first, last or len(film))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def three_bits(film: bytes, chance: random.Random) -> bytes:
    return flip(film, chance, 3)


def many_bits(film: bytes, chance: random.Random) -> bytes:
    return flip(film, chance, max(8, len(film) // 4096))


def header_bits(film: bytes, chance: random.Random) -> bytes:
    return flip(film, chance, 2, last=min(len(film), 1024))


def wiped(film: bytes, chance: random.Random) -> bytes:
    """A sector of zeros."""
    place = chance.randrange(len(film) // 8, len(film) - 512)
    return film[:place] + bytes(512) + film[place + 512 :]


def cut(film: bytes, chance: random.Random) -> bytes:
    return film[: round(len(film) * chance.uniform(0.2, 0.95))]


def hole(film: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(film) // 8, len(film) - 2048)
    return film[:place] + film[place + chance.randrange(1, 2048) :]


def beheaded(film: bytes, chance: random.Random) -> bytes:
    return film[round(len(film) * chance.uniform(0.02, 0.5)) :]


def joined(film: bytes, chance: random.Random) -> bytes:
    """A film cut off, and the whole one after it."""
    return film[: round(len(film) * chance.uniform(0.3, 1.0))] + film


def lying(film: bytes, chance: random.Random) -> bytes:
    """A number in a header that says something else: a size, a count, a length, a time."""
    place = chance.randrange(4, min(len(film), 2048) - 4)
    lie = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff", b"\x00\x01\x00\x00"])
    return film[:place] + lie + film[place + 4 :]


DAMAGE: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "3 bits": three_bits,
    "many bits": many_bits,
    "header bits": header_bits,
    "lies": lying,
    "wiped": wiped,
    "hole": hole,
    "cut": cut,
    "beheaded": beheaded,
    "joined": joined,
}


@dataclass(frozen=True)
class Case:
    """One damaged film, what came of it there, and what here.

    Attributes:
        expected: how many frames ``ffmpeg -err_detect ignore_err`` decodes.
        frames: how many came out here.
        code: the exit code; negative for a signal.
        fault: what must not be; empty where all is well.
    """

    source: str
    damage: str
    seed: int
    expected: int
    frames: int
    code: int
    fault: str


def made(folder: Path, only: str = "", silent: bool = False) -> Iterator[Path]:
    """Make the sources."""
    words = folder / "words.srt"
    words.write_text(WORDS)
    for name, flags in SOURCES.items():
        if only in name:
            path = folder / name
            inputs = [*PICTURES, *([] if "-an" in flags or silent else SOUND)]
            if "-c:s" in flags:
                inputs += ["-i", str(words)]
            command = ["ffmpeg", "-v", "error", "-y", *inputs, *flags, str(path)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
            yield path


def decoded_by_ffmpeg(path: Path, piped: bool = False) -> int:
    """How many frames of a film the ffmpeg program decodes."""
    flags = ["-v", "quiet", "-stats", "-err_detect", "ignore_err", "-i", "-" if piped else path]
    command = ["ffmpeg", *flags, "-map", "0:v:0", "-f", "null", os.devnull]
    try:
        with path.open("rb") as film:
            given = film if piped else subprocess.DEVNULL
            said = subprocess.run(command, stdin=given, capture_output=True, timeout=LIMIT_S).stderr
    except subprocess.TimeoutExpired:
        return 0
    counts = re.findall(rb"frame= *(\d+)", said)
    return int(counts[-1]) if counts else 0


def in_a_process(work: Callable[[], int], said: Path) -> int | None:
    """Run in a fork of this process, with limits; return its exit code, None if it hangs."""
    child = os.fork()
    if not child:
        code = 70
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
            with said.open("w") as file:
                os.dup2(file.fileno(), 1)
                os.dup2(file.fileno(), 2)
                code = work()
                sys.stdout.flush()
                sys.stderr.flush()
        finally:
            os._exit(code)
    give_up_at = time.monotonic() + LIMIT_S
    while time.monotonic() < give_up_at:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def tried(path: Path, folder: Path, target: str) -> tuple[int, int, str]:
    """Run ``mirror video`` on a film, or ``mirror stream``: frames, exit code, fault."""
    from mirror.cli.main import main

    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    out, stats, said = folder / f"out{target}", folder / "stats.json", folder.with_suffix(".txt")
    if target == PIPED:
        format = IN_FORMAT.get(path.suffix)  # a film without its head is not recognised
        command = ["stream", "--out", f"jsonl={stats}", "--quiet"]
        command += [] if format is None else ["--in-format", format]
    else:
        command = ["video", str(path), "-o", str(out), "--stats", str(stats), "--quiet"]

    def work() -> int:
        os.dup2(os.open(path, os.O_RDONLY), 0)
        return main([*command, "--parser", "none"])

    code = in_a_process(work, said)
    last = stats.read_text().splitlines() if stats.exists() else []
    report = json.loads("".join(last) if target != PIPED else last[-1]) if last else {}
    report = report.get("summary", report)
    told = said.read_text(errors="replace")
    fault = _fault(code, told, report)
    if not fault and code != 1:
        fault = _fault_of_output(folder, report, set() if target == PIPED else {out}, stats)
    return report.get("frames", 0), -1 if code is None else code, fault


def _fault(code: int | None, said: str, report: dict[str, object]) -> str:
    if code is None:
        return f"hangs for {LIMIT_S} s"
    if code < 0:
        return f"killed by {signal.Signals(-code).name}"
    if "Traceback" in said or "--debug" in said or code not in CODES:
        return f"exit code {code}: {said.strip().splitlines()[-1] if said.strip() else ''}"
    if code == 1:
        return "" if said.startswith("mirror: ") else "refused without a word"
    if report.get("complete") != (code == 0):
        return f"exit code {code}, complete: {report.get('complete')}"
    return ""


def _fault_of_output(folder: Path, report: dict[str, object], films: set[Path], stats: Path) -> str:
    there = set(folder.iterdir())
    if there != {*films, stats}:
        return f"left: {', '.join(sorted(path.name for path in there))}"
    for film in films:
        if len_of(film) != report["frames"]:
            return f"{report['frames']} frames written, {len_of(film)} in the file"
    return ""


def len_of(path: Path) -> int:
    """How many packets of video a film has."""
    import av

    with av.open(str(path)) as film:
        return sum(1 for packet in film.demux(video=0) if packet.size)


def cases(
    sources: Iterable[Path], seeds: range, folder: Path, target: str, keep: Path | None
) -> Iterator[Case]:
    """Damage every source in every way, and see what comes of it."""
    for source in sources:
        whole = source.read_bytes()
        for name, damage in DAMAGE.items():
            for seed in seeds:
                chance = random.Random(zlib.crc32(f"{source.name} {name} {seed}".encode()))
                place = keep or folder
                path = place / f"{name.replace(' ', '-')}-{seed}-{source.name}"
                path.write_bytes(damage(whole, chance))
                expected = decoded_by_ffmpeg(path, target == PIPED)
                frames, code, fault = tried(path, folder / "here", target)
                if code == 1 and expected > 0 and not fault:
                    fault = (folder / "here.txt").read_text().strip()
                yield Case(source.name, name, seed, expected, frames, code, fault)
                if keep is None:
                    path.unlink()


def table(found: list[Case]) -> str:
    """The share of FFmpeg's frames that came out, by source and damage, as Markdown."""
    lines = [
        f"| | {' | '.join(DAMAGE)} | all | exit 0, 3, 1 |",
        f"|---|{'---:|' * (len(DAMAGE) + 2)}",
    ]
    for name in [*dict.fromkeys(case.source for case in found), "all"]:
        row = [case for case in found if name in (case.source, "all")]
        cells = [share([case for case in row if case.damage == damage]) for damage in DAMAGE]
        codes = ", ".join(str(sum(case.code == code for case in row)) for code in (0, 3, 1))
        lines.append(f"| {name} | {' | '.join(cells)} | {share(row)} | {codes} |")
    return "\n".join(lines)


def share(row: list[Case]) -> str:
    """How much of what FFmpeg decodes came out; what is beyond it counts for nothing."""
    expected = sum(case.expected for case in row)
    came = sum(min(case.frames, case.expected) for case in row)
    return f"{100 * came / expected:.1f} %" if expected else "-"


def main() -> int:
    """Run by hand; ends with 1 where anything is as it must not be."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seeds", type=int, default=4, help="how often each damage is done (4)")
    parser.add_argument("--only", default="", help="sources whose name has this in it")
    parser.add_argument(
        "--to", default=".mkv", help=f"what is written (.mkv); {PIPED} sends films to mirror stream"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the damaged films")
    parser.add_argument("--silent", action="store_true", help="leave sound out of the sources")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        if options.keep is not None:
            options.keep.mkdir(parents=True, exist_ok=True)
        sources: Iterable[Path] = made(folder, options.only, options.silent)
        if options.to == PIPED:
            sources = (path for path in sources if path.suffix in THROUGH_PIPES)
        found = []
        for case in cases(sources, range(options.seeds), folder, options.to, options.keep):
            found.append(case)
            if case.fault or case.frames < 0.95 * case.expected:
                print(
                    f"{case.damage} {case.seed} of {case.source}: {case.frames} of "
                    f"{case.expected} frames, exit code {case.code} {case.fault}",
                    file=sys.stderr,
                )
    print(table(found))
    return 1 if any(case.fault for case in found) else 0


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))
    sys.exit(main())
