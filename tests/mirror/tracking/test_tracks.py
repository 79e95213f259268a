import pytest
from somebody import Somebody, moving, standing

from mirror.tracking.crop import Crop
from mirror.tracking.tracks import Tracks

WHOLE = (0.0, 0.0, 640.0, 480.0)


def keys(tracks: Tracks) -> list[int]:
    return [track.key for track in tracks.present()]


def test_somebody_found_again_keeps_their_key() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    tracks.meet([standing(230)], 0.5, WHOLE)
    assert keys(tracks) == [1]


def test_somebody_small_beside_somebody_large_is_somebody_else() -> None:
    tracks = Tracks()
    tracks.meet([standing(200, tall=300)], 0.0, WHOLE)
    tracks.meet([standing(300, tall=120)], 0.1, WHOLE)
    assert keys(tracks) == [1, 2]


def test_people_are_carried_by_the_motion() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    before = tracks.present()[0].joints.copy()
    tracks.carry(moving(6, -3))
    (track,) = tracks.present()
    assert track.joints[:, 0] - before[:, 0] == pytest.approx(6, abs=1e-4)
    assert track.joints[:, 1] - before[:, 1] == pytest.approx(-3, abs=1e-4)
    assert track.speed == pytest.approx(6)


def test_whoever_is_carried_out_of_the_picture_is_lost_and_takes_nobodys_place() -> None:
    tracks = Tracks()
    tracks.meet([standing(560), *(standing(70 * n, tall=100) for n in range(1, 7))], 0.0, WHOLE)
    assert keys(tracks)[0] == 1
    assert 7 not in keys(tracks)
    for _ in range(5):
        tracks.carry(moving(25, 0))
    assert 1 not in keys(tracks)
    assert 7 in keys(tracks)


def test_whoever_comes_back_into_the_picture_soon_keeps_their_key() -> None:
    tracks = Tracks()
    tracks.meet([standing(560)], 0.0, WHOLE)
    tracks.carry(moving(125, 0))
    assert keys(tracks) == []
    tracks.carry(moving(-125, 0))
    tracks.meet([standing(560)], 0.5, WHOLE)
    assert keys(tracks) == [1]


def test_half_of_somebody_at_the_edge_of_the_picture_is_still_followed() -> None:
    tracks = Tracks()
    tracks.meet([standing(560)], 0.0, WHOLE)
    tracks.carry(moving(90, 0))
    assert keys(tracks) == [1]


def test_a_faint_stranger_is_not_believed_but_a_faint_friend_is() -> None:
    tracks = Tracks()
    tracks.meet([standing(200, score=0.25)], 0.0, WHOLE)
    assert keys(tracks) == []
    tracks.meet([standing(200)], 0.1, WHOLE)
    tracks.meet([standing(205, score=0.25)], 0.2, WHOLE)
    assert keys(tracks) == [1]
    assert tracks.present()[0].missed == 0


def test_somebody_missed_twice_is_gone_and_back_within_a_while_under_the_same_key() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    tracks.meet([], 0.2, WHOLE)
    assert keys(tracks) == [1]
    tracks.meet([], 0.4, WHOLE)
    assert keys(tracks) == []
    tracks.meet([standing(210)], 0.8, WHOLE)
    assert keys(tracks) == [1]


def test_somebody_missed_in_glances_alone_is_not_gone() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    (track,) = tracks.present()
    for now in (0.3, 0.4, 0.5):
        tracks.meet_again(track, [], now)
    assert keys(tracks) == [1]
    tracks.meet([], 0.6, WHOLE)  # the whole picture decides
    assert keys(tracks) == []


def test_searches_in_quick_succession_miss_somebody_once() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    for step in range(1, 5):  # of a film that is held
        tracks.meet([], step / 30, WHOLE)
    assert keys(tracks) == [1]


def test_after_a_gap_somebody_is_believed_in_once_they_are_found_where_they_were() -> None:
    tracks = Tracks()
    tracks.meet([standing(200), standing(500)], 0.0, WHOLE)
    tracks.doubt(8.0)
    assert keys(tracks) == []
    tracks.meet([standing(210), standing(40, tall=180)], 8.0, WHOLE)
    assert sorted(keys(tracks)) == [1, 3]


def test_after_two_seconds_they_are_somebody_new() -> None:
    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    for now in (0.2, 0.4, 2.6):
        tracks.meet([], now, WHOLE)
    tracks.meet([standing(200)], 2.8, WHOLE)
    assert keys(tracks) == [2]


def test_six_people_at_most_and_the_largest_first() -> None:
    tracks = Tracks()
    tracks.meet([standing(60 + 70 * n, tall=60 + n) for n in range(8)], 0.0, (0, 0, 900, 480))
    present = tracks.present()
    assert len(present) == 6
    assert [track.length for track in present] == sorted(
        (track.length for track in present), reverse=True
    )


def test_one_find_with_sides_exchanged_is_a_slip_and_two_are_a_turn() -> None:
    def turned(x: float) -> Somebody:
        person = standing(x)
        person.joints[:, 0] = 2 * x - person.joints[:, 0]
        return person

    tracks = Tracks()
    tracks.meet([standing(200)], 0.0, WHOLE)
    left_shoulder = 5
    tracks.meet([turned(200)], 0.2, WHOLE)
    assert tracks.present()[0].joints[left_shoulder, 0] > 200
    tracks.meet([turned(200)], 0.4, WHOLE)
    assert tracks.present()[0].joints[left_shoulder, 0] < 200


def test_the_square_of_a_find_is_that_of_its_frame_only() -> None:
    tracks, square = Tracks(), Crop(100.0, 150.0, 300.0, 0.0)
    somebody = standing(100)
    somebody.crop = square
    for now in (0.0, 0.1):  # whoever is new, and whoever is found again
        tracks.meet([somebody], now, (0, 0, 640, 480))
        assert [track.crop for track in tracks.present()] == [square]
        tracks.carry(moving(0, 0))
        assert [track.crop for track in tracks.present()] == [None]
