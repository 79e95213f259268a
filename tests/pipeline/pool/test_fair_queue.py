from __future__ import annotations

import random
from collections import Counter
from itertools import pairwise

import pytest

from pipeline.pool.fair_queue import SERVICE_CLASSES, FairQueue, Line, ServiceClass

Queue = FairQueue[str, int]


def filled(count: int, **services: ServiceClass) -> tuple[Queue, dict[str, Line[str, int]]]:
    """A queue with so many items in each line."""
    queue = Queue()
    lines = {owner: queue.open(owner, service) for owner, service in services.items()}
    for number in range(count):
        for line in lines.values():
            queue.push(line, number)
    return queue, lines


def turn(queue: Queue) -> str:
    """Whose turn it is; what is taken is done at once, as by one worker."""
    popped = queue.pop()
    assert popped is not None
    queue.finished(popped[0])
    return popped[0].owner


def test_a_line_gives_its_items_in_the_order_they_came() -> None:
    queue, _ = filled(5, one="batch")
    assert [popped[1] for _ in range(5) if (popped := queue.pop())] == list(range(5))
    assert queue.pop() is None


def test_lines_of_a_class_take_turns() -> None:
    queue, _ = filled(4, a="stream", b="stream", c="stream")
    assert "".join(turn(queue) for _ in range(12)) == "abcabcabcabc"


def test_who_stays_away_for_a_while_does_not_catch_up() -> None:
    queue, _ = filled(10, a="batch", b="batch")
    late = queue.open("z", "batch")
    assert [turn(queue) for _ in range(4)] == ["a", "b", "a", "b"]
    for number in range(10):
        queue.push(late, number)
    turns = [turn(queue) for _ in range(9)]
    assert Counter(turns) == {"a": 3, "b": 3, "z": 3}


def test_a_newcomer_waits_for_those_who_were_there() -> None:
    queue, _ = filled(10, a="batch", b="batch")
    assert [turn(queue) for _ in range(4)] == ["a", "b", "a", "b"]
    new = queue.open("new", "batch")
    queue.push(new, 0)
    assert [turn(queue) for _ in range(4)] == ["a", "b", "new", "a"]


def test_who_left_hands_no_claim_down_to_the_next_of_its_class() -> None:
    queue, lines = filled(20, gone="batch", i="interactive")
    assert {turn(queue) for _ in range(6)} == {"i"}
    queue.close(lines["gone"])
    queue.push(queue.open("next", "batch"), 0)
    assert [turn(queue) for _ in range(8)] == ["i"] * 7 + ["next"]


def test_the_higher_class_goes_first() -> None:
    queue, _ = filled(1, b="batch", s="stream", i="interactive")
    assert "".join(turn(queue) for _ in range(3)) == "isb"


def test_of_eight_frames_one_is_a_batchs_though_the_others_never_end() -> None:
    queue, _ = filled(100, b="batch", i="interactive")
    turns = "".join(turn(queue) for _ in range(80))
    assert turns == "iiiiiiib" * 10


def test_of_four_frames_one_is_a_streams_where_no_batch_waits() -> None:
    queue, _ = filled(100, s="stream", i="interactive")
    assert "".join(turn(queue) for _ in range(40)) == "iiis" * 10


@pytest.mark.parametrize("seed", range(5))
def test_no_waiting_class_is_passed_over_more_often_than_promised(seed: int) -> None:
    choose = random.Random(seed)
    queue = Queue()
    lines = [queue.open(service, service) for service in SERVICE_CLASSES for _ in range(2)]
    passed = {"interactive": 0, "stream": 0, "batch": 0}
    worst = Counter[str]()
    for number in range(3000):
        for line in lines:
            if choose.random() < 0.3 and len(line.waiting) < 4:
                queue.push(line, number)
        waiting = {line.service for line in lines if line.waiting}
        if not waiting:
            continue
        taken = turn(queue)
        for service in passed:
            passed[service] = passed[service] + 1 if service in waiting - {taken} else 0
            worst[service] = max(worst[service], passed[service])
    assert worst["batch"] <= 7
    assert worst["stream"] <= 4
    assert worst["interactive"] <= 2


def test_a_line_that_holds_a_worker_lets_the_others_have_the_next_one() -> None:
    queue, lines = filled(20, slow="stream", quick="stream")
    assert (popped := queue.pop()) is not None
    assert popped[0] is lines["slow"]  # and does not come back for long
    assert {turn(queue) for _ in range(10)} == {"quick"}
    queue.finished(lines["slow"])
    assert turn(queue) == "slow"


def test_a_line_alone_may_hold_every_worker() -> None:
    queue, lines = filled(5, one="batch")
    for _ in range(5):
        assert queue.pop() is not None
    assert lines["one"].at_work == 5


def test_a_closed_line_has_nothing_left_and_takes_nothing() -> None:
    queue, lines = filled(3, gone="interactive", here="batch")
    queue.close(lines["gone"])
    queue.close(lines["gone"])
    assert not queue.push(lines["gone"], 9)
    assert len(queue) == 3
    assert [turn(queue) for _ in range(3)] == ["here"] * 3


def test_what_is_overdue_is_taken_out_and_costs_no_turn() -> None:
    queue = Queue()
    dated, other = queue.open("dated", "stream"), queue.open("other", "stream")
    for number, begin_by in enumerate((1.0, 2.0, 3.0)):
        queue.push(dated, number, begin_by)
        queue.push(other, number)
    assert queue.expire(0.9) == []
    assert queue.expire(2.0) == [("dated", 0), ("dated", 1)]
    assert queue.turns == 0
    assert [turn(queue) for _ in range(4)] == ["dated", "other", "other", "other"]
    assert len(queue) == 0


def test_turns_are_evenly_spread_whatever_the_number_of_lines() -> None:
    for count in (1, 2, 8):
        services: dict[str, ServiceClass] = {f"lane{n}": "interactive" for n in range(count)}
        queue, _ = filled(20, **services)
        places: dict[str, list[int]] = {}
        for place in range(20 * count):
            places.setdefault(turn(queue), []).append(place)
        for mine in places.values():
            assert {after - before for before, after in pairwise(mine)} == {count}
