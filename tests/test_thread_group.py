from __future__ import annotations

import threading

import pytest

from pipeline.errors import Closed
from pipeline.thread_group import ThreadGroup


def test_the_first_failure_wakes_the_others_and_is_kept_with_its_threads_name() -> None:
    closed = threading.Event()
    group = ThreadGroup(closed.set, deadline_s=5.0)

    def wait() -> None:
        assert closed.wait(5.0)
        raise Closed

    def fail() -> None:
        raise RuntimeError("broken")

    group.start("patient", wait)
    group.start("weak", fail)
    assert closed.wait(5.0)
    assert group.stop() == ()
    assert isinstance(group.failure, RuntimeError)
    assert group.failure.__notes__ == ["raised in the thread 'weak'"]


def test_a_closed_channel_is_no_failure() -> None:
    group = ThreadGroup(lambda: None, deadline_s=5.0)

    def leave() -> None:
        raise Closed

    group.start("member", leave)
    assert group.stop() == ()
    assert group.failure is None


@pytest.mark.timeout(20)
def test_a_thread_that_cannot_be_stopped_is_named() -> None:
    release = threading.Event()
    group = ThreadGroup(lambda: None, deadline_s=0.01)

    def hang() -> None:
        release.wait(10.0)

    group.start("stuck", hang)
    assert group.stop() == ("stuck",)
    release.set()


def test_only_the_first_of_two_failures_is_kept() -> None:
    first_failed = threading.Event()
    group = ThreadGroup(first_failed.set, deadline_s=5.0)

    def fail_first() -> None:
        raise ValueError("first")

    def fail_second() -> None:
        assert first_failed.wait(5.0)
        raise ValueError("second")

    group.start("a", fail_first)
    group.start("b", fail_second)
    group.stop()
    assert str(group.failure) == "first"
