"""Whole commands on damaged files, each in a process of its own with little memory and time.

Run it by hand: ``python tests/tools/fuzz_commands.py --seconds 600 --keep /tmp/finds``. A case is
made from the seed and its number alone: ``--only 1234`` repeats one. Needs Linux and ffmpeg.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from random import Random

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[2])]

from fuzzing import damaged, missettings, texts  # noqa: E402

MEMORY, FILE_BYTES, CPU_S, WALL_S = 4 << 30, 64 << 20, 20, 30
LINE_BYTES = 4096  # more than a line on standard error takes
CODES = (0, 1, 2, 3)
_PICTURE = "testsrc2=s=64x48:r=10:d=1"
_SOUND = "sine=r=16000:d=1"
_FILES = {  # a file's name -> what ffmpeg makes it of
    "a.mp4": "-c:v libx264 -c:a aac",
    "b.mp4": "-c:v libx265 -x265-params log-level=none -an",
    "c.mp4": "-c:v libx264 -c:a aac -movflags frag_keyframe+empty_moov",
    "a.mov": "-c:v mjpeg -c:a pcm_s16le",
    "a.mkv": "-c:v libx264 -c:a libvorbis",
    "b.mkv": "-c:v ffv1 -c:a flac",
    "a.webm": "-c:v libvpx-vp9 -c:a libopus",
    "a.avi": "-c:v mpeg4 -c:a libmp3lame",
    "a.ts": "-c:v libx264 -c:a aac",
    "b.ts": "-c:v mpeg2video -c:a mp2",
    "a.flv": "-c:v flv1 -c:a aac",
    "a.gif": "-an",
    "a.y4m": "-an -f yuv4mpegpipe -pix_fmt yuv420p",
    "a.mjpeg": "-an -c:v mjpeg",
    "a.raw": "-an -f rawvideo -pix_fmt bgr24",
    "a.png": "-an -frames:v 1",
    "a.jpg": "-an -frames:v 1",
    "a.bmp": "-an -frames:v 1",
    "a.tif": "-an -frames:v 1",
    "a.webp": "-an -frames:v 1",
}
_PICTURES = ("a.png", "a.jpg", "a.bmp", "a.tif", "a.webp")
_PIPED = {"a.y4m": (), "a.mjpeg": (), "a.mkv": (), "a.ts": (), "c.mp4": (), "a.avi": (),
          "a.raw": ("--size", "64x48")}  # fmt: skip
_LINE = """
    --fps 25 30000/1001 --limit 5 --parser none built-in mine:parse --parts head,torso
    --opacity 0.5 --quality 20 --workers 2 --threads auto --codec h264 --container mkv
    --preset fast --labels people --config --input-size 384x512 --side-by-side --size 64x48
    --source a.mp4 -o --out jsonl=- --in-format mp4 --max-age 0.5 --pix-fmt bgr24 --palette
"""
_WORDS = tuple(_LINE.split())


@dataclass(frozen=True, slots=True)
class Case:
    """A command line, the files it finds, and what it reads."""

    arguments: tuple[str, ...]
    files: Mapping[str, bytes] = field(default_factory=dict)
    stdin: bytes = b""
    file_bytes: int = FILE_BYTES  # how large a file may get: what a full disk is like


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a command ended: its exit code, or the number of a signal with a minus."""

    code: int
    said: str
    left: tuple[str, ...]
    changed: tuple[str, ...]
    seconds: float


def seeds(folder: Path) -> dict[str, bytes]:
    """Make the files that are damaged; ffmpeg takes half a second for all."""
    command = [
        "ffmpeg",
        "-v",
        "error",
        "-y",
        "-f",
        "lavfi",
        "-i",
        _PICTURE,
        "-f",
        "lavfi",
        "-i",
        _SOUND,
    ]
    for name, flags in _FILES.items():
        command += [*flags.split(), "-t", "1", "-bitexact", str(folder / name)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, timeout=120)
    return {name: (folder / name).read_bytes() for name in _FILES}


