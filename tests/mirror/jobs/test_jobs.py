"""Jobs as values, and one function that carries them out."""

from __future__ import annotations

import argparse
import json
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from batches import SAME_BYTES
from media import numbers_in, write_video
from pydantic import ValidationError
from streaming import y4m

from mirror.cli.commands import stream as stream_command
from mirror.cli.commands import video as video_command
from mirror.cli.flags import job_of
from mirror.cli.main import main
from mirror.core.parsing import Parsing
from mirror.core.settings import ConfigError, load
from mirror.jobs.cancellation import Cancellation, JobCancelled
from mirror.jobs.engine import Engine
from mirror.jobs.execution import JOBS, execute
from mirror.jobs.host import Host, RunContext
from mirror.jobs.stream_job import StreamJob
from mirror.jobs.video_job import VideoJob
from mirror.outputs import Output
from mirror.process import termination
from mirror.process.signal_policies import Raising
from pipeline.errors import SinkError, SourceError
from pipeline.result import Result

NOTHING = load(flags={"parser.name": "none"})


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", 12)


class Noting:
    """A caller's own consumer: notes what it was given, and may act on it."""

    stage = "noting"
    remarks = ("noted",)

    def __init__(self) -> None:
        self.tickets: list[int] = []
        self.closed_by: list[BaseException | None] = []

    def consume(self, result: Result[Parsing]) -> None:
        self.tickets.append(result.ticket)

    def close(self, failure: BaseException | None = None) -> None:
        self.closed_by.append(failure)


def test_a_job_survives_json_with_its_paths_and_settings() -> None:
    job = VideoJob(
        source=Path("in.mp4"),
        masks=Path("masks"),
        fps=Fraction(30000, 1001),
        limit=3,
        settings=load(flags={"overlay.parts": ["head"], "parser.workers": 2}),
    )
    written = json.loads(job.model_dump_json())
    assert (written["source"], written["fps"]) == ("in.mp4", "30000/1001")
    assert written["settings"]["overlay"]["parts"] == ["head"]
    read = JOBS.validate_json(json.dumps(written))
    assert isinstance(read, VideoJob)
    assert read == job.changed(settings=job.settings.changed(given=frozenset()))


