"""A batch from its sources to its outputs, and what is done again in the next run."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")

import clip
from batches import SAME_BYTES, InThisProcess, clips_in, contents, job, manifest_of, run
from media import cut_after, faststart, write_video

from mirror.batch.batch_run import BatchReport
from mirror.batch.errors import BatchError
from mirror.batch.records import Records
from mirror.batch.stores import LocalStore, Store
from mirror.coach.programmes.catalogue import shipped_programmes
from mirror.core.settings import load
from mirror.jobs.execution import execute
from mirror.jobs.video_job import VideoJob

ALL = ("video", "results", "masks", "instances", "sheet")


def codes(report: BatchReport) -> list[str]:
    return [failure.code for _, failure in report.failed]


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return clips_in(tmp_path / "in", "a.mp4", "monday/b.mp4")


def test_each_comes_to_what_a_job_by_itself_makes(clips: Path, tmp_path: Path) -> None:
    out, alone = tmp_path / "out", tmp_path / "alone"
    batch = job(clips, output=out, write=ALL)
    report = run(batch)
    assert (report.done, report.failed, report.frames) == (2, (), 7)
    alone.mkdir()
    video = VideoJob(
        source=clips / "monday/b.mp4",
        output=alone / "b-mirror.mp4",
        results=alone / "b.jsonl",
        masks=alone / "b-masks",
        instances=alone / "b-instances",
        sheet=alone / "b.png",
        settings=batch.settings,
    )
    execute(video)
    assert contents(out / "monday") == contents(alone)
    tables = {path.parent.name: path.stem for path in (out / "tables").rglob("*b-*.parquet")}
    assert set(tables) == {"clips", "people", "landmarks", "areas", "repetitions"}
    assert len(set(tables.values())) == 1
    assert not list((out / ".mirror-batch").glob("work/*"))


def test_the_manifest_tells_of_everything_that_was_made(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(job(clips, output=out))
    manifest = manifest_of(out)
    assert [clip["clip"] for clip in manifest["clips"]] == ["a.mp4", "monday/b.mp4"]
    told = {one["name"] for clip in manifest["clips"] for one in clip["outputs"]}
    assert told == set(contents(out))
    assert manifest["totals"]["frames"] == 7
    assert manifest["made_with"]["av"]
    assert "serve" not in manifest["job"]["settings"]  # it holds a service's tokens


def test_a_second_run_is_refused_and_one_that_resumes_does_nothing(
    clips: Path, tmp_path: Path
) -> None:
    batch = job(clips, output=tmp_path / "out")
    run(batch)
    with pytest.raises(BatchError, match="holds a batch already"):
        run(batch)
    before = contents(tmp_path / "out")
    report = run(batch, "resume")
    assert (report.done, report.kept) == (0, 2)
    assert contents(tmp_path / "out") == before


def test_what_differs_in_a_single_byte_is_parsed_again(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch = job(clips, output=out)
    run(batch)
    whole = contents(out)
    for name in [one for one in whole if Path(one).name.startswith("b")]:  # each of one clip's
        content = bytearray(whole[name])
        content[len(content) // 2] ^= 1
        (out / name).write_bytes(content)
        report = run(batch, "resume")
        assert (report.done, report.kept) == (1, 1), name
        assert contents(out) == whole


@pytest.mark.parametrize("change", ["gone", "source", "settings", "record"])
def test_what_has_changed_is_parsed_again(change: str, clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch = job(clips, output=out)
    run(batch)
    whole = contents(out)
    if change == "gone":
        (out / "a.jsonl").unlink()
    elif change == "source":
        write_video(clips / "a.mp4", 6)
    elif change == "settings":
        batch = batch.changed(limit=2)
    else:
        (record,) = (out / ".mirror-batch/records").glob("a-*.json")
        record.write_text(record.read_text().replace('"frames": 3', '"frames": 4'))
    report = run(batch, "resume")
    assert report.done == (2 if change == "settings" else 1)
    assert (contents(out) == whole) == (change in ("gone", "record"))


def test_how_many_workers_parse_changes_nothing_that_is_done(clips: Path, tmp_path: Path) -> None:
    run(job(clips, output=tmp_path / "out"))
    flags = {"parser.name": "none", "parser.workers": 2, "parser.threads": 1}
    more = load(flags=SAME_BYTES | flags)
    assert run(job(clips, output=tmp_path / "out", settings=more), "resume").kept == 2


def test_a_run_that_ended_between_two_names_is_gone_on_with(clips: Path, tmp_path: Path) -> None:
    """The record says that names are being given; the files that have theirs are ours."""

    class Ended(LocalStore):
        def take_in(self, file: Path, name: str) -> None:
            if name == "a.jsonl":
                raise KeyboardInterrupt
            super().take_in(file, name)

    class Ending(InThisProcess):
        store_of = staticmethod(lambda place: Ended(Path(place)))

    out = tmp_path / "out"
    batch = job(clips, output=out)
    with pytest.raises(KeyboardInterrupt):
        run(batch, make=Ending)
    assert "a-mirror.mp4" in contents(out)
    report = run(batch, "resume")
    assert (report.done, report.kept, report.failed) == (2, 0, ())
    run(batch.changed(output=str(tmp_path / "whole")))
    assert contents(out) == contents(tmp_path / "whole")


def test_somebody_elses_file_is_not_replaced_unasked(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "a-mirror.mp4").write_text("precious")
    report = run(job(clips, output=out))
    assert (report.done, codes(report)) == (1, ["target.exists"])
    assert (out / "a-mirror.mp4").read_text() == "precious"
    assert run(job(clips, output=out, overwrite=True)).done == 2
    assert (out / "a-mirror.mp4").read_bytes() != b"precious"


def test_a_shorter_run_leaves_no_mask_of_a_longer_one(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    batch = job(clips, output=out, write=("masks",))
    run(batch)
    (out / "a-masks/mine.txt").write_text("of a user")
    run(batch.changed(limit=1), "resume")
    names = sorted(path.name for path in (out / "a-masks").iterdir())
    assert names == ["000000.png", "mine.txt", "parts.json"]


def test_what_is_corrupt_fails_alone_and_is_retried_when_asked(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (clips / "c.mp4").write_bytes(b"no film")
    batch = job(clips, tmp_path / "missing.mp4", output=out)
    report = run(batch)
    assert (report.done, codes(report)) == (2, ["source.not_readable", "batch.not_read"])
    failed = [clip for clip in manifest_of(out)["clips"] if clip["state"] == "failed"]
    assert [clip["clip"] for clip in failed] == ["c.mp4", "missing.mp4"]
    assert failed[0]["failure"]["message"]
    again = run(batch, "resume")
    assert (again.done, again.kept, len(again.failed)) == (0, 2, 2)
    (clips / "c.mp4").write_bytes((clips / "a.mp4").read_bytes())
    assert run(batch, "resume").done == 1  # what failed is another film now
    (tmp_path / "missing.mp4").write_bytes((clips / "a.mp4").read_bytes())
    report = run(batch, "retry-failed")
    assert (report.done, report.kept, report.failed) == (1, 3, ())


def test_what_breaks_off_is_told_as_incomplete(clips: Path, tmp_path: Path) -> None:
    cut_after(faststart(tmp_path / "whole.mp4"), 20).replace(clips / "a.mp4")
    report = run(job(clips, output=tmp_path / "out"))
    assert [clip.name for clip in report.incomplete] == ["a.mp4"]
    assert not report.failed


def test_on_a_full_disk_the_others_finish(clips: Path, tmp_path: Path) -> None:
    class Full(LocalStore):
        def take_in(self, file: Path, name: str) -> None:
            if name.startswith("a"):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            super().take_in(file, name)

    class OnFull(InThisProcess):
        store_of = staticmethod(lambda place: Full(Path(place)))

    batch = job(clips, output=tmp_path / "out")
    report = run(batch, make=OnFull)
    assert report.done == 1
    assert [failure.message for _, failure in report.failed] == ["No space left on device"]
    assert run(batch, "retry-failed").done == 1


def test_a_source_that_changes_while_it_is_read_is_not_taken_for_either(
    clips: Path, tmp_path: Path
) -> None:
    class Changing(InThisProcess):
        @staticmethod
        def store_of(place: str) -> Store:
            return LocalStore(Path(place))

    module = tmp_path / "touching.py"
    module.write_text(
        "import os, numpy as np\n"
        "def make():\n"
        "    def parse(image):\n"
        f"        os.utime({str(clips / 'a.mp4')!r}, (1, 1))\n"
        "        return np.zeros(image.shape[:2], np.uint8)\n"
        "    return parse\n"
    )
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        settings = load(flags={"parser.name": "touching:make", "parser.workers": 1})
        report = run(job(clips / "a.mp4", output=tmp_path / "out", settings=settings))
    finally:
        os.chdir(here)
    assert codes(report) == ["batch.source_changed"]


def test_one_batch_at_a_time_writes_to_a_folder(
    clips: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirror.batch.batch_lock._WAITS_S", 0.0)
    batch = job(clips, output=tmp_path / "out")

    class Second(InThisProcess):
        def __enter__(self) -> Second:
            with pytest.raises(BatchError, match="another batch is writing to"):
                run(batch, "resume")
            return self

    assert run(batch, make=Second).done == 2


def test_addresses_are_read_and_written(clips: Path, tmp_path: Path) -> None:
    fsspec = pytest.importorskip("fsspec", reason="needs pip install smart-mirror[batch]")
    memory = fsspec.filesystem("memory")
    try:
        memory.pipe_file("/gym/a.mp4", (clips / "a.mp4").read_bytes())
        batch = job("memory://gym", output="memory://made")
        assert run(batch).done == 1
        assert run(batch, "resume").kept == 1
        run(job(clips / "a.mp4", output=tmp_path / "here"))
        there = {
            name.removeprefix("/made/"): memory.cat_file(name)
            for name in memory.find("/made")
            if "/." not in name and "manifest" not in name
        }
        assert there == contents(tmp_path / "here")
        memory.pipe_file("/made/a.jsonl", b"cut off")
        assert run(batch, "resume").done == 1
        assert json.loads(memory.cat_file("/made/manifest.json"))["totals"]["done"] == 1
    finally:
        for folder in ("/gym", "/made"):
            if memory.exists(folder):
                memory.rm(folder, recursive=True)


def test_a_record_of_another_recording_is_none(clips: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run(job(clips, output=out))
    first, second = sorted((out / ".mirror-batch/records").iterdir())
    first.write_bytes(second.read_bytes())
    assert len(Records(LocalStore(out)).all()) == 2
    report = run(job(clips, output=out), "resume")
    assert (report.done, report.kept) == (1, 1)


@pytest.mark.parametrize("coach", ["squat", "auto", "programme"])
def test_a_coach_is_drawn_as_it_is_by_itself_and_counts(coach: str, tmp_path: Path) -> None:
    name = next(iter(shipped_programmes())) if coach == "programme" else coach
    film = tmp_path / "man.mp4"
    clip.write_film(film, clip.man(2, height=160))
    settings = load(flags={"parser.quality": "fast", **SAME_BYTES})
    assert run(job(film, output=tmp_path / "out", settings=settings, coach=name)).done == 1
    alone = tmp_path / "alone.mp4"
    execute(VideoJob(source=film, output=alone, settings=settings, coach=name))
    assert alone.read_bytes() == (tmp_path / "out/man-mirror.mp4").read_bytes()
