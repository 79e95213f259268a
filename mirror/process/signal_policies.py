"""What a signal can mean: the end on the spot, an exception in the main thread, or nothing.

Imports nothing that takes time: see ``mirror.process.termination``.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import NoReturn, Protocol

_SHOW_CURSOR = b"\x1b[?25h"  # what shows progress hides it


class Terminated(BaseException):
    """The system, or whoever started us, wants us to end.

    Attributes:
        number: the signal's.
    """

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.number = number


def interruption_of(number: int) -> BaseException:
    """Return what a signal raises in the main thread."""
    return KeyboardInterrupt() if number == signal.SIGINT else Terminated(number)


def number_of(interruption: BaseException) -> int:
    """Return the signal that an interruption came from."""
    return getattr(interruption, "number", int(signal.SIGINT))


class Policy(Protocol):
    """What a signal means at present."""

    def heard(self, number: int) -> None:
        """Take note of a signal. Called on the listener's thread, once for each."""
        ...

    def due(self) -> bool:
        """Say whether there is something to raise in the main thread. Any thread; no locks."""
        ...

    def take(self) -> BaseException | None:
        """Return what is to be raised now, if anything. The main thread; no locks."""
        ...


class AtOnce:
    """There is nothing to lose: the process ends on the spot, wherever it is.

    Args:
        code: what it ends with; None is the signal's exit code, and a line that says so.
    """

    def __init__(self, code: int | None = None) -> None:
        self._code = code

    def heard(self, number: int) -> None:
        """End the process."""
        if self._code is None:
            leave_at_once(number)
        os._exit(self._code)

    def due(self) -> bool:
        """Say that there is nothing."""
        return False

    def take(self) -> BaseException | None:
        """Return nothing."""
        return None


class Raising:
    """The first signal raises an exception in the main thread, so that blocks are left."""

    def __init__(self) -> None:
        self._waiting: BaseException | None = None
        self._held = self._is_told = False

    def heard(self, number: int) -> None:
        """Have it raised; what is being left already is not left faster for another signal."""
        if not self._is_told:
            self._is_told, self._waiting = True, interruption_of(number)

    def due(self) -> bool:
        """Say whether it was heard, and not raised yet."""
        return self._waiting is not None and not self._held

    def take(self) -> BaseException | None:
        """Return it once."""
        if self._held:
            return None
        waiting, self._waiting = self._waiting, None
        return waiting

    def lost(self, interruption: BaseException) -> None:
        """Have it raised again: it came where nothing can be raised."""
        self._waiting = interruption

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold it back during a block that is short, and not to be left half done."""
        self._held = True
        try:
            yield
        finally:
            self._held = False
        if (interruption := self.take()) is not None:
            raise interruption


class Deaf:
    """Signals mean nothing."""

    def heard(self, number: int) -> None:
        """Do nothing."""

    def due(self) -> bool:
        """Say that there is nothing."""
        return False

    def take(self) -> BaseException | None:
        """Return nothing."""
        return None


def leave_at_once(number: int, why: str = "") -> NoReturn:
    """End the process, and what it started, with a line and a signal's exit code."""
    with contextlib.suppress(OSError):
        said = f"mirror: interrupted{'; ' if why else ''}{why}\n".encode()
        os.write(2, _SHOW_CURSOR + b"\r" + said if os.isatty(2) else said)
    end_children()
    os._exit(128 + number)


def end_children() -> bool:
    """End all processes that this one started; say whether there were any."""
    children = []
    with contextlib.suppress(Exception):
        # not imported here: the main thread may be at it, and never done
        children = sys.modules["psutil"].Process().children(recursive=True)
        for child in children:
            child.kill()
    return bool(children)
