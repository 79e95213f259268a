"""Real processes: a Redis that keeps what it is told, and instances of the service."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
import redis
from doubles import until

_ROOT = Path(__file__).parents[2]
_STARTS_WITHIN_S = 60.0  # on a machine that has much else to do

# a parser that calls bright what is bright; while the file HOLD exists, it says so and waits
_PATIENT = """
import os, time
from pathlib import Path

import numpy as np

HOLD = Path(os.environ["HOLD"])


def make():
    def parse(image):
        if image.shape[:2] != (64, 64) and HOLD.exists():  # not while the service warms up
            HOLD.with_suffix(".reached").touch()
            while HOLD.exists():
                time.sleep(0.005)
        return (image[:, :, 0] > 100).astype(np.uint8)

    return parse


make.parts = ["background", "bright"]
"""


class Redis:
    """A ``redis-server`` on a socket in a folder; what it has taken in outlives it where told so.

    Attributes:
        address: for stores.
    """

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("needs redis-server: apt-get install redis-server")
        self._socket = folder / "redis.sock"
        self.address = f"unix://{self._socket}"
        keeps = ["--appendonly", "yes"] if durable else []
        self._command = [
            "redis-server", "--port", "0", "--unixsocket", str(self._socket), "--dir", str(folder),
            "--save", "", *keeps,
        ]  # fmt: skip
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        until(self._answers, _STARTS_WITHIN_S)

    def kill(self) -> None:
        """End it as a power failure would, but for what the operating system still writes."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Redis:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def _answers(self) -> bool:
        with contextlib.closing(redis.Redis.from_url(self.address)) as client:
            try:
                return bool(client.ping())
            except redis.RedisError:
                return False


class Instance:
    """``mirror serve`` as a process, with a parser that can be told to wait.

    Attributes:
        address: where it answers.
    """

    def __init__(self, folder: Path, name: str, flags: Sequence[str]) -> None:
        (folder / "patient.py").write_text(_PATIENT)
        self._hold = folder / f"{name}.hold"
        command = [sys.executable, "-m", "mirror", "serve", "--port", "0", "--workers", "1"]
        paths = os.pathsep.join([str(_ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
        self.process = subprocess.Popen(
            [*command, "--parser", "patient:make", *flags],
            cwd=folder, stdout=subprocess.PIPE, text=True,
            env={**os.environ, "HOLD": str(self._hold), "PYTHONPATH": paths},
        )  # fmt: skip
        self.address = ""

    def __enter__(self) -> Instance:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if (found := re.search(r"http://127\.0\.0\.1:[0-9]+", line)) is not None:
                self.address = found[0]
                return self
        self.kill()
        raise AssertionError("it ended before it listened")

    def hold(self) -> None:
        """Have the next frame wait, and return when it does."""
        self._hold.touch()
        until(self._hold.with_suffix(".reached").exists, _STARTS_WITHIN_S)

    def go_on(self) -> None:
        self._hold.unlink()

    def kill(self) -> None:
        """End it at once, as ``kill -9`` does."""
        self.process.kill()
        self.process.wait()

    def __exit__(self, *_: object) -> None:
        if self.process.poll() is None:
            self._hold.unlink(missing_ok=True)
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(20.0)
            except subprocess.TimeoutExpired:
                self.kill()
        assert self.process.stdout is not None
        self.process.stdout.close()


@contextlib.contextmanager
def two_instances(folder: Path, flags: Sequence[str]) -> Iterator[tuple[Instance, Instance]]:
    """Two services behind one store."""
    both = Instance(folder, "one", flags), Instance(folder, "other", flags)
    with both[0] as one, both[1] as other:
        yield one, other
