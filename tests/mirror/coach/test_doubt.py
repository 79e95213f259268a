from __future__ import annotations

from mirror.coach.counting.doubt import Candidate, Doubts, borne_out
from mirror.coach.counting.repetition import Repetition

CLEAR, DOUBTFUL = True, False


def candidate(far: float, is_clear: bool) -> Candidate:
    return Candidate(Repetition(far - 1, far, far + 1, 30.0, 1.0, 0.0, 1.0), is_clear)


def fars(repetitions: list[Repetition]) -> list[float]:
    return [one.far for one in repetitions]


def test_what_shows_the_signs_clearly_counts_alone_and_at_once() -> None:
    assert fars(Doubts().push([candidate(5.0, CLEAR)])) == [5.0]


def test_what_is_doubtful_and_alone_does_not_count() -> None:
    assert borne_out([candidate(5.0, DOUBTFUL), candidate(30.0, DOUBTFUL)]) == []


def test_what_is_doubtful_counts_of_somebody_who_does_it_clearly_too() -> None:
    found = [candidate(5.0, DOUBTFUL), candidate(8.0, CLEAR), candidate(40.0, DOUBTFUL)]
    assert fars(borne_out(found)) == [5.0, 8.0, 40.0]


def test_the_third_doubtful_one_in_a_row_bears_out_those_before_it() -> None:
    doubts = Doubts()
    assert doubts.push([candidate(5.0, DOUBTFUL)]) == []
    assert doubts.push([candidate(8.0, DOUBTFUL)]) == []
    assert fars(doubts.push([candidate(11.0, DOUBTFUL)])) == [5.0, 8.0, 11.0]
    assert fars(doubts.push([candidate(14.0, DOUBTFUL)])) == [14.0]
    assert doubts.push([]) == []


def test_the_first_and_the_last_of_a_slow_row_count_as_those_between_do() -> None:
    found = [candidate(far, DOUBTFUL) for far in (5.0, 10.0, 15.0, 20.0)]
    assert fars(borne_out(found)) == [5.0, 10.0, 15.0, 20.0]
    assert borne_out([found[0], found[2], found[3]]) == []
