"""Who is let in, and what is kept for others."""

from __future__ import annotations

import contextlib

import pytest

from mirror.serve.admission import Admission
from mirror.serve.problems import Problem


def taken(admission: Admission, client: str, places: contextlib.ExitStack) -> tuple[int, str]:
    """How many places a client that wants all gets, and what it is told then."""
    count = 0
    while True:
        try:
            places.enter_context(admission.admitted(client))
        except Problem as error:
            return count, error.code
        count += 1


def test_one_alone_takes_all_the_room_unless_it_is_shared() -> None:
    for is_shared, most in ((False, (8, "service.busy")), (True, (4, "client.busy"))):
        with contextlib.ExitStack() as places:
            assert taken(Admission(8, 1, shared=is_shared), "ann", places) == most


def test_everybody_leaves_room_for_the_next_until_there_is_none() -> None:
    admission = Admission(8, 1, shared=True)
    with contextlib.ExitStack() as places:
        assert [taken(admission, client, places) for client in "abcde"] == [
            (4, "client.busy"), (2, "client.busy"), (1, "client.busy"), (1, "service.busy"),
            (0, "service.busy"),
        ]  # fmt: skip
    assert admission.inside == 0


def test_two_that_come_together_get_a_third_each() -> None:
    admission = Admission(9, 1, shared=True)
    with contextlib.ExitStack() as places:
        for _ in range(3):
            for client in ("ann", "bob"):
                places.enter_context(admission.admitted(client))
        assert taken(admission, "ann", places) == taken(admission, "bob", places)
        assert admission.inside == 6


def test_a_limit_of_its_own_holds_below_a_share() -> None:
    admission = Admission(8, 1, shared=True)
    with admission.admitted("ann", at_most=1):
        with pytest.raises(Problem) as refused, admission.admitted("ann", at_most=1):
            pass
        assert refused.value.fields["limit"] == 1
        with admission.admitted("bob", at_most=99):
            pass
