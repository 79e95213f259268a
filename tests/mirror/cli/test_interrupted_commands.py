"""Every command, told to end at any moment: soon, with its exit code, and nothing left behind."""

from __future__ import annotations

import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from doubles import until
from interrupting import CODES, Ended, interrupted, start
from media import numbers_in, write_video

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what is heard")

WITHIN_S = 2.0
SLACK_S = 2.0  # for a machine on which other tests run


@pytest.fixture
def silent() -> Iterator[str]:
    """The address of a server that takes a request and does not answer."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}/film"


COMMANDS = {
    "video": ("video", "clip.mp4", "-o", "out.mp4", "--results", "out.jsonl", "--quiet"),
    "masks": ("video", "clip.mp4", "-o", "out.mkv", "--masks", "masks", "--parser", "none"),
    "stream": ("stream", "--source", "clip.mp4", "--out", "out.mkv", "--results", "out.jsonl"),
    "address": ("stream", "--source", "ADDRESS", "--out", "out.mkv"),
    "demo": ("demo", "--into", "made", "--quiet"),
    "camera": ("camera", "clip.mp4"),
    "models": ("models", "verify"),
    "doctor": ("doctor",),
    "help": ("video", "--help"),
}


def told_to_end(
    name: str, folder: Path, number: signal.Signals, after_s: float, address: str
) -> tuple[Ended, list[str]]:
    """Run a command in a new folder; return how it ended, and what was not as it should be."""
    (folder / "made").mkdir(parents=True)
    shutil.copy(folder.parent / "clip.mp4", folder / "clip.mp4")
    arguments = [word.replace("ADDRESS", address) for word in COMMANDS[name]]
    more = {"XDG_CONFIG_HOME": str(folder / "made"), "QT_QPA_PLATFORM": "offscreen"}
    ended = interrupted(arguments, folder, number, after_s, more)
    faults = ended.faults(number, WITHIN_S + SLACK_S)
    for path in sorted(folder.rglob("*.*")):
        if path.name == "out.mp4" and len(numbers_in(path)) != 40:
            faults.append("out.mp4 is not whole")
        elif path.stat().st_size == 0 and name != "stream":
            faults.append(f"{path.name} is left, and empty")
        elif "finishing" in path.name:
            faults.append(f"{path.name} is left")
    return ended, faults


@pytest.mark.parametrize(
    ("name", "number", "after_s"),
    [
        ("video", signal.SIGINT, 0.0),
        ("video", signal.SIGTERM, 0.4),
        ("video", signal.SIGHUP, 0.8),
        ("stream", signal.SIGHUP, 0.6),
        ("models", signal.SIGINT, 0.1),
        ("address", signal.SIGINT, 0.6),
    ],
)
def test_a_command_ends_soon_whenever_it_is_told_to(
    tmp_path: Path, silent: str, name: str, number: signal.Signals, after_s: float
) -> None:
    write_video(tmp_path / "clip.mp4", 40, sound=True)
    ended, faults = told_to_end(name, tmp_path / "run", number, after_s, silent)
    assert faults == []
    assert name != "address" or ended.code == CODES[number]


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_command_that_was_started_with_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 40)
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        command = [sys.executable, "-m", "mirror", "video", "clip.mp4", "--parser", "none"]
        with subprocess.Popen([*command, "--quiet"], cwd=tmp_path) as process:
            until(lambda: any(tmp_path.glob("clip-mirror*")), 20.0)
            process.send_signal(signal.SIGHUP)
            assert process.wait(20.0) == 0
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_parser_that_is_never_built_holds_up_no_interrupt(tmp_path: Path) -> None:
    write_video(tmp_path / "clip.mp4", 2)
    (tmp_path / "stuck.py").write_text(
        "import pathlib, subprocess\n"
        "def never():\n"
        "    with subprocess.Popen(['sleep', '60']) as child:\n"
        "        pathlib.Path('started').write_text(f'{child.pid}')\n"
        "    pathlib.Path('started').unlink()\n"
    )
    started = tmp_path / "started"
    command = ["video", "clip.mp4", "--parser", "stuck:never", "--workers", "1", "--quiet"]
    with start(command, tmp_path) as process:
        until(lambda: started.exists() and started.read_text(), 20.0)
        child = psutil.Process(int(started.read_text()))
        began_at = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(20.0) == 130
        assert time.monotonic() - began_at < WITHIN_S + SLACK_S
    assert not child.is_running()
    assert not started.exists()  # what waited for the child has cleared away
    assert not list(tmp_path.glob("clip-mirror*"))


def test_a_run_that_is_done_has_its_own_exit_code_whatever_comes() -> None:
    code = (
        "import os, sys\n"
        "class Last:\n"
        "    def __del__(self, kill=os.kill, me=os.getpid()): kill(me, 15)\n"
        "sys.last = Last()\n"  # goes with the interpreter's last modules
        "sys.argv = ['mirror', '--version']\n"
        "from mirror.__main__ import start\n"
        "start()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_five_hundred_moments(tmp_path: Path, silent: str) -> None:
    write_video(tmp_path / "clip.mp4", 40, sound=True)
    pick, found = random.Random(12), []
    codes: Counter[tuple[str, int]] = Counter()
    slowest_s = 0.0
    for turn in range(500):
        name, number = pick.choice(list(COMMANDS)), pick.choice(list(CODES))
        after_s = pick.choice([0.0, pick.random() * 0.3, pick.random() * 2.0])
        folder = tmp_path / f"{turn}"
        ended, faults = told_to_end(name, folder, number, after_s, silent)
        codes[name, ended.code] += 1
        slowest_s = max(slowest_s, ended.after_s)
        found += [f"{turn}: {name} {number.name} after {after_s:.3f} s: {f}" for f in faults]
        shutil.rmtree(folder)
    print(*sorted(codes.items()), f"slowest: {slowest_s:.2f} s", *found, sep="\n")
    assert not found
