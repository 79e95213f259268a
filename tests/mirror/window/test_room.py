from __future__ import annotations

import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)

from mirror.window.layout.responsive_layout import (
    Place,
    first_size,
    folded,
    panel_height,
    panel_place,
)


@pytest.mark.parametrize(
    ("width", "place"), [(1280, "beside"), (800, "beside"), (799, "below"), (480, "below")]
)
def test_the_panel_leaves_room_for_the_picture(width: int, place: Place) -> None:
    assert panel_place(width) == place


def test_a_panel_below_leaves_the_picture_more_than_half() -> None:
    assert panel_height(800) == 336
    assert panel_height(3000) == 600


def test_the_least_important_is_folded_away_first() -> None:
    widths = {"play": 40, "record": 40, "speed": 100, "loop": 40}
    assert folded(widths, 220) == set()
    assert folded(widths, 219) == {"loop"}
    assert folded(widths, 90) == {"speed", "loop"}


def test_what_is_small_does_not_stay_where_what_counts_more_had_no_room() -> None:
    assert folded({"play": 40, "speed": 100, "loop": 40}, 100) == {"speed", "loop"}


@pytest.mark.parametrize(
    ("screen", "size"),
    [((1920, 1080), (1280, 800)), ((1280, 720), (1152, 648)), ((800, 480), (720, 432))],
)
def test_a_window_is_at_first_no_larger_than_its_screen(
    screen: tuple[int, int], size: tuple[int, int]
) -> None:
    assert first_size(*screen) == size