def test_a_stream_job_survives_json() -> None:
    job = StreamJob(source="rtsp://10.0.0.7/a", size=(720, 1280), out=("y4m=-",), max_age=0.25)
    written = json.loads(job.model_dump_json())
    assert written["size"] == "1280x720"
    assert JOBS.validate_python(written | {"out": ("y4m=-",)}) == job
    assert JOBS.validate_json(json.dumps(written)) == job


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"kind": "video"}, "source"),
        ({"kind": "video", "source": "a.mp4", "limit": 0}, "limit"),
        ({"kind": "video", "source": "a.mp4", "fps": "0"}, "0 frames a second cannot be"),
        ({"kind": "video", "source": "a.mp4", "frames": 3}, "frames"),
        ({"kind": "stream", "size": "big"}, "big is not a size; try 1280x720"),
        ({"kind": "stream", "max_age": -1}, "max_age"),
        ({"kind": "stream", "out": [""]}, "out"),
        ({"kind": "film", "source": "a.mp4"}, "kind"),
    ],
)
def test_a_job_that_cannot_be_is_refused_where_it_is_read(
    job: dict[str, object], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        JOBS.validate_json(json.dumps(job))


def test_a_job_is_read_on_a_machine_with_fewer_cores_and_refused_where_it_runs(
    clip: Path,
) -> None:
    text = json.dumps({"source": str(clip), "settings": {"parser": {"workers": 100_000}}})
    job = VideoJob.model_validate_json(text)
    with pytest.raises(ConfigError, match=r"workers is a whole number from 1 to .* got 100000"):
        execute(job)


def parsed(command: object, *words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)  # type: ignore[attr-defined]  # a module
    return parser.parse_args(words)


def test_a_command_line_without_options_is_a_job_with_its_defaults() -> None:
    found = job_of(parsed(video_command, "in.mp4"), VideoJob, source=Path("in.mp4"))
    assert found == VideoJob(source=Path("in.mp4"))
    assert job_of(parsed(stream_command), StreamJob) == StreamJob()


def test_options_reach_the_fields_of_their_names() -> None:
    options = parsed(
        video_command, "in.mp4", "--limit", "3", "--fps", "12.5", "--rle", "--labels", "parts"
    )
    job = job_of(options, VideoJob, source=options.sources[0])
    assert (job.limit, job.fps, job.rle, job.settings.overlay.labels) == (
        3,
        Fraction(25, 2),
        True,
        "parts",
    )
    options = parsed(stream_command, "--out", "-", "--out", "a.mkv", "--size", "64x48")
    found = job_of(options, StreamJob)
    assert (found.out, found.size) == (("-", "a.mkv"), (48, 64))


def test_a_job_does_what_its_command_does(clip: Path, tmp_path: Path) -> None:
    words = ["--parser", "none", "--quiet", "--preset", "superfast"]
    assert main(["video", str(clip), *words]) == 0
    settings = load(flags=SAME_BYTES | {"parser.name": "none"})
    job = VideoJob(source=clip, output=tmp_path / "out.mp4", settings=settings)
    report = execute(VideoJob.model_validate_json(job.model_dump_json()))
    assert (report.frames, report.output) == (12, str(tmp_path / "out.mp4"))
    assert (tmp_path / "out.mp4").read_bytes() == (tmp_path / "clip-mirror.mp4").read_bytes()


def test_a_job_without_outputs_is_for_the_callers_consumers(clip: Path) -> None:
    seen: list[RunContext] = []
    noting = Noting()

    def consumers(context: RunContext) -> Sequence[Output]:
        seen.append(context)
        return [noting]

    report = execute(VideoJob(source=clip, settings=NOTHING), Host(consumers=consumers))
    assert noting.tickets == list(range(12))
    assert noting.closed_by == [None]
    assert "noted" in report.remarks
    assert set(report.stages) >= {"parse", "noting"}
    assert seen[0].engine.kind.name == "none"
    assert [path.name for path in clip.parent.iterdir()] == ["clip.mp4"]


def test_progress_is_told_of_every_frame_and_of_how_many_there_are(clip: Path) -> None:
    told: list[object] = []

    class Progress:
        def __enter__(self) -> Progress:
            return self

        def __exit__(self, *_: object) -> None:
            told.append("over")

        def show(self, frames: int, fps: float) -> None:
            told.append(frames)

    def progress(title: str, frames: int | None) -> Progress:
        told.append((title, frames))
        return Progress()

    execute(VideoJob(source=clip, limit=3, settings=NOTHING), Host(progress=progress))
    assert told == [("clip.mp4", 3), 1, 2, 3, "over"]


def test_a_cancelled_job_keeps_its_part_and_says_so(clip: Path) -> None:
    cancellation = Cancellation()

    class Cancelling(Noting):
        def consume(self, result: Result[Parsing]) -> None:
            super().consume(result)
            if result.ticket == 4:
                cancelling = threading.Thread(target=cancellation.cancel)
                cancelling.start()
                cancelling.join()

    noting = Cancelling()
    out = clip.with_name("out.mp4")
    host = Host(consumers=lambda _: [noting], cancellation=cancellation)
    with pytest.raises(JobCancelled, match="cancelled before its end") as caught:
        execute(VideoJob(source=clip, output=out, settings=NOTHING), host)
    assert noting.tickets[4] == 4
    assert isinstance(noting.closed_by[0], JobCancelled)
    assert not out.exists()
    (part,) = clip.parent.glob("out.part-*.mp4")
    assert numbers_in(part) == [n % 10 for n in range(len(noting.tickets))]
    assert any(part.name in note for note in caught.value.__notes__)


def test_a_job_that_was_cancelled_before_it_began_parses_nothing(clip: Path) -> None:
    cancellation, noting = Cancellation(), Noting()
    cancellation.cancel()
    host = Host(consumers=lambda _: [noting], cancellation=cancellation)
    with pytest.raises(JobCancelled):
        execute(VideoJob(source=clip, settings=NOTHING), host)
    assert noting.tickets == []


def test_jobs_share_an_engine_and_run_on_any_thread(clip: Path, tmp_path: Path) -> None:
    engine = Engine.of(NOTHING)
    jobs = [VideoJob(source=clip, output=tmp_path / f"{n}.mp4", settings=NOTHING) for n in range(2)]
    with termination.listening(Raising()) as listener:
        before = listener.policy
        with ThreadPoolExecutor(2) as pool:
            reports = list(pool.map(lambda job: execute(job, Host(engine=engine)), jobs))
        assert listener.policy is before  # what a signal means is the main thread's business
    assert [report.frames for report in reports] == [12, 12]
    assert jobs[0].output is not None
    assert numbers_in(jobs[0].output) == [n % 10 for n in range(12)]


def test_a_picture_is_sent_to_the_command_for_pictures(tmp_path: Path) -> None:
    photo = tmp_path / "photo.jpg"
    photo.touch()
    with pytest.raises(SourceError, match=r"photo\.jpg is a picture, and this is for videos"):
        execute(VideoJob(source=photo, settings=NOTHING))


def test_what_the_host_reads_is_not_written_over(clip: Path, tmp_path: Path) -> None:
    from pipeline.targets.distinct_paths import InputPath

    settings = tmp_path / "mine.toml"
    settings.touch()
    job = VideoJob(source=clip, stats=settings, overwrite=True, settings=NOTHING)
    with pytest.raises(SinkError, match=r"mine\.toml is the configuration itself"):
        execute(job, Host(also_read=[InputPath(settings, "the configuration")]))


def test_a_host_says_what_messages_call_things(clip: Path, tmp_path: Path) -> None:
    job = VideoJob(source=clip, output=clip, overwrite=True, settings=NOTHING)
    with pytest.raises(SinkError, match="is the recording itself; name another file") as caught:
        execute(job, Host(calls={"film": "output"}, source_name="the recording"))
    assert caught.value.fields["flag"] == "output"


def stream_job(tmp_path: Path, frames: int) -> StreamJob:
    source = tmp_path / "in.y4m"
    source.write_bytes(y4m(frames))
    out = tmp_path / "out.y4m"
    return StreamJob(source=str(source), out=(str(out),), settings=NOTHING)


def test_a_stream_job_runs_on_any_thread(tmp_path: Path) -> None:
    job = stream_job(tmp_path, 5)
    with ThreadPoolExecutor(1) as pool:
        report = pool.submit(execute, job).result()
    assert (report.ending, report.run.frames) == ("input ended", 5)
    assert (tmp_path / "out.y4m").read_bytes().count(b"FRAME\n") == 5


def test_a_cancelled_stream_lets_out_what_is_in_flight(tmp_path: Path) -> None:
    cancellation = Cancellation()

    class Cancelling(Noting):
        def consume(self, result: Result[Parsing]) -> None:
            super().consume(result)
            cancellation.cancel()

    noting = Cancelling()
    host = Host(consumers=lambda _: [noting], cancellation=cancellation)
    report = execute(stream_job(tmp_path, 200), host)
    assert report.ending == "cancelled"
    assert report.unfinished == 0
    assert 0 < len(noting.tickets) < 200
    written = np.frombuffer((tmp_path / "out.y4m").read_bytes(), np.uint8).tobytes()
    assert written.count(b"FRAME\n") == len(noting.tickets)
