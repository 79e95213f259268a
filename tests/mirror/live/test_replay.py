"""The last seconds once more: kept within bounds, shown slowly, faults marked where they were."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest
from doubles import FakeClock, until
from mannequins import LEFT_THIGH, colourful, parsing_of_one

from mirror.coach.counting.repetition import FoundFault, Repetition
from mirror.coach.exercises.catalogue import find_exercise
from mirror.coach.feedback.live_coaching import NOBODY, Coached, Feedback
from mirror.core.parsing import Parsing
from mirror.live.coaching.glass_words import glass_of
from mirror.live.replay.fault_times import faults_in, marked
from mirror.live.replay.replay import Replay
from mirror.live.replay.replay_recorder import ReplayRecorder
from mirror.live.replay.replay_store import ReplayStore
from mirror.live.replay.stored_frame import StoredFrame, stored
from pipeline.frame import Frame
from pipeline.result import Result

SQUAT = find_exercise("squat")
RULE = SQUAT.faults[0]
FAULTY = Repetition(
    1.0, 2.0, 3.0, 80.0, 1.0, 0.2, 0.8, faults=(FoundFault(RULE.name, RULE.severity, 1.0, 2.0),)
)


def kept(time: float, size: int = 100, coached: Coached = NOBODY) -> StoredFrame:
    return StoredFrame(time, bytes(size), b"", b"", (), coached)


def told(time: float, last: Repetition | None = None) -> Coached:
    return Coached(time, {1: Feedback(1, SQUAT, 1, last=last)}, None)


class Seen:
    """A screen that remembers what it was given."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []
        self.results: list[Result[Parsing]] = []

    def captured(self, frame: Frame) -> bool:
        self.frames.append(frame)
        return False

    def parsed(self, result: Result[Parsing]) -> bool:
        self.results.append(result)
        return False


def test_a_frame_comes_out_as_it_went_in_but_smaller() -> None:
    parsing = parsing_of_one(960, 1280)
    frame = Frame.from_bgr(colourful(960, 1280), 7.0)
    small = stored(frame, parsing, NOBODY)
    again, found = small.unpacked(9.0)
    assert (again.width, again.height, again.captured_at) == (640, 480, 9.0)
    assert set(np.unique(found.labels)) == set(np.unique(parsing.labels))
    middle = found.labels == LEFT_THIGH
    assert middle.mean() == pytest.approx((parsing.labels == LEFT_THIGH).mean(), rel=0.05)
    expected = cv2.resize(frame.bgr, (640, 480), interpolation=cv2.INTER_AREA)
    assert np.abs(again.bgr.astype(int) - expected).mean() < 4
    before, after = parsing.people[0].box, found.people[0].box
    assert after == pytest.approx([0.5 * side for side in before])
    assert small.size < 100_000


def test_no_more_is_kept_than_ten_seconds() -> None:
    store = ReplayStore()
    for step in range(300):
        store.add(kept(step / 10))
    times = [one.time for one in store.frames]
    assert times[-1] - times[0] == pytest.approx(10.0)


def test_no_more_is_kept_than_memory_is_granted_for() -> None:
    store = ReplayStore(most_bytes=1000)
    for step in range(50):
        store.add(kept(step / 10, size=300))
        assert store.size <= 1000
    assert [one.time for one in store.frames] == [4.7, 4.8, 4.9]
    store.add(kept(5.0, size=5000))  # one that is too large alone
    assert store.frames == ()
    assert store.size == 0


def test_what_comes_from_another_time_begins_anew() -> None:
    store = ReplayStore()
    for time in (5.0, 5.1, 1.0):
        store.add(kept(time))
    assert [one.time for one in store.frames] == [1.0]


def test_up_to_fifteen_frames_a_second_are_kept_off_the_session_s_thread() -> None:
    recorder, parsing = ReplayRecorder(), parsing_of_one()
    recorder.start()
    for step in range(10):
        recorder.offer(Frame.from_bgr(colourful(), step / 60), parsing, NOBODY)
        until(lambda number=step // 4 + 1: len(recorder.store.frames) >= number)  # type: ignore[misc]
    recorder.close()
    recorder.join(5.0)
    assert [round(one.time, 3) for one in recorder.store.frames] == [0.0, 0.067, 0.133]


def test_a_fault_is_marked_when_it_happened_and_not_when_it_was_told() -> None:
    frames = [kept(step / 10, coached=told(step / 10)) for step in range(31)]
    frames += [kept(3.1 + step / 10, coached=told(3.1 + step / 10, FAULTY)) for step in range(9)]
    faults = faults_in(frames)
    assert [(one.person, one.fault.name, one.at) for one in faults] == [(1, RULE.name, 2.0)]
    times = [one.time for one in frames if marked(one, faults).people[1].faults]
    assert (min(times), max(times)) == pytest.approx((1.4, 2.6), abs=0.11)
    cue = marked(frames[20], faults).cue
    assert cue is not None
    assert cue.words == RULE.cue


def test_a_replay_goes_at_half_speed_and_says_so() -> None:
    clock, screen, paused, ended = FakeClock(), Seen(), [], []
    small = stored(Frame.from_bgr(colourful(), 0.0), parsing_of_one(), told(0.0))
    frames = [dataclasses.replace(small, time=time) for time in (0.0, 0.1, 0.4)]

    def wait(seconds: float) -> bool:
        paused.append(seconds)
        return False

    replay = Replay(frames, screen, clock, lambda: ended.append(True), wait)
    replay.run()
    assert paused == pytest.approx([0.0, 0.2, 0.6])
    assert len(screen.frames) == len(screen.results) == 3
    assert ended == [True]
    moment = replay.moment(screen.results[-1].parsing)
    assert moment is not None
    strip = glass_of(moment, "en", is_mirror=True).strip
    assert strip is not None
    assert strip.text == "Replay at half speed"


def test_a_replay_that_is_closed_ends_at_once() -> None:
    screen, ended = Seen(), []
    small = stored(Frame.from_bgr(colourful(), 0.0), parsing_of_one(), NOBODY)
    frames = [dataclasses.replace(small, time=float(time)) for time in range(100)]
    replay = Replay(frames, screen, FakeClock(), lambda: ended.append(True))
    replay.start()
    until(lambda: screen.frames)
    replay.close()
    replay.join(5.0)
    assert ended == [True]
    assert len(screen.frames) < 3
