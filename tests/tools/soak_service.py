"""Minutes of everything at once against a running service, and what it holds before and after.

Run it by hand: ``python tests/tools/soak_service.py --minutes 5 -- --parser none``. What follows
the two dashes goes to ``mirror serve``. Pictures, streams, jobs, watchers and clients that vanish
come from some threads as fast as they are answered, or at most ``--rate`` of them a second, after a
time of the same that warms it up. Prints memory, threads, descriptors, temporary files and the CPU
time used, and ends with 1 where one of the first four has grown, the service has failed at
something, or does not answer any more. Needs Linux.
"""

from __future__ import annotations

import argparse
import contextlib
import math
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from urllib.parse import urlsplit

sys.path[:0] = [str(Path(__file__).parents[1] / "support"), str(Path(__file__).parents[2])]

import cv2  # noqa: E402
import numpy as np  # noqa: E402
import psutil  # noqa: E402
from media import write_video  # noqa: E402

from mirror.client import Client, ServiceError, ServiceUnreachable  # noqa: E402
from mirror.client.protocol import Output  # noqa: E402

THREADS = 6
WARMS_UP_S = 60.0
SETTLES_S = 40.0  # in which what was cut off is given up, and spare memory given back
GROWS_MB, GROWS_BY = 40.0, 0.15  # of memory: what is more is called a leak


@dataclass(frozen=True, slots=True)
class Held:
    """What a process holds."""

    memory_mb: float
    threads: int
    descriptors: int
    files: int
    cpu_s: float

    @classmethod
    def by(cls, process: psutil.Process, folder: Path) -> Held:
        """Look at a process, and at its folder of temporary files."""
        paths = [path for path in folder.rglob("*") if path.is_file()]
        return cls(
            process.memory_info().rss / (1 << 20),
            process.num_threads(),
            process.num_fds(),
            sum("mirror-jobs-" not in str(path) for path in paths),  # the store's own
            sum(process.cpu_times()[:2]),
        )

    def __str__(self) -> str:
        return (
            f"{self.memory_mb:7.1f} MB  {self.threads:3} threads  {self.descriptors:3} descriptors"
            f"  {self.files:3} temporary files  {self.cpu_s:7.1f} s of CPU"
        )


