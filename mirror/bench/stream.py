"""What a frame's way through `mirror stream` costs beside the parsing."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mirror.bench.rows import Row
from mirror.bench.stopwatch import Cost, costs_in_turns
from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.resources import media_file
from mirror.core.settings import load
from mirror.jobs.composition import open_flow, shared_out
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.streams.stream_run import StreamRun
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.rendering.overlay import OverlayRenderer, Style
from pipeline.consumer import consuming
from pipeline.flow import Flow
from pipeline.frame import BGR, Frame
from pipeline.media.pixel_layout import Layout
from pipeline.media.y4m_header import FRAME, Y4mHeader
from pipeline.meter import Latencies, Spread
from pipeline.pipes import PipeReader, PipeWriter
from pipeline.result import Result
from pipeline.sinks.plain import Y4mWriter
from pipeline.sources.in_memory import InMemory
from pipeline.sources.stream.y4m import Y4mStream
from pipeline.sources.video import VideoFile

SIZE = (720, 1280)  # of what is piped, height and width
FRAMES = 60  # in the file that is piped once, then as often as COPIES says
COPIES = 9
DELAYED = 90  # frames whose delay is measured
RATE = Fraction(30)  # frames a second, in media time
PASSES = 3  # of the bundled clip, for the rate with the built-in parser
PARSE_S = 0.020

GOAL_OF_CAT = 0.5
GOAL_DELAY_MS = 25.0
GOAL_OF_MEMORY = 0.95


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield a stream's rate against ``cat``'s, its delay, and its rate against frames in memory."""
    yield _against_cat(rounds)
    delay = _delays()
    yield Row(
        "in to out, p95",
        delay.p95 * 1e3,
        "ms",
        GOAL_DELAY_MS,
        "less",
        f"a parser of 20 ms at 30 fps; p50 {delay.p50 * 1e3:.1f} ms",
    )
    yield _against_memory(rounds)


def fixed() -> Callable[[BGR], NDArray[np.uint8]]:
    """Make a parser that takes 20 ms, computes nothing and finds nobody."""

    def parse(image: BGR) -> NDArray[np.uint8]:
        time.sleep(PARSE_S)
        return np.zeros(image.shape[:2], np.uint8)

    return parse


def _against_cat(rounds: int) -> Row:
    """Rates without what starting takes: a long run less a short one."""
    header = Y4mHeader(Layout(*SIZE, "yuv420p"))
    stream = f'"{sys.executable}" -m mirror stream --parser none --quiet'
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "header").write_bytes(header.line())
        frame = FRAME + b"\n" + bytes(header.layout.size)
        Path(folder, "frames").write_bytes(frame * FRAMES)

        def piped(through: str, copies: int) -> Callable[[], None]:
            line = f"cat header {'frames ' * copies} | {through} | cat > /dev/null"
            return lambda: _shell(line, folder)

        costs = costs_in_turns(
            {
                f"{name} {copies}": piped(through, copies)
                for copies in (1, 1 + COPIES)
                for name, through in (("cat", "cat"), ("mirror", stream))
            },
            rounds,
        )
    fps = {
        name: FRAMES * COPIES / (costs[f"{name} {1 + COPIES}"].wall_s - costs[f"{name} 1"].wall_s)
        for name in ("cat", "mirror")
    }
    return Row(
        f"{SIZE[0]}p y4m, against cat",
        fps["mirror"] / fps["cat"],
        "x",
        GOAL_OF_CAT,
        "more",
        f"{fps['mirror']:.0f} fps, a parser that does nothing; cat f | cat | cat: "
        f"{fps['cat']:.0f} fps",
    )


def _shell(line: str, folder: str) -> None:
    subprocess.run(["sh", "-c", line], cwd=folder, check=True)