def make_case(good: Mapping[str, bytes], random: Random) -> Case:
    """Return a command on something that is not as it should be."""
    kind = random.choices(
        ("video", "full disk", "folder", "pipe", "source", "config", "words"),
        (42, 4, 8, 24, 5, 7, 10),
    )[0]
    plain = ("--parser", "none", "--quiet")
    name = random.choice([name for name in good if name != "a.raw"])
    broken = {name: damaged(good[name], random, [good[random.choice(list(good))]])}
    if kind == "video":
        return Case(("video", name, *plain, *_outputs(random)), broken)
    if kind == "full disk":
        room = random.choice((0, 100, 1000, 3000, 20_000))
        return Case(("video", name, *plain, *_outputs(random)), {name: good[name]}, b"", room)
    if kind == "folder":
        found = {
            f"{n}{Path(of).suffix}": good[of] for n, of in enumerate(random.choices(_PICTURES, k=3))
        }
        bad = random.choice(list(found))
        found[bad] = damaged(found[bad], random)
        pictures = {f"p/{name}": content for name, content in found.items()}
        return Case(("video", "p", *plain, *_outputs(random)), pictures)
    if kind == "pipe":
        name, flags = random.choice(list(_PIPED.items()))
        return Case(("stream", *plain, *flags, *_targets(random)), {}, damaged(good[name], random))
    if kind == "source":
        return Case(("stream", "--source", name, *plain, *_targets(random)), broken)
    if kind == "config":
        settings = random.choice((damaged, missettings))(good["default.toml"], random)
        toml = {"a.toml": settings, "a.y4m": good["a.y4m"]}
        flags = random.choice((plain, ("--quiet",)))
        return Case(("video", "a.y4m", "-o", "out.mp4", *flags, "--config", "a.toml"), toml)
    words = list(islice(texts(random, _WORDS), random.randrange(1, 5)))
    command = random.choice(
        (("video", "a.mp4"), ("stream", "--source", "a.mp4", "--out", "y4m=o.y4m"))
    )
    return Case((*command, *plain, *words), {"a.mp4": good["a.mp4"]}, b"")


def _outputs(random: Random) -> list[str]:
    flags = ["-o", random.choice(("out.mp4", "out.mp4", "out.mkv", "out.mov", "out.webm"))]
    for extra in (["--masks", "masks"], ["--results", "r.jsonl"], ["--stats", "s.json"]):
        flags += extra if random.random() < 0.2 else []
    return flags


def _targets(random: Random) -> list[str]:
    formats = ("y4m", "raw", "mjpeg", "matroska", "labels", "jsonl")
    if random.random() < 0.5:
        return ["--out-format", random.choice(formats)]
    return ["--out", f"{random.choice(formats)}=out", "--results", "r.jsonl"]


def run_case(case: Case, folder: Path) -> Outcome:
    """Run a command in a folder of its own, in a copy of this process."""
    for name, content in case.files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content)
    streams = folder.with_name(folder.name + ".streams")
    streams.mkdir()
    (streams / "in").write_bytes(case.stdin)
    heard, errors = os.pipe()  # no file: what is said must not depend on how large one may get
    began_at = time.monotonic()
    child = os.fork()
    if not child:
        _become(case, folder, streams, errors)
    os.close(errors)
    code = _waited(child)
    seconds = time.monotonic() - began_at
    with os.fdopen(heard, errors="replace") as pipe:
        said = pipe.read()
    left = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    changed = [
        name for name, content in case.files.items()
        if name not in left or (folder / name).read_bytes() != content
    ]  # fmt: skip
    return Outcome(code, said, tuple(sorted(left - set(case.files))), tuple(changed), seconds)


def _become(case: Case, folder: Path, streams: Path, errors: int) -> None:
    code = 70
    try:
        os.chdir(folder)
        for number, (name, flags) in enumerate(
            (("in", os.O_RDONLY), ("out", os.O_WRONLY | os.O_CREAT))
        ):
            os.dup2(os.open(streams / name, flags, 0o600), number)
        os.dup2(errors, 2)
        for what, most in (
            (resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, CPU_S),
            (resource.RLIMIT_FSIZE, case.file_bytes), (resource.RLIMIT_CORE, 0),
        ):  # fmt: skip
            resource.setrlimit(what, (most, most))
        from mirror.cli.main import main

        code = main(case.arguments)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _waited(child: int) -> int:
    give_up_at = time.monotonic() + WALL_S
    while time.monotonic() < give_up_at:
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return -signal.SIGKILL


