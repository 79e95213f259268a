"""One run over a stream, in this process: what is dropped, what is late, what is announced."""

from __future__ import annotations

import io
import json
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from doubles import frame_at, numbered
from media import pts_of
from result_schemas import check_lines, lines_in
from streaming import y4m

from mirror.cli.main import main
from mirror.core.settings import load
from mirror.jobs.run_metrics import RunHeader
from mirror.jobs.streams.stream_run import StreamReport, StreamRun
from mirror.outputs import Output
from mirror.parsers.nothing import Nothing
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.stream import inputs, targets
from mirror.stream.json_lines import Lines
from mirror.stream.run_facts import RunFacts
from mirror.stream.targets import Offer, Target
from pipeline.errors import SinkClosed, SourceError, StageStuck
from pipeline.frame import Frame
from pipeline.pipes import open_target
from pipeline.sinks.video import Encoding
from pipeline.sources import Source
from pipeline.sources.in_memory import InMemory
from pipeline.sources.managed_source import ClosableSource
from pipeline.sources.network.reconnecting import Reconnecting
from pipeline.sources.stream.y4m import Y4mStream
from pipeline.targets.claims import claimed


class Held(Nothing):
    """A parser that waits before its first frame until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.begun, self.go = threading.Event(), threading.Event()

    def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
        def parse(frame: Frame, plan: None) -> None:
            self.begun.set()
            assert self.go.wait(10.0)

        return parse


class Camera(ClosableSource):
    """Live: delivers frames as fast as it can, and says when it has."""

    is_live = True

    def __init__(self, ages_s: list[float], then: Callable[[], None] = lambda: None) -> None:
        self._ages_s, self._then = ages_s, then

    def __iter__(self) -> Iterator[Frame]:
        for number, age_s in enumerate(self._ages_s):
            yield frame_at(time.monotonic() - age_s, number)
        self._then()

    def close(self) -> None:
        pass


def run(
    source: Source,
    results: Path,
    kind: Nothing | None = None,
    max_age_s: float | None = None,
    more: tuple[Output, ...] = (),
    drain_s: float = 10.0,
) -> tuple[StreamReport, list[dict[str, Any]]]:
    kind = kind or Nothing()

    def open_outputs(facts: RunFacts) -> tuple[Output, ...]:
        target, palette = open_target(str(results)), kind.parts.palette()
        return (*more, Lines(target, facts, kind.name, kind.parts, palette))

    header = RunHeader("test", None, kind.name, 1, 1)
    stream = StreamRun(source, kind, load().parser, open_outputs, header, max_age_s, drain_s)
    report = stream()
    lines = lines_in(results)
    check_lines(lines)
    return report, lines


@pytest.fixture
def results(tmp_path: Path) -> Path:
    return tmp_path / "results.jsonl"


def test_a_live_source_that_is_too_fast_loses_its_oldest_frames_and_says_so(results: Path) -> None:
    kind = Held()
    report, lines = run(Camera([0.0] * 50, then=kind.go.set), results, kind)
    dropped = report.run.dropped["overtaken"]
    assert dropped > 40
    assert report.run.frames + dropped == 50
    assert report.unfinished == 0
    assert lines[-2]["timing"]["dropped"] == dropped
    numbers = [line["sequence"] for line in lines[1:-1]]  # given at the capture: gaps are losses
    assert len(set(range(50)) - set(numbers)) == dropped
    assert numbers == sorted(numbers)
    assert lines[-1]["summary"]["dropped"] == {"overtaken": dropped}
    assert f"{dropped} overtaken dropped" in str(report)


def test_lines_say_the_medias_own_time_where_the_source_has_one(results: Path) -> None:
    frames = [
        Frame(frame.picture, time.monotonic(), media_time=Fraction(number, 10))
        for number, frame in enumerate(numbered(2), 57)
    ]
    _, lines = run(InMemory([*frames, frame_at(time.monotonic())]), results)
    assert [line["media_time"] for line in lines[1:-1]] == [5.7, 5.8, None]


def test_what_is_too_old_is_not_parsed_and_counted(results: Path) -> None:
    report, _ = run(Camera([60.0]), results, max_age_s=0.5)
    assert (report.run.frames, report.run.dropped) == (0, {"stale": 1})


def test_a_stream_without_frames_is_described_and_summed_up(results: Path) -> None:
    report, lines = run(Camera([]), results)
    assert report.ending == "input ended"
    assert [line.get("size", 0) for line in lines] == [None, 0]
    assert lines[1]["summary"]["frames"] == 0


def test_a_gap_is_announced_before_the_frame_that_ends_it(results: Path) -> None:
    class Broken(Camera):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            raise SourceError("source.broke", "the plug was pulled")

    class Whole(Camera):
        has_end = True

    visits: list[Camera] = [Broken([0.0]), Whole([0.0])]
    source = Reconnecting(lambda: visits.pop(0), wait=lambda _: None)
    report, lines = run(source, results)
    assert [next(iter(line)) for line in lines] == ["mirror", "frame", "gap", "frame", "summary"]
    assert lines[2]["gap"]["before_frame"] == 1
    assert report.run.remarks == (
        "the source was away 1 times; the last time: the plug was pulled",
    )


def test_every_reader_of_results_is_told_of_a_gap(tmp_path: Path) -> None:
    class Broken(Camera):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            raise SourceError("source.broke", "the plug was pulled")

    class Whole(Camera):
        has_end = True

    visits: list[Camera] = [Broken([0.0]), Whole([0.0])]
    source, kind = Reconnecting(lambda: visits.pop(0), wait=lambda _: None), Nothing()
    paths = [tmp_path / "one.jsonl", tmp_path / "other.jsonl"]

    def open_outputs(facts: RunFacts) -> list[Output]:
        palette = kind.parts.palette()
        return [
            Lines(open_target(str(path)), facts, kind.name, kind.parts, palette) for path in paths
        ]

    header = RunHeader("test", None, kind.name, 1, 1)
    StreamRun(source, kind, load().parser, open_outputs, header)()
    for path in paths:
        lines = [json.loads(line) for line in path.read_text().splitlines()]
        assert [line["gap"]["before_frame"] for line in lines if "gap" in line] == [1]


class Timed(Camera):
    """Live, 50 frames at 25 a second of its own time; the last comes too late to be parsed."""

    def __init__(self, parser: Held) -> None:
        super().__init__([0.0] * 49 + [60.0], then=parser.go.set)
        self._parser = parser

    def __iter__(self) -> Iterator[Frame]:
        for number, frame in enumerate(super().__iter__()):
            yield Frame(frame.picture, frame.captured_at, number, Fraction(1, 25))
            assert self._parser.begun.wait(10.0)  # with the first


@pytest.mark.parametrize("fills", [True, False])
def test_a_format_without_times_is_as_long_as_what_it_shows(tmp_path: Path, fills: bool) -> None:
    kind = Held()
    source = Timed(kind)
    named = {"y4m": "film.y4m", "labels": "labels.y4m", "raw": "film.raw", "matroska": "film.mkv"}
    places = [Target(form, str(tmp_path / name)) for form, name in named.items()]
    renderer = OverlayRenderer(Style.of(kind.parts))
    rate, parts = Fraction(25), kind.parts
    offer = Offer(source, rate, "none", parts, parts.palette(), renderer, Encoding(), fills=fills)
    header = RunHeader("test", None, kind.name, 1, 1)
    with claimed([place.file for place in places if place.file], [], False) as claims:
        report = StreamRun(
            source,
            kind,
            load().parser,
            lambda facts: targets.open_outputs(places, offer, claims, facts),
            header,
            max_age_s=10.0,
        )()
    parsed = report.run.frames
    assert (parsed < 10, report.run.dropped["stale"]) == (True, 1)
    sizes = {form: (tmp_path / name).stat().st_size for form, name in named.items()}
    pictures = 50 if fills else parsed
    assert sizes["raw"] == pictures * 4 * 6 * 3
    assert (tmp_path / "film.y4m").read_bytes().count(b"FRAME\n") == pictures
    assert (tmp_path / "labels.y4m").read_bytes().count(b"FRAME\n") == pictures
    assert len(pts_of(tmp_path / "film.mkv")) == parsed  # it has times
    done = "repeat the one before" if fills else "it plays"
    assert sum(done in remark for remark in report.run.remarks) == 3


def test_frames_of_another_size_say_so_in_their_lines(results: Path) -> None:
    class Zoom(Camera):
        def __iter__(self) -> Iterator[Frame]:
            for height in (4, 8):
                yield Frame.from_bgr(np.zeros((height, 6, 3), np.uint8), time.monotonic())

    _, lines = run(Zoom([]), results)
    assert lines[0]["size"] == [6, 4]
    assert [line.get("size") for line in lines[1:-1]] == [None, [6, 8]]


def test_an_input_that_breaks_is_raised_after_what_came_before_is_out(results: Path) -> None:
    source = Y4mStream(io.BytesIO(y4m(8).replace(b"H48", b"H40")))
    with pytest.raises(SourceError, match="its header names another size"):
        run(source, results)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert len(lines) == 6
    assert lines[-1]["summary"]["ended"] == "input broke"


class Leaver:
    """An output whose reader leaves after so many frames."""

    stage = "leave"
    remarks: tuple[str, ...] = ()

    def __init__(self, after: int) -> None:
        self._left = after

    def consume(self, result: object) -> None:
        if not self._left:
            raise SinkClosed("target.reader_left", "gone")
        self._left -= 1

    def close(self, failure: BaseException | None = None) -> None:
        raise SinkClosed("target.reader_left", "gone")


def test_a_reader_that_leaves_takes_no_other_readers_summary_away(results: Path) -> None:
    report, lines = run(Y4mStream(io.BytesIO(y4m(9))), results, more=(Leaver(3),))
    assert (report.ending, report.run.frames) == ("reader left", 3)
    assert 1 <= report.unfinished <= 6
    assert len([line for line in lines if "frame" in line]) == 3
    assert lines[-1]["summary"]["ended"] == "reader left"


def test_nothing_is_left_open(results: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    run(Camera([0.0]), results)
    before = descriptors()
    for _ in range(3):
        results.unlink()
        run(Y4mStream(io.BytesIO(y4m(2))), results)
    assert descriptors() == before


def test_an_address_is_told_without_its_password(
    results: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(inputs, "open_input", lambda *_: InMemory([frame_at(0.0, 1)]))
    pictures = results.with_name("pictures.mjpeg")
    said = ["--source", "http://me:secret@host/a", "--parser", "none", "--results", str(results)]
    assert main(["stream", *said, "--out", str(pictures)]) == 0
    told = results.read_text() + capsys.readouterr().err
    assert "http://host/a" in told
    assert "secret" not in told


class Stuck(Nothing):
    """A parser that returns once, and then not before its run has given it up."""

    def make_parse(self, threads: int) -> Callable[[Frame, None], None]:
        def parse(frame: Frame, plan: None) -> None:
            if frame.pts:
                os.kill(os.getpid(), signal.SIGTERM)
                threading.Event().wait(1.0)  # and lets its thread go, which the run waits for

        return parse


def test_a_parser_that_never_returns_is_left_with_its_frames_after_a_terminate(
    results: Path,
) -> None:
    with pytest.raises(StageStuck, match=r"for 0\.1 s: [1-6] frames were left, .* place 1 on"):
        run(Y4mStream(io.BytesIO(y4m(9))), results, Stuck(), drain_s=0.1)
    lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert [line["frame"] for line in lines if "frame" in line] == [0]
    assert lines[-1]["summary"]["ended"] == "failed"


def test_a_source_that_hangs_holds_up_no_terminate_once_all_is_out(results: Path) -> None:
    over = threading.Event()

    class Hanging(Camera):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            os.kill(os.getpid(), signal.SIGTERM)
            over.wait(10.0)  # as an address does that takes a connection and does not answer

    try:
        report, lines = run(Hanging([0.0]), results, drain_s=0.2)
    finally:
        over.set()
    assert (report.ending, report.run.frames, report.unfinished) == ("SIGTERM", 1, 0)
    assert lines[-1]["summary"]["ended"] == "SIGTERM"


@pytest.mark.parametrize(
    ("number", "ending"), [(signal.SIGINT, "SIGINT"), (signal.SIGHUP, "SIGHUP")]
)
def test_an_interrupt_keeps_what_was_written_and_sums_it_up(
    results: Path, number: signal.Signals, ending: str
) -> None:
    over = threading.Event()

    class Endless(Camera):
        def __iter__(self) -> Iterator[Frame]:
            yield from super().__iter__()
            os.kill(os.getpid(), number)
            over.wait(10.0)

        def close(self) -> None:
            over.set()

    report, lines = run(Endless([0.0, 0.0]), results)
    assert report.ending == ending
    assert lines[-1]["summary"]["ended"] == ending
