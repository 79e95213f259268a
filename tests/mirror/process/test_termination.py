"""That no signal is lost, whatever the main thread does when it comes."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
import warnings
from collections.abc import Iterator

import pytest
from doubles import numbered, until

from mirror.process.signal_policies import Raising, Terminated
from mirror.process.termination import HEARD, held, listening
from mirror.stream.stop_signals import DrainStalled, Signals
from pipeline.concurrency.channel import Channel
from pipeline.flow import Flow, Limits
from pipeline.frame import Frame
from pipeline.sources.in_memory import InMemory

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")


def tell(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "raised"),
    [
        (signal.SIGINT, KeyboardInterrupt),
        (signal.SIGTERM, Terminated),
        (signal.SIGHUP, Terminated),
    ],
)
def test_a_signal_ends_a_wait_that_nothing_else_would_end(
    number: signal.Signals, raised: type[BaseException]
) -> None:
    with listening(Raising()), pytest.raises(raised):
        tell(number)
        Channel[int](1).take()


def test_what_is_raised_where_nothing_can_be_raised_is_raised_again() -> None:
    class Falling:
        def __del__(self) -> None:
            tell(signal.SIGINT)
            threading.Event().wait(5.0)

    with listening(Raising()), pytest.raises(KeyboardInterrupt):
        Falling()
        threading.Event().wait(5.0)
        raise AssertionError("it was lost")


def test_a_block_that_is_not_to_be_left_half_done_is_left_after_it() -> None:
    done = []
    with listening(Raising()) as listener, pytest.raises(KeyboardInterrupt):
        with held():
            tell(signal.SIGINT)
            until(lambda: listener.first)
            done.append("all of it")
        done.append("more")
    assert done == ["all of it"]


def test_a_second_signal_does_not_interrupt_what_the_first_has_to_close() -> None:
    closed = []
    with listening(Raising()), pytest.raises(KeyboardInterrupt):
        try:
            tell(signal.SIGINT)
            threading.Event().wait(5.0)
        finally:
            tell(signal.SIGTERM)
            threading.Event().wait(0.05)
            closed.append("all of it")
    assert closed == ["all of it"]


def test_handlers_and_threads_are_as_before_a_block() -> None:
    before = [signal.getsignal(number) for number in HEARD]
    threads = threading.active_count()
    with listening(Raising()):
        assert threading.active_count() == threads + 1
        with listening(Raising()):
            assert threading.active_count() == threads + 1
    assert threading.active_count() == threads
    assert [signal.getsignal(number) for number in HEARD] == before


def test_a_forked_process_hears_for_itself() -> None:
    with listening(Raising()) as listener, warnings.catch_warnings(action="ignore"):
        child = os.fork()  # as multiprocessing does, in a parser of somebody's own
        if child == 0:
            tell(signal.SIGTERM)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert os.WTERMSIG(status) == signal.SIGTERM
        with pytest.raises(TimeoutError):
            Channel[int](1).take(0.05)
        assert listener.first is None


@pytest.fixture
def nohup() -> Iterator[None]:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.mark.usefixtures("nohup")
def test_a_signal_that_was_ignored_stays_ignored() -> None:
    with listening(Raising()):
        tell(signal.SIGHUP)
        threading.Event().wait(0.05)


def lose_one(number: int) -> None:
    """Send a signal as the main thread begins to wait for a parser that does not return."""
    let_go = threading.Event()

    def parse(frame: Frame) -> int:
        tell(number)
        let_go.wait()
        return 0

    flow = Flow.simple(
        InMemory(numbered(1)), make_parser=lambda: parse, limits=Limits(stop_within_s=0.0)
    )
    with Signals(lambda: None, drain_s=0.01):
        try:
            with pytest.raises((DrainStalled, KeyboardInterrupt)), flow as results:
                for _ in results:
                    pass
        finally:
            let_go.set()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_no_signal_is_lost_as_the_main_thread_begins_to_wait(number: signal.Signals) -> None:
    for _ in range(20):
        lose_one(number)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_none_of_two_thousand_signals_is_lost(number: signal.Signals) -> None:
    worst_s = 0.0
    for _ in range(2000):
        began_at = time.monotonic()
        lose_one(number)
        worst_s = max(worst_s, time.monotonic() - began_at)
    print(f"2000 of {number.name}: {worst_s:.2f} s at most")