def _delays() -> Spread:
    """From the write of a frame's first byte until its last byte is read back."""
    header = Y4mHeader(Layout(480, 640, "yuv420p"))
    frame = FRAME + b"\n" + bytes(header.layout.size)
    command = [sys.executable, "-m", "mirror", "stream", "--quiet"]
    command += ["--parser", f"{__name__}:{fixed.__name__}"]
    sent: list[float] = []
    latencies = Latencies()
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as stream:
        assert stream.stdin is not None
        assert stream.stdout is not None
        writer = PipeWriter(stream.stdin.fileno())
        writer.write(header.line())
        stream.stdout.read(len(header.line()))  # it is up, and waits for frames

        def write() -> None:
            assert stream.stdin is not None
            started_at = time.monotonic()
            for number in range(DELAYED):
                time.sleep(max(0.0, started_at + float(number / RATE) - time.monotonic()))
                sent.append(time.monotonic())
                writer.write(frame)
            stream.stdin.close()

        thread = threading.Thread(target=write)
        thread.start()
        for number in range(DELAYED):
            stream.stdout.read(len(frame))
            if number >= 10:  # the first ones wait for the workers to be there
                latencies.add(time.monotonic() - sent[number])
        thread.join()
    return latencies.spread()


def _against_memory(rounds: int) -> Row:
    """Rates from the first frame out to the last, in turns."""
    kind = find_parser("built-in", load().parser)
    clip = [frame for frame in VideoFile(media_file("leg-raise.mp4"))]
    there_and_back = (clip + clip[-2:0:-1]) * PASSES
    paces: dict[str, list[Cost]] = {"memory": [], "stream": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "clip.y4m")
        _write_y4m(path, there_and_back)
        for _ in range(rounds):
            paces["memory"].append(_from_memory(there_and_back, kind))
            paces["stream"].append(_from_stream(path, kind))
    memory, stream = (1 / median(pace.wall_s for pace in found) for found in paces.values())
    cpu_ms = {name: median(pace.cpu_s for pace in found) * 1e3 for name, found in paces.items()}
    return Row(
        "built-in, against memory",
        stream / memory,
        "x",
        GOAL_OF_MEMORY,
        "more",
        f"{stream:.1f} fps, {cpu_ms['stream']:.1f} ms CPU; the same frames without "
        f"a pipe: {memory:.1f} fps, {cpu_ms['memory']:.1f} ms CPU",
    )


class _Pace:
    """A stream's output that notes when the first frame was out, and the last; and writes them."""

    stage = "write"
    remarks: tuple[str, ...] = ()

    def __init__(self, pictures: DrawnPictures) -> None:
        self._pictures = pictures
        self.ticks: list[Cost] = []

    def consume(self, result: Result[Parsing]) -> None:
        self._pictures.consume(result)
        self.ticks.append(_now())

    def close(self, failure: BaseException | None = None) -> None:
        self._pictures.close(failure)


def _from_stream(path: Path, kind: AnyKind) -> Cost:
    source_end, target_end = os.open(path, os.O_RDONLY), os.open(os.devnull, os.O_WRONLY)
    source = Y4mStream(PipeReader(source_end))
    writer = Y4mWriter(PipeWriter(target_end, owned=True), None)
    pace = _Pace(DrawnPictures(OverlayRenderer(Style.of(kind.parts)), writer))
    workers, threads = shared_out("auto", "auto")
    header = RunHeader("clip", None, kind.name, workers, threads)
    StreamRun(source, kind, load().parser, lambda _: [pace], header)()
    os.close(source_end)
    return _a_frame(pace.ticks)


def _from_memory(frames: list[Frame], kind: AnyKind) -> Cost:
    workers, threads = shared_out("auto", "auto")
    renderer = OverlayRenderer(Style.of(kind.parts))
    source = InMemory(_fresh(frames))
    flow: Flow[Any, Any, Any] = open_flow(source, kind, workers, threads, load().parser)
    ticks = []
    with flow as results:
        for result in results:
            renderer.render(result.frame, result.parsing)
            ticks.append(_now())
    return _a_frame(ticks)


def _fresh(frames: list[Frame]) -> Iterator[Frame]:
    """Frames anew, since a frame remembers what was made from it."""
    for number, frame in enumerate(frames):
        yield Frame(frame.picture, time.monotonic(), number, 1 / RATE)


def _now() -> Cost:
    return Cost(time.perf_counter(), machine.cpu_seconds())


def _a_frame(ticks: list[Cost]) -> Cost:
    """What a frame took, from the first one out to the last: models are loaded before."""
    first, last, frames = ticks[0], ticks[-1], len(ticks) - 1
    return Cost((last.wall_s - first.wall_s) / frames, (last.cpu_s - first.cpu_s) / frames)


def _write_y4m(path: Path, frames: list[Frame]) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT)
    with consuming(Y4mWriter(PipeWriter(descriptor, owned=True), RATE)) as writer:
        for frame in frames:
            writer.consume(frame)
