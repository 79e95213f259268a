"""Threads with one owner, who sees every one of them out."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Container

from pipeline.errors import StageStuck

_HURRIED_S = 0.3  # whoever interrupts a run does not wait for a parser that is stuck


class ThreadGroup:
    """Starts threads, and joins every one of them when it is stopped.

    What a thread runs answers for its own exceptions, and ends once its owner has closed what it
    waits on.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._members: list[threading.Thread] = []  # guarded by _lock, as is the next
        self._is_stopped = False

    def start(self, name: str, run: Callable[[], None]) -> bool:
        """Run a function on a thread of its own; False once the group has been stopped.

        Raises:
            RuntimeError: there is no thread to be had.
        """
        # daemon: a camera driver stuck in native code must not keep the interpreter alive
        member = threading.Thread(target=run, name=name, daemon=True)
        with self._lock:
            if self._is_stopped:
                return False
            others = [one for one in self._members if one.is_alive()]
            self._members = [*others, member]
            try:
                member.start()
            except RuntimeError:
                self._members = others
                raise
        return True

    def stop(self, within_s: float, expect_none_of: Container[str] = ()) -> tuple[str, ...]:
        """Join all threads; return the names of those that still run.

        Args:
            within_s: how long to wait for them altogether.
            expect_none_of: names of threads that are not waited for.
        """
        with self._lock:
            self._is_stopped = True
            members = self._members
        give_up_at = time.monotonic() + within_s
        for member in members:
            if member.name not in expect_none_of:
                with contextlib.suppress(RuntimeError):  # an interrupt came while it was started
                    member.join(max(0.0, give_up_at - time.monotonic()))
        return tuple(member.name for member in members if member.is_alive())


def patience_s(kind: type[BaseException] | None, within_s: float) -> float:
    """Return how long to wait for threads when a block is left.

    Args:
        kind: of the exception with which it is left.
        within_s: how long otherwise.
    """
    # GeneratorExit is a loop that was left with a break, and nobody is in a hurry then
    is_hurried = kind is not None and (
        not issubclass(kind, (Exception, GeneratorExit)) or issubclass(kind, StageStuck)
    )
    return min(_HURRIED_S, within_s) if is_hurried else within_s


def raise_what_nobody_heard(failure: BaseException | None, stuck: list[str]) -> None:
    """Raise what went wrong in a block that is left without an exception.

    Raises:
        StageStuck: nothing did, but threads could not be stopped.
        BaseException: the failure.
    """
    if failure is not None:
        try:
            raise failure
        finally:
            del failure  # or its traceback holds us, and we hold it
    if stuck:
        raise StageStuck(
            "stage.stuck",
            "{name} did not stop in time and was left behind; the process can go on, but what "
            "it holds is not freed",
            name=", ".join(stuck),
        )