class Crowd:
    """Clients on threads of their own, each doing one thing after another at random.

    Together they do at most ``rate`` things a second; each of them waits out its share of the time.
    """

    def __init__(self, address: str, film: bytes, rate: float = math.inf) -> None:
        self._address, self._film = address, film
        self._pause_s = THREADS / rate  # from the beginning of one thing to that of the next
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        self.done: Counter[str] = Counter()
        sizes, endings = (64, 320, 720), (".jpg", ".png")
        self._pictures = [_picture(size, ending) for size in sizes for ending in endings]

    def run(self, seconds: float) -> None:
        """Come, and leave again."""
        self._is_over.clear()
        threads = [threading.Thread(target=self._one, args=(Random(n),)) for n in range(THREADS)]
        for thread in threads:
            thread.start()
        self._is_over.wait(seconds)
        self._is_over.set()
        for thread in threads:
            thread.join()

    def _one(self, random: Random) -> None:
        doings: list[tuple[int, Callable[[Client, Random], None]]] = [
            (10, self._parse), (3, self._overlay), (3, self._stream), (2, self._leave_stream),
            (2, self._job), (1, self._cancel), (2, self._vanish), (2, self._garbage),
            (1, self._look), (1, self._stalled),
        ]  # fmt: skip
        weights = [weight for weight, _ in doings]
        while not self._is_over.is_set():
            next_at = time.monotonic() + self._pause_s
            _, doing = random.choices(doings, weights)[0]
            outcome = doing.__name__.strip("_")
            try:
                with Client(self._address, timeout_s=60.0) as client:
                    doing(client, random)
            except ServiceError as error:
                outcome += f": {error.code}"
            except (ServiceUnreachable, OSError) as error:
                outcome += f": {type(error).__name__}"
            with self._lock:
                self.done[outcome] += 1
            self._is_over.wait(max(0.0, next_at - time.monotonic()))

    def _parse(self, client: Client, random: Random) -> None:
        client.parse(random.choice(self._pictures), rle=random.random() < 0.3)

    def _overlay(self, client: Client, random: Random) -> None:
        client.overlay(random.choice(self._pictures), format=random.choice(["jpeg", "png", "webp"]))

    def _stream(self, client: Client, random: Random) -> None:
        pictures, live = [random.choice(self._pictures) for _ in range(8)], random.random() < 0.5
        for _ in client.stream(pictures, outputs=["results", "overlay"], live=live):
            pass

    def _leave_stream(self, client: Client, random: Random) -> None:
        answers = client.stream(iter(lambda: random.choice(self._pictures), None))
        next(answers)
        answers.close()  # type: ignore[attr-defined]

    def _job(self, client: Client, random: Random) -> None:
        outputs: list[Output] = random.choice([["results"], ["video", "masks"]])
        job = client.wait(client.submit(self._film, outputs=outputs).id)
        with tempfile.TemporaryDirectory() as folder:
            client.download(job.id, job.files[0].name, Path(folder) / "result")

    def _cancel(self, client: Client, random: Random) -> None:
        client.cancel(client.submit(self._film).id)

    def _look(self, client: Client, random: Random) -> None:
        for path in ("/metrics", "/", "/openapi.json", "/nowhere", "/v1/parts"):
            client._http.get(path)

    def _vanish(self, client: Client, random: Random) -> None:
        path = random.choice(["/v1/parse", "/v1/jobs", "/v2/models/none/infer"])
        with self._connection() as connection:
            head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 50000\r\n\r\n"
            connection.sendall(head.encode() + random.randbytes(random.randrange(40_000)))

    def _stalled(self, client: Client, random: Random) -> None:
        with self._connection() as connection:
            connection.sendall(b"GET / HTTP/1.1\r\nHost")
            self._is_over.wait(1.0)

    def _garbage(self, client: Client, random: Random) -> None:
        if random.random() < 0.5:
            client.parse(random.randbytes(1000))
        with self._connection() as connection:
            connection.sendall(random.randbytes(1000))

    def _connection(self) -> socket.socket:
        where = urlsplit(self._address)
        return socket.create_connection((where.hostname or "", where.port or 80), 10.0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Soak a service, and say what it holds."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--minutes", type=float, default=5.0)
    options.add_argument("--rate", type=_rate, default=math.inf, help="things a second, at most")
    options.add_argument("flags", nargs="*", help="of mirror serve, after --")
    given = options.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name, _service(Path(name), given.flags) as (process, at):
        film = write_video(Path(name) / "film.mp4", 20, size=(160, 120)).read_bytes()
        (Path(name) / "film.mp4").unlink()
        crowd, temporary = Crowd(at, film, given.rate), Path(name)
        crowd.run(WARMS_UP_S)
        time.sleep(SETTLES_S)
        before = Held.by(process, temporary)
        print(f"before  {before}", flush=True)
        crowd.done.clear()
        for minute in range(1, math.ceil(given.minutes) + 1):
            crowd.run(min(60.0, 60.0 * (given.minutes - minute + 1)))
            print(f"{minute:4} min  {Held.by(process, temporary)}", flush=True)
        time.sleep(SETTLES_S)
        after = Held.by(process, temporary)
        print(f"after   {after}")
        for outcome, times in sorted(crowd.done.items()):
            print(f"  {times:7} {outcome}")
        with Client(at) as client:
            client.parse(_picture(64, ".png"))
            said = client._http.get("/metrics").text
        failures = re.findall(r'mirror_http_requests_total\{code="500".* (\S+)', said)
    grown = _grown(before, after)
    for what in grown:
        print(f"has grown: {what}")
    print(f"answers of 500: {sum(map(float, failures)):.0f}")
    return 1 if grown or failures else 0


def _rate(text: str) -> float:
    if not (rate := float(text)) > 0:
        raise argparse.ArgumentTypeError("nothing would ever be done")
    return rate


def _grown(before: Held, after: Held) -> list[str]:
    bounds = {
        "memory": (after.memory_mb, before.memory_mb * (1 + GROWS_BY) + GROWS_MB),
        "threads": (after.threads, before.threads + 4),
        "descriptors": (after.descriptors, before.descriptors + 4),
        "temporary files": (after.files, before.files),
    }
    return [what for what, (now, most) in bounds.items() if now > most]


@contextlib.contextmanager
def _service(folder: Path, flags: Sequence[str]) -> Iterator[tuple[psutil.Process, str]]:
    settings = folder / "soak.toml"
    settings.write_text("[serve]\nkeep_s = 5.0\n")  # results go while it runs
    root = str(Path(__file__).parents[2])
    with subprocess.Popen(
        [sys.executable, "-m", "mirror", "serve", "--port", "0", "--config", str(settings), *flags],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "TMPDIR": str(folder), "PYTHONPATH": root, "COLUMNS": "200"},
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
            assert found, "it does not say where it listens"
            settings.unlink()
            yield psutil.Process(process.pid), found[0]
        finally:
            process.terminate()


def _picture(size: int, ending: str) -> bytes:
    image = np.random.default_rng(size).integers(0, 256, (size * 3 // 4, size, 3), np.uint8)
    return bytes(cv2.imencode(ending, cv2.GaussianBlur(image, (0, 0), 3))[1])


if __name__ == "__main__":
    raise SystemExit(main())
