from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from doubles import FakeClock
from media import write_video

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