def faults_of(case: Case, outcome: Outcome) -> list[str]:
    """Return what a command must not do, whatever it is given."""
    found, lines = [], outcome.said.splitlines()
    if outcome.code not in CODES:
        hung = outcome.seconds >= WALL_S
        found.append(f"it hung for {WALL_S} s" if hung else f"it ended with {outcome.code}")
    if "Traceback" in outcome.said or "Run again with --debug" in outcome.said:
        found.append("an error was not expected")
    has_room = case.file_bytes > LINE_BYTES  # for what is said, which goes to a file, too
    # of several inputs, each that fails has a line, and the others' outputs stay
    several = _OF_SEVERAL.match(lines[-1]) if lines else None
    most = 1 if several is None else int(several[1]) + 1
    if outcome.code == 1 and not 1 <= len(lines) <= most and has_room:
        found.append(f"an error took {len(lines)} lines")
    if outcome.code == 0 and lines:
        found.append("it was not quiet")
    if outcome.code in (0, 1, 3) and not all(line.startswith("mirror: ") for line in lines):
        found.append("something else than mirror spoke")
    if outcome.changed:
        found.append(f"it changed {', '.join(outcome.changed)}")
    if outcome.code in (1, 2) and several is None:
        unsaid = [name for name in outcome.left if Path(name).name not in outcome.said]
        # what was written until then is kept under the names that say so
        if unsaid and not all(
            ".part" in name or name in _KEPT or name.startswith("masks/") for name in unsaid
        ):
            found.append(f"it left {', '.join(unsaid)}")
    return found


_OF_SEVERAL = re.compile(r"mirror: \d+ of (\d+) failed: ")
_KEPT = ("out", "o.y4m", "r.jsonl")  # of a stream: what went out is out


def alike(outcome: Outcome, faults: Sequence[str]) -> str:
    """Return what finds of one cause have in common."""
    last = outcome.said.strip().splitlines()[-1:] or [""]
    return f"{faults} {re.sub(r'[0-9]+|/[^ ]*', '#', last[0])[:150]}"


def fuzz(
    seed: int, first: int, count: int, seconds: float, keep: Path | None
) -> tuple[int, list[str]]:
    """Run cases until so many are done or the time is over; return how many, and the finds."""
    # before any fork: what all of them need
    import cv2

    import mirror.cli.commands.stream
    import mirror.cli.commands.video
    import mirror.cli.main  # noqa: F401

    cv2.setNumThreads(1)
    finds: dict[str, list[int]] = {}
    ends_at = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as place:
        good = seeds(Path(place))
        good["default.toml"] = (Path(__file__).parents[2] / "configs/default.toml").read_bytes()
        done = 0
        for number in range(first, first + count):
            if time.monotonic() > ends_at:
                break
            case = make_case(good, Random(f"{seed}/{number}"))
            folder = Path(place) / f"case-{number}"
            folder.mkdir()
            outcome = run_case(case, folder)
            done += 1
            if faults := faults_of(case, outcome):
                of_a_kind = finds.setdefault(alike(outcome, faults), [])
                of_a_kind.append(number)
                if keep is not None and len(of_a_kind) == 1:
                    _keep(case, outcome, faults, keep / str(number))
            shutil.rmtree(folder)
            shutil.rmtree(folder.with_name(folder.name + ".streams"))
    return done, [f"{len(numbers)} like {numbers[0]}: {what}" for what, numbers in finds.items()]


def _keep(case: Case, outcome: Outcome, faults: Sequence[str], folder: Path) -> None:
    for name, content in [*case.files.items(), ("stdin", case.stdin)]:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    (folder / "README").write_text(
        f"{case.arguments!r}\n{faults}\n{outcome!r}\n{outcome.said}\n", errors="replace"
    )


def _main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--only", type=int, help="the number of the only case")
    parser.add_argument("--count", type=int, default=10**9)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--keep", type=Path, help="a folder for the first find of each kind")
    given = parser.parse_args()
    first, count = (given.first, given.count) if given.only is None else (given.only, 1)
    done, finds = fuzz(given.seed, first, count, given.seconds, given.keep)
    print(f"{done} cases, {len(finds)} kinds of finds", *finds, sep="\n")
    return 1 if finds else 0


if __name__ == "__main__":
    sys.exit(_main())
