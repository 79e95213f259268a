"""Where results go: one protocol for whatever takes them, a file, a pipe, a screen, a coach."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Protocol, TypeVar

Item = TypeVar("Item", contravariant=True)


class Closeable(Protocol):
    """Whatever is closed as consumers are, whatever they take."""

    def close(self, failure: BaseException | None = None) -> None:
        """Complete it, or keep what can be kept; see ``Consumer``."""
        ...


Opened = TypeVar("Opened", bound=Closeable)


class Consumer(Protocol[Item]):
    """Takes items in order, one call at a time, until it is closed.

    A flow's consumers take its results; what encodes pictures takes frames. Whatever has to be
    there before the first item is there once it is made, or is made with the first.
    """

    @property
    def stage(self) -> str:
        """What its work is called in a report, such as ``encode``."""
        ...

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know of it, one sentence each; complete once it is closed."""
        ...

    def consume(self, item: Item, /) -> None:
        """Take one item. What it raises ends the run."""
        ...

    def close(self, failure: BaseException | None = None) -> None:
        """Complete what was made of the items; a second call does nothing.

        Args:
            failure: what ended the run before its end. What can be kept is then kept, under a name
                that says that it is a part, which the failure may be told in a note.

        Raises:
            SinkError: it cannot be completed. It is closed all the same.
        """
        ...


@contextlib.contextmanager
def consuming(consumer: Opened) -> Iterator[Opened]:
    """Close a consumer at the end of a block, telling it what the block was left by."""
    try:
        yield consumer
    except BaseException as failure:
        consumer.close(failure)
        raise
    consumer.close()
