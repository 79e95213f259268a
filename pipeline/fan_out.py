"""Many consumers as one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, TypeVar

from pipeline.consumer import Consumer
from pipeline.errors import SinkClosed
from pipeline.stage_timer import StageTimer

Item = TypeVar("Item")


class FanOut(Generic[Item]):
    """Gives every item to each of several consumers, in their order; see ``Consumer``.

    They are closed in the opposite order, each of them, whatever another raises.

    Args:
        consumers: who takes the items.
        timer: is told how long each of them takes.
    """

    stage = "fan out"

    def __init__(
        self, consumers: Sequence[Consumer[Item]], timer: StageTimer | None = None
    ) -> None:
        self._consumers, self._timer = tuple(consumers), timer or StageTimer()
        self._closed = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """What all of them have to say."""
        return tuple(remark for consumer in self._consumers for remark in consumer.remarks)

    def consume(self, item: Item) -> None:
        """Give an item to each; where one raises, those behind it do not get it."""
        for consumer in self._consumers:
            with self._timer.stage(consumer.stage):
                consumer.consume(item)

    def close(self, failure: BaseException | None = None) -> None:
        """Close all of them; once one cannot be completed, the rest are told so.

        Raises:
            Whatever the first of them raised that could not be closed; an interruption before all
                else, and last that a reader has left.
        """
        if self._closed:
            return
        self._closed = True
        raised: BaseException | None = None
        for consumer in reversed(self._consumers):
            try:
                consumer.close(failure)
            except BaseException as error:
                failure = error
                if raised is None or _is_graver(error, raised):
                    raised = error
        if raised is not None:
            raise raised


def _is_graver(error: BaseException, than: BaseException) -> bool:
    """Whether an error is what a run is to end with: Ctrl-C above all, a reader that left last."""
    return not isinstance(error, Exception) or isinstance(than, SinkClosed)
