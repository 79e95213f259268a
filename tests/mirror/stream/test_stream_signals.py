from __future__ import annotations

import io
import os
import signal
import threading

import numpy as np
import pytest
from doubles import FakeClock
from streaming import y4m

from mirror.process.signal_policies import Terminated
from mirror.stream.stop_signals import DrainStalled, ReaderStalled, Signals
from pipeline.consumer import consuming
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.pipes import PipeReader, PipeWriter
from pipeline.sinks.plain import Y4mWriter
from pipeline.sources.stream.y4m import Y4mStream


def tell(number: signal.Signals) -> None:
    os.kill(os.getpid(), number)


def tell_and_wait(number: signal.Signals) -> None:
    """Only what the signal raises ends it."""
    tell(number)
    threading.Event().wait(10.0)
    raise AssertionError("nothing was raised")


def never() -> None:
    raise AssertionError("nothing was to be drained")


def test_what_was_taken_before_a_terminate_goes_out() -> None:
    read_end, write_end = os.pipe()
    os.write(write_end, y4m(3))
    source = Y4mStream(PipeReader(read_end))
    third_out = threading.Event()

    def parse(frame: Frame) -> int | None:
        if frame.pts == 2:
            tell(signal.SIGTERM)  # the writer has stalled: only the signal can end this run
            third_out.set()
        return frame.pts

    with Signals(source.close) as signals:
        with Flow.simple(source, make_parser=lambda: parse) as results:
            assert [result.parsing for result in results] == [0, 1, 2]
        assert signals.draining
    assert third_out.is_set()
    os.close(read_end)
    os.close(write_end)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGHUP, Terminated)]
)
def test_an_interrupt_waits_until_the_frame_is_whole(
    number: signal.Signals, raised: type[BaseException]
) -> None:
    written = []
    with Signals(never) as signals:
        with pytest.raises(raised):
            with signals.writing():
                tell(number)
                threading.Event().wait(0.05)
                written.append("whole")
            threading.Event().wait(10.0)
    assert written == ["whole"]


def test_an_interrupt_between_frames_ends_at_once() -> None:
    with Signals(never), pytest.raises(KeyboardInterrupt):
        tell_and_wait(signal.SIGINT)


def test_a_second_terminate_does_not_wait() -> None:
    drained = threading.Event()
    with Signals(drained.set) as signals, pytest.raises(Terminated), signals.writing():
        tell(signal.SIGTERM)
        assert drained.wait(5.0)
        tell_and_wait(signal.SIGTERM)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGTERM, ReaderStalled), (signal.SIGINT, KeyboardInterrupt)]
)
def test_a_reader_that_does_not_read_holds_up_no_signal(
    number: signal.Signals, raised: type[BaseException]
) -> None:
    read_end, write_end = os.pipe()
    frame = Frame.from_bgr(np.zeros((480, 640, 3), np.uint8), 0.0)
    with Signals(lambda: None, patience_s=0.05) as signals:
        with pytest.raises(raised):
            with signals.writing(), consuming(Y4mWriter(PipeWriter(write_end), None)) as writer:
                tell(number)
                while True:  # until the pipe is full, and a write waits
                    writer.consume(frame)
    os.close(read_end)
    os.close(write_end)


def test_the_handlers_from_before_are_put_back() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    with Signals(never):
        assert signal.getsignal(signal.SIGTERM) != before[0]
    assert (signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)) == before


def test_a_parser_that_never_returns_holds_up_no_terminate() -> None:
    let_go = threading.Event()

    def parse(frame: Frame) -> int | None:
        if frame.pts == 1:
            tell(signal.SIGTERM)
            let_go.wait()
        return frame.pts

    source = Y4mStream(io.BytesIO(y4m(3)))
    out = []
    with Signals(source.close, drain_s=0.2):
        with pytest.raises(DrainStalled, match=r"told to end, but no frame came out for 0\.2 s"):
            with Flow.simple(
                source, make_parser=lambda: parse, limits=Limits(stop_within_s=0.05)
            ) as results:
                for result in results:
                    out.append(result.parsing)
    let_go.set()
    assert out == [0]


def test_a_drain_goes_on_as_long_as_frames_come_out(clock: FakeClock) -> None:
    signals = Signals(lambda: None, patience_s=50.0, drain_s=100.0, clock=clock)
    signals.heard(signal.SIGTERM)
    for _ in range(3):
        clock.now += 99.0
        assert not signals.due()
        with signals.writing():
            clock.now += 49.0
            assert not signals.due()
    clock.now += 100.0
    assert signals.due()
    signals.drained()
    assert not signals.due()


def test_the_time_of_a_write_is_not_that_of_a_parse(clock: FakeClock) -> None:
    signals = Signals(lambda: None, patience_s=50.0, drain_s=100.0, clock=clock)
    signals.heard(signal.SIGTERM)
    with pytest.raises(ReaderStalled, match="nobody read for 50 s"), signals.writing():
        clock.now += 50.0
        raise signals.take() or AssertionError("it is not due")
    clock.now += 99.0
    with signals.writing():  # what is said at the end has time of its own
        pass
    clock.now += 100.0
    assert isinstance(signals.take(), DrainStalled)


def test_signals_leave_the_alarm_to_others() -> None:
    before = signal.getsignal(signal.SIGALRM)
    with Signals(never):
        assert signal.getsignal(signal.SIGALRM) is before
