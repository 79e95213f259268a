from __future__ import annotations

import pytest

from mirror.tracking.box_tracks import BoxTracks, overlap


def test_people_keep_their_numbers_while_they_move() -> None:
    tracks = BoxTracks()
    assert tracks.meet([(0, 0, 10, 20), (50, 0, 60, 20)], 0.0) == [1, 2]
    assert tracks.meet([(48, 0, 58, 20), (2, 0, 12, 20)], 0.1) == [2, 1]


def test_a_stranger_gets_a_number_of_their_own() -> None:
    tracks = BoxTracks()
    tracks.meet([(0, 0, 10, 20)], 0.0)
    assert tracks.meet([(80, 0, 90, 20), (0, 0, 10, 20)], 0.1) == [2, 1]


def test_who_is_away_for_a_moment_is_known_again_and_later_is_not() -> None:
    tracks = BoxTracks()
    tracks.meet([(0, 0, 10, 20)], 0.0)
    assert tracks.meet([], 1.0) == []
    assert tracks.meet([(0, 0, 10, 20)], 1.5) == [1]
    assert tracks.meet([(0, 0, 10, 20)], 9.0) == [2]


def test_two_boxes_never_share_a_number() -> None:
    tracks = BoxTracks()
    tracks.meet([(0, 0, 10, 20)], 0.0)
    assert tracks.meet([(0, 0, 10, 20), (1, 0, 11, 20)], 0.1) == [1, 2]


def test_overlap_is_intersection_over_union() -> None:
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 2, 2), (2, 0, 3, 2)) == 0
