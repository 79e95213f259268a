"""Parsed segments that are kept, and when they are not to be trusted."""

from __future__ import annotations

import dataclasses
import hashlib
import os
import pickle
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import clip
import numpy as np
import pytest
from batches import job, run

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Clip
from mirror.batch.cluster import clip_actor
from mirror.batch.cluster.clip_actor import ClipActor, Duty, ScoutActor
from mirror.batch.cluster.segment_run import SegmentRun
from mirror.batch.kept_segments import KeptSegments
from mirror.batch.records import ClipRecord, Failure
from mirror.batch.segments import FrameMark, Segment, parse_segment
from mirror.batch.stores import LocalStore
from mirror.core.settings import load
from mirror.parsers.builtin import BuiltIn

CLIP = Clip("man.mp4", "man.mp4")
SEGMENT = Segment("r" * 64, 1, 3, (FrameMark(5, 55), FrameMark(6, 66)), ("here", "there"))
SEEN = (np.arange(6, dtype=np.float32).reshape(2, 3), np.zeros((2, 3), np.float32))


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "out")


def file_of(store: LocalStore) -> Path:
    (file,) = Path(store.root).glob(".mirror-batch/segments/*")
    return file


def same(seen: tuple[Any, ...] | None) -> bool:
    return seen is not None and all(map(np.array_equal, seen, SEEN))


def test_what_is_kept_is_read_again(store: LocalStore) -> None:
    KeptSegments(store, "f").of(CLIP, SEGMENT).keep(SEEN)
    assert same(KeptSegments(store, "f").of(CLIP, SEGMENT).read())


def test_what_was_parsed_from_anything_else_is_not_taken(store: LocalStore) -> None:
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(SEEN)
    others = (
        {"recording": "s" * 64},
        {"number": 2},
        {"from_pts": None},
        {"marks": (FrameMark(5, 55), FrameMark(6, 67))},
        {"plans": ("here", "elsewhere")},
    )
    for other in others:
        assert kept.of(CLIP, dataclasses.replace(SEGMENT, **other)).read() is None
    assert kept.of(Clip("b.mp4", "b.mp4"), SEGMENT).read() is None
    assert KeptSegments(store, "other settings").of(CLIP, SEGMENT).read() is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[:20],
        lambda content: content[:-1],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: bytes([content[0] ^ 1]) + content[1:],
        lambda content: _kept_as(b"no pickle"),
        lambda content: _kept_as(pickle.dumps(SEEN[:1])),
        lambda content: _kept_as(pickle.dumps(list(SEEN))),
    ],
)
def test_what_is_damaged_is_not_taken(store: LocalStore, damage: Callable[[bytes], bytes]) -> None:
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(SEEN)
    file = file_of(store)
    file.write_bytes(damage(file.read_bytes()))
    assert kept.of(CLIP, SEGMENT).read() is None


class _Runs:
    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("made-by-a-file",)


def test_a_file_of_somebody_elses_runs_nothing(
    store: LocalStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(SEEN)
    for seen in ((_Runs(), _Runs()), (os.getcwd, os.getcwd), (LocalStore, LocalStore)):
        file_of(store).write_bytes(_kept_as(pickle.dumps(seen)))
        assert kept.of(CLIP, SEGMENT).read() is None
    assert not (tmp_path / "made-by-a-file").exists()


def _kept_as(pickled: bytes) -> bytes:
    packed = zlib.compress(pickled)
    return hashlib.sha256(packed).digest() + packed


def test_a_full_disk_costs_what_would_have_been_kept_and_no_more(
    store: LocalStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(LocalStore, "write", full)
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(SEEN)
    assert kept.of(CLIP, SEGMENT).read() is None


def test_one_recordings_are_forgotten_and_others_stay(store: LocalStore) -> None:
    kept, other = KeptSegments(store, "f"), Clip("man.mp", "man.mp")
    for one in (CLIP, other):
        kept.of(one, SEGMENT).keep(SEEN)
    KeptSegments(store, "other settings").forget(CLIP)
    assert kept.of(CLIP, SEGMENT).read() is None
    assert same(kept.of(other, SEGMENT).read())
    kept.forget()
    assert kept.of(other, SEGMENT).read() is None


def batch_of(tmp_path: Path) -> tuple[BatchJob, Clip, Duty]:
    film = tmp_path / "man.mp4"
    clip.write_film(film, clip.man(7, height=160))
    settings = load(flags={"parser.workers": 1, "parser.quality": "fast"})
    batch = job(film, output=tmp_path / "out", settings=settings)
    duty = Duty(batch.model_dump_json(), batch.output, "", batch.fingerprint(), 1, 1)
    return batch, Clip(str(film), film.name), duty


def test_a_worker_takes_what_one_before_it_has_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, one, duty = batch_of(tmp_path)
    parsed: list[int] = []

    def counting(path: Path, segment: Segment, *more: Any) -> tuple[Any, ...]:  # noqa: ANN401
        parsed.append(segment.number)
        return parse_segment(path, segment, *more)

    monkeypatch.setattr(clip_actor, "parse_segment", counting)
    answers = []
    for _ in range(2):  # the second time as after everything was lost
        scout, worker = ScoutActor(duty), ClipActor(duty)
        with scout._exit, worker._exit:
            assert scout.open(one, 0.1) is True
            assert worker.begin() is None
            count, segment = scout.next()
            assert segment is not None
            failure, seen = worker.parse(one, segment)
        assert (count, failure) == (3, None)
        answers.append(pickle.dumps(seen))
    assert parsed == [0]
    assert answers[0] == answers[1]
    assert file_of(LocalStore(tmp_path / "out")).stat().st_size < 40_000 * 3


@pytest.mark.parametrize(
    ("became", "is_forgotten"),
    [
        (ClipRecord(clip="man.mp4", source="man.mp4", state="done"), True),
        (Failure(code="batch.segment_differs", message=""), True),
        (Failure(code="batch.worker_lost", message=""), False),
    ],
)
def test_segments_are_kept_until_the_recording_is_done(
    became: ClipRecord | Failure,
    is_forgotten: bool,
    store: LocalStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(SEEN)
    monkeypatch.setattr("mirror.batch.cluster.segment_run.actor_of", lambda *_: None)
    monkeypatch.setattr(SegmentRun, "_once", lambda *_: became)
    with SegmentRun(None, Duty("", store.root, "", "f", 1, 1), 10.0, 1, 1.0) as segments:
        segments.outcome(CLIP, lambda _: None)
    assert (kept.of(CLIP, SEGMENT).read() is None) == is_forgotten


def test_a_batch_that_begins_anew_keeps_nothing_of_one_before(tmp_path: Path) -> None:
    batch, one, _ = batch_of(tmp_path)
    kept = KeptSegments(LocalStore(tmp_path / "out"), batch.fingerprint())
    kept.of(one, SEGMENT).keep(SEEN)
    run(batch)
    assert kept.of(one, SEGMENT).read() is None


def test_all_that_the_built_in_parser_sees_can_be_kept(store: LocalStore) -> None:
    kind = BuiltIn(quality="fast")
    prepare, parse = kind.make_prepare(False), kind.make_parse(1)
    seen = []
    for frame in clip.frames_of(clip.man(2, height=160)):
        seen.append(parse(frame, prepare(frame)))
    kept = KeptSegments(store, "f")
    kept.of(CLIP, SEGMENT).keep(tuple(seen))
    assert any(map(len, seen))
    assert pickle.dumps(kept.of(CLIP, SEGMENT).read()) == pickle.dumps(tuple(seen))
