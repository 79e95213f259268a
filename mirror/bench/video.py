"""What goes on around parsing: drawing, whole files, and the start."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from av.video.stream import VideoStream

from mirror.bench import footage
from mirror.bench.rows import Row
from mirror.bench.stopwatch import cost_of, costs_in_turns
from mirror.core import machine
from mirror.core.parsing import Parsing
from mirror.core.resources import media_file
from mirror.core.settings import load
from mirror.parsers.builtin import BuiltIn
from mirror.rendering.overlay import OverlayRenderer, Style
from pipeline.consumer import consuming
from pipeline.frame import Frame
from pipeline.media.opening import create_file
from pipeline.sinks.video import VideoWriter
from pipeline.sources.video import VideoFile

DRAW_GOAL_MS, FILE_GOAL, START_GOAL_S = 4.0, 0.90, 2.0


@dataclass(frozen=True, slots=True)
class _Stages:
    """CPU seconds of one thread after the other, over all frames."""

    decode: float
    parse: float
    draw: float
    encode: float

    @property
    def total(self) -> float:
        return self.decode + self.parse + self.draw + self.encode


def measure(rounds: int = 3) -> Iterator[Row]:
    """Yield the cost of drawing, the share of the machine that a file run gets, and the start."""
    with tempfile.TemporaryDirectory() as folder:
        clip = _clip_at_720p(Path(folder) / "720p.mp4")
        parsings = _parse(list(VideoFile(clip)))
        yield _drawing(parsings, rounds)
        yield from _file_to_file(clip, rounds)
    yield _start(rounds)


def _drawing(parsings: list[tuple[Frame, Parsing]], rounds: int) -> Row:
    style = Style.of(BuiltIn().parts)
    cost = costs_in_turns({"draw": lambda: _draw_all(parsings, style)}, rounds)["draw"]
    ms = cost.cpu_s / len(parsings) * 1e3
    return Row("drawing a 720p frame", ms, "ms CPU", DRAW_GOAL_MS, "less", "two bodies")


def _file_to_file(clip: Path, rounds: int) -> Iterator[Row]:
    """The command as a user runs it, once it runs, beside its stages one after the other."""
    stages = _stages(clip)
    fps, whole_fps = [], []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            statistics = Path(folder) / "run.json"
            _run_command(clip, Path(folder) / "out.mp4", "--stats", str(statistics))
            run = json.loads(statistics.read_text())
        fps.append((run["frames"] - 1) / (run["wall_s"] - run["first_frame_s"]))
        whole_fps.append(run["fps"])
    limit_fps = machine.cores() * run["frames"] / stages.total
    each = ", ".join(
        f"{name} {getattr(stages, name) / run['frames'] * 1e3:.1f}"
        for name in ("decode", "parse", "draw", "encode")
    )
    against = f"{limit_fps:.1f} fps, all cores busy; ms CPU a frame: {each}"
    yield Row(
        "720p file to file, of the limit", max(fps) / limit_fps, "x", FILE_GOAL, "more", against
    )
    yield Row("  speed", max(fps), "fps", note=f"with loading and completing: {max(whole_fps):.1f}")


def _stages(clip: Path) -> _Stages:
    frames: list[Frame] = []
    decode = cost_of(lambda: frames.extend(VideoFile(clip))).cpu_s
    parsings: list[tuple[Frame, Parsing]] = []
    parse = cost_of(lambda: parsings.extend(_parse(frames))).cpu_s
    drawn: list[Frame] = []
    style = Style.of(BuiltIn().parts)
    draw = cost_of(lambda: drawn.extend(_draw_all(parsings, style))).cpu_s
    encode = cost_of(lambda: _encode(clip, drawn)).cpu_s
    return _Stages(decode, parse, draw, encode)


def _parse(frames: list[Frame]) -> list[tuple[Frame, Parsing]]:
    kind = BuiltIn()
    prepare, parse, settle = kind.make_prepare(live=False), kind.make_parse(1), kind.make_settle()
    found = []
    for frame in frames:
        plan = prepare(frame)
        found.append((frame, settle(frame, plan, parse(frame, plan))))
    return found


def _draw_all(parsings: list[tuple[Frame, Parsing]], style: Style) -> list[Frame]:
    renderer = OverlayRenderer(style)
    return [renderer.render(frame, parsing) for frame, parsing in parsings]


def _encode(clip: Path, drawn: list[Frame]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        footage_of_clip = VideoFile(clip).footage
        film = VideoWriter(Path(folder) / "out.mp4", footage_of_clip, copy_streams_from=clip)
        with consuming(film) as writer:
            for frame in drawn:
                writer.consume(frame)


def _start(rounds: int) -> Row:
    """From the command to its first frame out: a run of one frame, but for writing the file."""
    seconds = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as folder:
            began_at = time.perf_counter()
            _run_command(media_file("leg-raise.mp4"), Path(folder) / "out.mp4", "--limit", "1")
            seconds.append(time.perf_counter() - began_at)
    note = "the whole command, with one frame"
    return Row("start to first frame out", min(seconds), "s", START_GOAL_S, "less", note)


def _run_command(clip: Path, output: Path, *flags: str) -> None:
    command = [sys.executable, "-m", "mirror", "video", str(clip), "-o", str(output), "--quiet"]
    subprocess.run([*command, *flags], check=True)


def _clip_at_720p(path: Path) -> Path:
    config = load().video
    with create_file(path, "mp4", {}) as output:
        stream = output.add_stream("libx264", rate=30)
        assert isinstance(stream, VideoStream)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.options = {"preset": config.preset, "crf": str(config.quality)}
        for frame in footage.as_frames(footage.at_720p()):
            output.mux(stream.encode(frame.copy()))
        output.mux(stream.encode(None))
    return path
