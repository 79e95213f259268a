import itertools

import pytest

from pipeline.reorder import Reorder


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
