"""What is confirmed over the picture for a while; plain values."""

from __future__ import annotations

from collections.abc import Callable

from mirror.live.session.session_status import NOTHING, Sentence

_SAYS_FOR_S = 8.0


class Confirmations:
    """The last thing that was done and is worth a word. One thread.

    Args:
        clock: monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._message, self._said_at = NOTHING, float("-inf")
        self._is_of_file = False

    def tell(self, message: Sentence, is_of_file: bool = False) -> None:
        """Say something for a while.

        Args:
            message: what.
            is_of_file: whether it is about a file, and so leads to the folder that it is in.
        """
        self._message, self._said_at = message, self._clock()
        self._is_of_file = is_of_file

    @property
    def current(self) -> Sentence:
        """What is said now; empty after a while."""
        return self._message if self._clock() - self._said_at < _SAYS_FOR_S else NOTHING

    @property
    def leads_to_folder(self) -> bool:
        """Whether what is said now is about a file."""
        return self._is_of_file and bool(self.current)
