from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles import FakeClock, frame_at
from media import write_video

from pipeline.sources.in_memory import InMemory
from pipeline.sources.paced import Paced
from pipeline.sources.video import VideoFile


def clip(folder: Path, **more: int) -> VideoFile:
    return VideoFile(write_video(folder / "clip.mp4", 5, rate=10, **more))  # type: ignore[arg-type]


def test_frames_come_at_the_files_own_rate(tmp_path: Path, clock: FakeClock) -> None:
    def wait(seconds: float) -> None:
        clock.now += seconds

    source = Paced(clip(tmp_path), clock=clock, wait=wait)
    times = [frame.captured_at for frame in source]
    assert times == pytest.approx([100.0, 100.1, 100.2, 100.3, 100.4])


def test_a_consumer_that_falls_behind_is_not_waited_for(tmp_path: Path, clock: FakeClock) -> None:
    waits: list[float] = []
    source = Paced(clip(tmp_path), clock=clock, wait=waits.append)
    for _ in source:
        clock.now += 0.25
    assert waits == [0.0] * 5


def test_what_was_missed_is_made_up_for_unless_frames_may_be_dropped(
    tmp_path: Path, clock: FakeClock
) -> None:
    def shown_at(is_live: bool) -> list[float]:
        clock.now = 100.0

        def wait(seconds: float) -> None:
            clock.now += seconds

        source = Paced(clip(tmp_path), is_live=is_live, clock=clock, wait=wait)
        times = []
        for frame in source:
            times.append(frame.captured_at)
            clock.now += 0.4 if len(times) == 1 else 0.0  # one stall, of four frames' time
        return times

    assert shown_at(is_live=False) == pytest.approx([100.0, 100.4, 100.4, 100.4, 100.4])
    assert shown_at(is_live=True) == pytest.approx([100.0, 100.4, 100.5, 100.6, 100.7])


def test_frames_without_times_are_given_out_at_once(clock: FakeClock) -> None:
    waits: list[float] = []
    source = Paced(InMemory([frame_at(0.0), frame_at(0.0)]), clock=clock, wait=waits.append)
    assert [frame.captured_at for frame in source] == [100.0, 100.0]
    assert waits == []


def test_closing_ends_a_wait(
    tmp_path: Path, in_thread: Callable[[Callable[[], None]], threading.Thread]
) -> None:
    source = Paced(VideoFile(write_video(tmp_path / "clip.mp4", 2, pts=[0, 9000])))  # 5 minutes
    frames = iter(source)
    next(frames)
    reader = in_thread(lambda: list(frames))  # type: ignore[arg-type]
    source.close()
    reader.join(5.0)
    assert not reader.is_alive()
