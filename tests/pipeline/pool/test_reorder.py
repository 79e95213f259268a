import itertools
import threading
from collections.abc import Callable

import pytest

from pipeline.errors import Closed, EndOfStream
from pipeline.pool.reorder import Reorder, ReorderChannel

InThread = Callable[[Callable[[], None]], threading.Thread]


def test_an_early_item_waits_for_the_one_before_it() -> None:
    reorder: Reorder[str] = Reorder()
    assert reorder.push(1, "second") == []
    assert len(reorder) == 1
    assert reorder.push(0, "first") == ["first", "second"]
    assert len(reorder) == 0


def test_every_order_of_arrival_comes_out_in_ticket_order() -> None:
    for arrival in itertools.permutations(range(5)):
        reorder: Reorder[int] = Reorder()
        assert [item for ticket in arrival for item in reorder.push(ticket, ticket)] == [
            0,
            1,
            2,
            3,
            4,
        ]


@pytest.mark.parametrize("again", [0, 2])
def test_a_ticket_that_comes_twice_is_refused(again: int) -> None:
    reorder: Reorder[None] = Reorder()
    reorder.push(0, None)
    reorder.push(2, None)
    with pytest.raises(ValueError, match=f"ticket {again} came twice; the next one due is 1"):
        reorder.push(again, None)


def test_a_channel_hands_over_in_order_and_ends_after_the_last_ticket(in_thread: InThread) -> None:
    channel = ReorderChannel[int]()

    def push() -> None:
        for ticket in (1, 0, 2, 4, 3):
            channel.push(ticket, ticket)
        channel.end(5)

    in_thread(push)
    assert [channel.take(5.0) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(EndOfStream):
        channel.take(5.0)
    assert channel.pushed == 5


def test_a_channel_that_ends_before_its_last_item_came_waits_for_that() -> None:
    channel = ReorderChannel[int]()
    channel.end(1)
    with pytest.raises(TimeoutError):
        channel.take(0.001)
    channel.push(0, 7)
    assert channel.take(0.001) == 7


def test_a_closed_channel_lets_go_of_all_and_wakes_its_reader(in_thread: InThread) -> None:
    channel = ReorderChannel[int]()

    def read() -> None:
        with pytest.raises(Closed):
            channel.take()

    reader = in_thread(read)
    channel.push(1, 1)
    channel.close()
    reader.join(5.0)
    channel.push(0, 0)
    assert channel.pushed == 1
    with pytest.raises(Closed):
        channel.take()
