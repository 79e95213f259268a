from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from pipeline.concurrency.channel import Channel
from pipeline.errors import Closed, EndOfStream

InThread = Callable[[Callable[[], None]], threading.Thread]


def test_items_come_out_in_the_order_they_went_in() -> None:
    channel: Channel[int] = Channel(3)
    for item in (1, 2, 3):
        channel.put(item)
    assert [channel.take() for _ in range(3)] == [1, 2, 3]


def test_after_the_end_what_is_inside_is_still_taken() -> None:
    channel: Channel[int] = Channel(2)
    channel.put(1)
    channel.end()
    assert channel.take() == 1
    with pytest.raises(EndOfStream):
        channel.take()


def test_a_full_channel_makes_the_writer_wait_for_the_reader(in_thread: InThread) -> None:
    channel: Channel[int] = Channel(1)
    written: list[int] = []

    def write() -> None:
        for item in range(5):
            channel.put(item)
            written.append(item)
            assert len(channel) <= 1
        channel.end()

    writer = in_thread(write)
    assert [channel.take() for _ in range(5)] == list(range(5))
    writer.join(5.0)
    assert written == list(range(5))


@pytest.mark.parametrize("call", [lambda channel: channel.take(), lambda channel: channel.put(2)])
def test_closing_wakes_whoever_waits(
    in_thread: InThread, call: Callable[[Channel[int]], object]
) -> None:
    channel: Channel[int] = Channel(1)
    woken = threading.Event()

    def wait() -> None:
        with pytest.raises(Closed):
            while True:
                call(channel)
        woken.set()

    in_thread(wait)
    channel.close()
    assert woken.wait(5.0)


def test_a_closed_channel_refuses_at_once() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(1)
    channel.close()
    with pytest.raises(Closed):
        channel.take()
    with pytest.raises(Closed):
        channel.put(2)


def test_a_reader_may_give_up_waiting() -> None:
    with pytest.raises(TimeoutError):
        Channel[int](1).take(timeout_s=0.001)
