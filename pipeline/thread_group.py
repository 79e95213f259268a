"""The threads of one run, and their one owner."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from pipeline.errors import Closed


class ThreadGroup:
    """Starts threads, and sees every one of them out.

    The first failure closes the channels, so that all the others wake up and leave too. No failure
    is only logged: the owner asks for it after ``stop``.
    """

    def __init__(self, close_channels: Callable[[], None], deadline_s: float) -> None:
        self._close_channels, self._deadline_s = close_channels, deadline_s
        self._members: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._failure: BaseException | None = None  # guarded by _lock

    @property
    def failure(self) -> BaseException | None:
        """The first exception that ended a thread, with a note of which; None so far."""
        with self._lock:
            return self._failure

    def start(self, name: str, run: Callable[[], None]) -> None:
        """Run a function on a thread of its own."""
        # daemon: a camera driver stuck in native code must not keep the interpreter alive
        member = threading.Thread(target=self._guard, args=(name, run), name=name, daemon=True)
        self._members.append(member)
        member.start()

    def take_failure(self) -> BaseException | None:
        """Return the same, and forget it: its traceback holds all that was at work."""
        with self._lock:
            failure, self._failure = self._failure, None
        return failure

    def stop(self, within_s: float | None = None) -> tuple[str, ...]:
        """Close the channels and join everybody; return the names of those still running.

        Args:
            within_s: how long to wait for them; None is the thread group's deadline.
        """
        self._close_channels()
        give_up_at = time.monotonic() + (self._deadline_s if within_s is None else within_s)
        for member in self._members:
            member.join(max(0.0, give_up_at - time.monotonic()))
        return tuple(member.name for member in self._members if member.is_alive())

    def _guard(self, name: str, run: Callable[[], None]) -> None:
        try:
            run()
        except Closed:
            pass  # the owner closed the channel under us: the normal way out
        except BaseException as error:
            error.add_note(f"raised in the thread {name!r}")
            with self._lock:
                self._failure = self._failure or error
            self._close_channels()
