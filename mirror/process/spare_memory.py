"""Memory that was freed, and lies scattered among what is still used: given back to the system."""

from __future__ import annotations

import ctypes
from collections.abc import Callable


def _found() -> Callable[[int], int] | None:
    """What glibc has for it; other libraries have none, or need none."""
    try:
        trim: Callable[[int], int] = ctypes.CDLL(None).malloc_trim
    except (OSError, TypeError, AttributeError):  # TypeError: on Windows
        return None
    return trim


_TRIM = _found()


def give_back() -> None:
    """Give spare memory back, which takes a millisecond or two; any thread may call it.

    By itself glibc gives back what lies at a heap's end. Pictures of many sizes, on many threads,
    leave holes everywhere, so a service that runs for long would seem to need ever more.
    """
    if _TRIM is not None:
        _TRIM(0)
