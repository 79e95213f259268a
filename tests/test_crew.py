from __future__ import annotations

import threading

import pytest

from pipeline.crew import Crew
from pipeline.errors import Closed


def test_the_first_failure_wakes_the_others_and_is_kept_with_its_threads_name() -> None:
    closed = threading.Event()
    crew = Crew(closed.set, deadline_s=5.0)

    def wait() -> None:
        assert closed.wait(5.0)
        raise Closed

    def fail() -> None:
        raise RuntimeError("broken")

    crew.start("patient", wait)
    crew.start("weak", fail)
    assert closed.wait(5.0)
    assert crew.stop() == ()
    assert isinstance(crew.failure, RuntimeError)
    assert crew.failure.__notes__ == ["raised in the thread 'weak'"]


def test_a_closed_channel_is_no_failure() -> None:
    crew = Crew(lambda: None, deadline_s=5.0)

    def leave() -> None:
        raise Closed

    crew.start("member", leave)
    assert crew.stop() == ()
    assert crew.failure is None


@pytest.mark.timeout(20)
def test_a_thread_that_cannot_be_stopped_is_named() -> None:
    release = threading.Event()
    crew = Crew(lambda: None, deadline_s=0.01)

    def hang() -> None:
        release.wait(10.0)

    crew.start("stuck", hang)
    assert crew.stop() == ("stuck",)
    release.set()


def test_only_the_first_of_two_failures_is_kept() -> None:
    first_failed = threading.Event()
    crew = Crew(first_failed.set, deadline_s=5.0)

    def fail_first() -> None:
        raise ValueError("first")

    def fail_second() -> None:
        assert first_failed.wait(5.0)
        raise ValueError("second")

    crew.start("a", fail_first)
    crew.start("b", fail_second)
    crew.stop()
    assert str(crew.failure) == "first"
