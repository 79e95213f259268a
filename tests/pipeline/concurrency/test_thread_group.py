from __future__ import annotations

import threading

import pytest

from pipeline.concurrency.thread_group import ThreadGroup, patience_s, raise_what_nobody_heard
from pipeline.errors import StageStuck


def test_stopping_waits_for_every_thread() -> None:
    group, release, ended = ThreadGroup(), threading.Event(), list[str]()

    def run() -> None:
        assert release.wait(5.0)
        ended.append(threading.current_thread().name)

    for name in ("one", "other"):
        assert group.start(name, run)
    release.set()
    assert group.stop(5.0) == ()
    assert sorted(ended) == ["one", "other"]


def test_a_group_that_was_stopped_starts_nothing_more() -> None:
    group = ThreadGroup()
    group.stop(5.0)
    assert not group.start("late", lambda: pytest.fail("it ran"))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("expected", [(), ("stuck",)])
def test_a_thread_that_cannot_be_stopped_is_named(expected: tuple[str, ...]) -> None:
    group, release = ThreadGroup(), threading.Event()

    def hang() -> None:
        release.wait(10.0)

    group.start("stuck", hang)
    within_s = 60.0 if expected else 0.01  # nobody waits for one that is known to be stuck
    assert group.stop(within_s, expect_none_of=expected) == ("stuck",)
    release.set()


def test_who_interrupts_a_run_or_found_it_stuck_does_not_wait_for_long() -> None:
    assert patience_s(None, 5.0) == patience_s(ValueError, 5.0) == 5.0
    assert patience_s(KeyboardInterrupt, 5.0) == patience_s(StageStuck, 5.0) < 1.0
    assert patience_s(KeyboardInterrupt, 0.1) == 0.1


def test_a_failure_goes_before_threads_that_were_left_behind() -> None:
    with pytest.raises(LookupError):
        raise_what_nobody_heard(LookupError(), ["worker-1"])
    with pytest.raises(StageStuck, match="a, b did not stop in time and was left behind"):
        raise_what_nobody_heard(None, ["a", "b"])
    raise_what_nobody_heard(None, [])


def test_a_loop_that_is_left_with_a_break_is_no_interruption() -> None:
    assert patience_s(GeneratorExit, 5.0) == 5.0
