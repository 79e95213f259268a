"""Ctrl-C, SIGTERM and SIGHUP: none is lost, and each ends the process within two seconds.

Python runs a handler on the main thread, between two of its own instructions. A signal that comes
just before that thread starts to wait in C is not looked at before the wait is over, and what a
handler raises may get lost, in a destructor for instance. So a thread of its own hears of every
signal, wakes the main thread until that has acted, and ends the process where it does not.

Imports nothing that takes time: it has to be there before all else.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import select
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, TypeVar

from mirror.process.signal_policies import AtOnce, Deaf, Policy, Raising, Terminated, leave_at_once

T = TypeVar("T")

HEARD = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)
)
ENDS_WITHIN_S = 1.7  # of two seconds, with some to spare for a machine that is busy
_WAKE = getattr(signal, "SIGURG", None)  # means nothing otherwise; Windows has none, and no poll
_LOOKS_EVERY_MS = 20  # a wake-up, too, may come just before the wait that it is to end


class Listener:
    """Hears signals, in a ``with`` block of the main thread.

    A signal that was ignored when the process was started stays so, as ``nohup`` wants it.

    Args:
        policy: what a signal means at first.
        is_last_resort: whether to end the process where it does not end by itself in time.

    Attributes:
        first: the first signal that was heard; None so far.
        thread: what hears them; None on Windows.
    """

    def __init__(self, policy: Policy, *, is_last_resort: bool) -> None:
        self._policy, self.is_last_resort = policy, is_last_resort
        self._lock = threading.RLock()  # a policy does not change while it is told something
        self._gives_up_at: float | None = None
        self.first: int | None = None
        self.thread: threading.Thread | None = None
        self._closed = False
        self._before: dict[int, Any] = {}
        self._main = threading.main_thread().ident or 0

    def __enter__(self) -> Listener:
        if _WAKE is not None:
            self._ear, self._mouth = os.pipe()
            os.set_blocking(self._mouth, False)
            self._wakeup_before = signal.set_wakeup_fd(self._mouth, warn_on_full_buffer=False)
            # daemon: the process ends when the main thread does
            self.thread = threading.Thread(target=self._listen, name="signals", daemon=True)
            self.thread.start()
            self._before[_WAKE] = signal.signal(_WAKE, self._act)
        for number in HEARD:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                self._before[number] = signal.signal(number, self._act)
        self._unraisable_before, sys.unraisablehook = sys.unraisablehook, self._unraisable
        return self

    def __exit__(self, *_: object) -> None:
        self.use(Deaf())
        sys.unraisablehook = self._unraisable_before
        for number, handler in self._before.items():
            signal.signal(number, handler)
        if _WAKE is not None:
            signal.set_wakeup_fd(self._wakeup_before)
            self._closed = True
            os.write(self._mouth, b"\0")
            if self.thread is not None:
                self.thread.join()
            os.close(self._ear)
            os.close(self._mouth)

    @contextlib.contextmanager
    def using(self, policy: Policy) -> Iterator[None]:
        """Let signals mean something else in a block."""
        before = self._policy
        self.use(policy)
        try:
            yield
        finally:
            self.use(before)

    def use(self, policy: Policy) -> None:
        """Let signals mean something else from now on."""
        with self._lock:
            self._policy = policy

    @property
    def policy(self) -> Policy:
        """What a signal means at present."""
        return self._policy

    def put_off(self, within_s: float = ENDS_WITHIN_S) -> None:
        """Count the time until the process must have ended from now on, if it has begun."""
        if self._gives_up_at is not None:
            self._gives_up_at = time.monotonic() + within_s

    # the main thread

    def _act(self, number: int, frame: FrameType | None) -> None:
        if _WAKE is None:
            self._hear(number)
        if (interruption := self._policy.take()) is not None:
            raise interruption

    def _unraisable(self, what: sys.UnraisableHookArgs) -> None:
        if isinstance(what.exc_value, KeyboardInterrupt | Terminated) and isinstance(
            self._policy, Raising
        ):
            self._policy.lost(what.exc_value)
        else:
            self._unraisable_before(what)

    # the listener's thread

    def _listen(self) -> None:
        poll = select.poll()
        poll.register(self._ear, select.POLLIN)
        while not self._closed:
            if poll.poll(None if self.first is None else _LOOKS_EVERY_MS):
                for number in os.read(self._ear, 64):
                    if number in self._before and number != _WAKE:
                        self._hear(number)
            if _WAKE is not None and self._policy.due():
                signal.pthread_kill(self._main, _WAKE)
            if self._gives_up_at is not None and time.monotonic() >= self._gives_up_at:
                leave_at_once(self.first or 0, "it did not end by itself in time")

    def _hear(self, number: int) -> None:
        if self.first is None:
            self.first = number
            if self.is_last_resort:
                self._gives_up_at = time.monotonic() + ENDS_WITHIN_S
        with self._lock:
            self._policy.heard(number)

    def forget(self) -> None:
        """Hear nothing in a forked process: it has signals of its own, and no such thread."""
        signal.set_wakeup_fd(-1)
        for number in self._before:
            usual = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
            signal.signal(number, usual)


_present: Listener | None = None


def _forget_in_a_fork() -> None:
    global _present
    if _present is not None:
        _present.forget()
        _present = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_in_a_fork)


def listen_for_good() -> Listener:
    """Hear signals until the process ends, which a signal brings about at once unless told else."""
    global _present
    _present = Listener(AtOnce(), is_last_resort=True).__enter__()
    atexit.register(_ignore_all)  # the first to be registered is the last to be called
    return _present


def _ignore_all() -> None:
    """Let no signal kill the interpreter while it goes, which would hide how the run ended."""
    for number in HEARD:
        signal.signal(number, signal.SIG_IGN)


@contextlib.contextmanager
def listening(policy: Policy, *, is_last_resort: bool = False) -> Iterator[Listener]:
    """Let signals mean something in a block of the main thread, whoever listens to them already."""
    global _present
    if _present is not None:
        with _present.using(policy):
            yield _present
        return
    with Listener(policy, is_last_resort=is_last_resort) as listener:
        _present = listener
        try:
            yield listener
        finally:
            _present = None


@contextlib.contextmanager
def nothing_to_lose() -> Iterator[None]:
    """Let a signal end the process on the spot during a block, if it is ours to end.

    For what nothing can interrupt: libraries that are loaded, addresses that do not answer.
    """
    is_main = threading.current_thread() is threading.main_thread()
    if _present is None or not _present.is_last_resort or not is_main:
        yield
        return
    with _present.using(AtOnce()):
        yield


def interruptible(call: Callable[[], T], name: str) -> T:
    """Return what a function returns that waits where nothing can interrupt it, an address say.

    It is called on a thread of its own, which is left behind where a signal comes first.

    Args:
        call: the function.
        name: the thread's.
    """
    from concurrent.futures import Future

    outcome: Future[T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    result = outcome.result()
    thread.join()
    return result


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Hold an interruption back during a block that is short, and not to be left half done."""
    policy = None if _present is None else _present.policy
    if not isinstance(policy, Raising) or threading.current_thread() is not threading.main_thread():
        yield
        return
    with policy.held():
        yield
