"""A recording that is cut into segments comes to the very same, whatever the seams fall on."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import clip
import pytest
from batches import SAME_BYTES
from media import write_video

from mirror.batch.errors import BatchError
from mirror.batch.segments import JoinedKind, Scout, Segment, parse_segment
from mirror.core.settings import ParserConfig, load
from mirror.jobs.engine import Engine
from mirror.jobs.execution import execute
from mirror.jobs.host import Host
from mirror.jobs.video_job import VideoJob
from mirror.parsers.builtin import BuiltIn
from mirror.parsers.catalogue import AnyKind
from mirror.parsers.nothing import Nothing
from mirror.parsers.parser_workers import ParserWorkers
from pipeline.errors import PipelineError
from pipeline.media.input_limits import USUAL_LIMITS
from pipeline.sources.recording import open_recording
from pipeline.sources.video import VideoFile

Threads = Callable[[Callable[[], None]], threading.Thread]


def segments_of(path: Path, kind: AnyKind, length: int) -> list[Segment]:
    with open_recording(path) as source:
        scout = Scout(source, kind, length, recording=path.name)
        found = list(iter(scout.next, None))
        scout.close()
    return found


def raws_of(path: Path, segments: list[Segment], kind: AnyKind) -> list[tuple[Any, ...]]:
    """The last first: none needs what came before it."""
    with ParserWorkers(kind, 1, 1, ParserConfig()) as workers:
        found = [parse_segment(path, one, workers, USUAL_LIMITS) for one in reversed(segments)]
    return found[::-1]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> VideoJob:
    """A film of eight frames, parsed in one run."""
    folder = tmp_path_factory.mktemp("whole")
    film = folder / "man.mp4"
    clip.write_film(film, clip.man(8, height=240))
    settings = load(flags={"parser.quality": "fast", **SAME_BYTES})
    job = VideoJob(
        source=film,
        output=folder / "one.mp4",
        results=folder / "one.jsonl",
        masks=folder / "one",
        settings=settings,
    )
    execute(job)
    return job


@pytest.mark.parametrize("frames", [3, 5])
def test_results_and_pictures_are_those_of_one_run(
    frames: int, whole: VideoJob, tmp_path: Path, in_thread: Threads
) -> None:
    film, kind = Path(whole.source), BuiltIn(quality="fast")
    segments = segments_of(film, kind, frames)
    assert [one.number for one in segments] == list(range(-(-8 // frames)))
    raws = raws_of(film, segments, kind)
    joined = JoinedKind(kind)

    def feed() -> None:
        for segment, made in zip(segments, raws, strict=True):
            joined.feed(segment, made)

    in_thread(feed)
    engine = dataclasses.replace(Engine.of(whole.settings), kind=joined, workers=1, threads=1)
    again = whole.changed(
        output=tmp_path / "one.mp4", results=tmp_path / "one.jsonl", masks=tmp_path / "one"
    )
    execute(again, Host(engine=engine))
    for name in ("one.mp4", "one.jsonl", "one/000007.png"):
        assert (tmp_path / name).read_bytes() == (film.parent / name).read_bytes(), name


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"pts": [0, 1, 5, 6, 20, 21, 22, 40, 41, 60, 61, 62]},  # at no steady rate
        {"time_base": Fraction(1, 90_000), "pts": [3000 * n + 90_000 for n in range(12)]},
        {"codec": "mpeg4"},
    ],
)
def test_seams_may_fall_anywhere(options: dict[str, Any], tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 12, **options)
    for length in (1, 4, 5, 12, 13):
        segments = segments_of(film, Nothing(), length)
        times = [mark.pts for one in segments for mark in one.marks]
        with VideoFile(film) as source:
            assert times == [frame.pts for frame in source]
        assert [len(made) for made in raws_of(film, segments, Nothing())] == [
            len(one.marks) for one in segments
        ]


def test_a_frame_that_is_another_is_refused(tmp_path: Path) -> None:
    film = write_video(tmp_path / "film.mp4", 12)
    first, second = segments_of(film, Nothing(), 6)
    mark = dataclasses.replace(second.marks[2], digest=1)
    changed = dataclasses.replace(second, marks=(*second.marks[:2], mark, *second.marks[3:]))
    with pytest.raises(BatchError, match="is another when it is decoded from the middle"):
        raws_of(film, [changed], Nothing())
    longer = dataclasses.replace(
        second, marks=(*second.marks, mark), plans=(*second.plans, second.plans[0])
    )
    with pytest.raises(BatchError, match="is another when it is decoded from the middle"):
        raws_of(film, [longer], Nothing())
    assert len(raws_of(film, [first], Nothing())[0]) == 6


def test_segments_that_end_too_early_end_the_join(tmp_path: Path, in_thread: Threads) -> None:
    film = write_video(tmp_path / "film.mp4", 12)
    first, _ = segments_of(film, Nothing(), 6)
    (raws,) = raws_of(film, [first], Nothing())
    joined = JoinedKind(Nothing())

    def feed() -> None:
        joined.feed(first, raws)
        joined.end()

    in_thread(feed)
    engine = dataclasses.replace(Engine.of(load(flags={"parser.name": "none"})), kind=joined)
    job = VideoJob(source=film, output=tmp_path / "out.mp4")
    with pytest.raises(PipelineError, match="is another"):
        execute(job, Host(engine=engine))
    assert not (tmp_path / "out.mp4").exists()
