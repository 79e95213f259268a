"""The panel's page for effects."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtGui import QColor
from PyQt5.QtWidgets import QColorDialog, QComboBox, QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, wait_level

from mirror.live.display.effect_choices import EFFECTS
from mirror.live.display.render_thread import RenderedFrame
from mirror.window.main_window import MirrorWindow
from mirror.window.panel.effects_page import EffectsPage


@pytest.fixture
def window(qtbot: QtBot, opened: Open, clock: FakeClock) -> MirrorWindow:
    """A window that shows a grey picture, in which nobody is."""
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    return window


def parsed_picture(qtbot: QtBot, window: MirrorWindow) -> RenderedFrame:
    """What is on the screen, once it is known who is in it."""

    def is_parsed() -> bool:
        window.refresh()
        return window.shown.rendered is not None and window.shown.rendered.pair.result is not None

    qtbot.waitUntil(is_parsed)
    assert window.shown.rendered is not None
    return window.shown.rendered


def page_of(window: MirrorWindow) -> EffectsPage:
    return window.panel.effects


def effects_of(window: MirrorWindow) -> tuple[str, ...]:
    return window.look.effects


def test_a_tile_switches_its_effect_on_and_off(qtbot: QtBot, window: MirrorWindow) -> None:
    page = page_of(window)
    assert page.tiles["parts"].isChecked()
    page.tiles["green"].click()
    assert effects_of(window) == ("green",)
    assert page.tiles["green"].isChecked()
    assert not page.tiles["parts"].isChecked()

    def is_green() -> bool:
        window.refresh()
        _, green, red = _middle(window)
        return green > red + 50

    qtbot.waitUntil(is_green)
    page.tiles["outline"].click()
    page.tiles["parts"].click()
    assert effects_of(window) == ("green", "outline", "parts")
    page.none.click()
    assert effects_of(window) == ()
    assert not page.tiles["green"].isChecked()


def _middle(window: MirrorWindow) -> list[int]:
    """Blue, green and red in the middle of what is shown."""
    assert window.view.picture is not None
    image = window.view.picture.image
    middle: list[int] = image[image.shape[0] // 2, image.shape[1] // 2, :3].tolist()
    return middle


def test_coloured_parts_by_themselves_are_the_switch_for_colours(window: MirrorWindow) -> None:
    page_of(window).tiles["parts"].click()
    assert not window.look.overlay
    assert not window.panel.legend.switches["overlay"].isChecked()
    page_of(window).tiles["parts"].click()
    assert window.look.overlay
    assert effects_of(window) == ()


def test_what_can_be_chosen_stands_below_as_long_as_the_effect_is_on(window: MirrorWindow) -> None:
    page = page_of(window)
    controls = page.controls
    assert not controls.line.isVisibleTo(page)
    page.tiles["outline"].click()
    assert controls.line.isVisibleTo(page)
    assert not controls.part.isVisibleTo(page)
    page.tiles["outline"].click()
    assert not controls.line.isVisibleTo(page)


def test_tab_goes_through_the_page_as_it_is_read(window: MirrorWindow) -> None:
    page = page_of(window)
    tiles, controls = page.tiles, page.controls
    order: list[QWidget] = [tiles["light"]]
    while order[-1] is not page.none:
        after = order[-1].nextInFocusChain()
        assert after is not None
        order.append(after)
    read = [
        tiles["light"],
        tiles["blur"],
        controls.strengths["light"],
        controls.strengths["blur"],
        tiles["replace"],
        tiles["green"],
        controls.background,
        controls.choose,
        tiles["spotlight"],
        tiles["recolour"],
        controls.strengths["spotlight"],
        controls.part,
    ]
    assert [field for field in order if field in read] == read


def test_each_slider_is_the_strength_of_its_effect(window: MirrorWindow) -> None:
    page = page_of(window)
    page.tiles["blur"].click()
    page.tiles["light"].click()
    strengths = page.controls.strengths
    assert (strengths["blur"].value(), strengths["light"].value()) == (3, 80)
    strengths["blur"].setValue(9)
    strengths["light"].setValue(50)
    assert effects_of(window) == ("light:50", "blur:9")
    page.tiles["blur"].click()
    page.tiles["blur"].click()
    assert effects_of(window) == ("light:50", "blur:9")  # as it was when it was on last


def test_a_background_is_a_colour_or_a_file_and_remembered_while_the_window_is_open(
    window: MirrorWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wall, answers = tmp_path / "wall.png", ["", str(tmp_path / "wall.png")]
    cv2.imwrite(str(wall), np.full((20, 30, 3), 200, np.uint8))

    def choose(_parent: object, _title: str, _folder: str, kinds: str) -> tuple[str, str]:
        return answers.pop(0), kinds

    monkeypatch.setattr(QFileDialog, "getOpenFileName", choose)
    page = page_of(window)
    page.tiles["replace"].click()
    assert effects_of(window) == ("replace:#203040",)
    pick(monkeypatch, "#ff8800")
    page.controls.background.click()
    assert effects_of(window) == ("replace:#ff8800",)
    assert page.controls.background.text() == "#ff8800"
    page.controls.choose.click()  # and nothing is chosen
    assert effects_of(window) == ("replace:#ff8800",)
    page.controls.choose.click()
    assert effects_of(window) == (f"replace:{wall}",)
    assert page.controls.file.text() == "wall.png"
    page.tiles["blur"].click()
    assert effects_of(window) == ("blur",)
    page.tiles["replace"].click()
    assert effects_of(window) == (f"replace:{wall}",)


def test_parts_are_recoloured_one_by_one(
    window: MirrorWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    controls = page.controls
    page.tiles["recolour"].click()
    assert effects_of(window) == ("recolour:torso=#aa2244",)
    assert (controls.part.currentText(), controls.dye.text()) == ("Torso", "#aa2244")
    choose_from(controls.part, "left-hand")
    assert controls.dye.text() == "A colour…"
    assert not controls.undyed.isEnabled()
    pick(monkeypatch, "#112233")
    controls.dye.click()
    assert effects_of(window) == ("recolour:torso=#aa2244,left-hand=#112233",)
    controls.undyed.click()
    assert effects_of(window) == ("recolour:torso=#aa2244",)
    choose_from(controls.part, "torso")
    controls.undyed.click()
    assert effects_of(window) == ()
    assert not page.tiles["recolour"].isChecked()


def test_a_colour_that_is_not_chosen_changes_nothing(
    window: MirrorWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_of(window)
    page.tiles["outline"].click()
    assert page.controls.line.text() == "#ffffff"
    pick(monkeypatch, "")
    page.controls.line.click()
    assert effects_of(window) == ("outline",)
    pick(monkeypatch, "#FFCC00")
    page.controls.line.click()
    assert effects_of(window) == ("outline:#ffcc00",)


def test_whom_privacy_hides_and_behind_what(window: MirrorWindow) -> None:
    page = page_of(window)
    covers = page.controls.covers
    page.tiles["privacy:faces"].click()
    assert covers["privacy:faces"].currentText() == "solid grey"
    choose_from(covers["privacy:faces"], "pixels")
    assert effects_of(window) == ("privacy:faces,pixels",)
    page.tiles["privacy:people"].click()
    assert effects_of(window) == ("privacy:people",)
    choose_from(covers["privacy:people"], "blur")
    assert effects_of(window) == ("privacy:people,blur",)


def pick(monkeypatch: pytest.MonkeyPatch, colour: str) -> None:
    """What the dialog for colours answers from now on; none where it is cancelled."""
    chosen = QColor(colour) if colour else QColor()
    monkeypatch.setattr(QColorDialog, "getColor", lambda *_: chosen)


def choose_from(box: QComboBox, value: str) -> None:
    """Choose as a user does."""
    box.setCurrentIndex(box.findData(value))
    box.activated.emit(box.currentIndex())


def test_a_background_that_is_away_can_be_switched_off_again(
    qtbot: QtBot, opened: Open, clock: FakeClock, tmp_path: Path
) -> None:
    wall = tmp_path / "wall.png"
    cv2.imwrite(str(wall), np.full((20, 30, 3), 200, np.uint8))
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    window.toggle_panel()
    window.panel.setCurrentIndex(window.panel.count() - 1)
    page, rendered = page_of(window), parsed_picture(qtbot, window)
    page.show_look(dataclasses.replace(window.look, effects=(f"replace:{wall}",)), window.parts)
    wall.unlink()
    for _ in EFFECTS:
        page.refresh(rendered)
    assert page.tiles["replace"].isChecked()
    assert page.tiles["replace"].isEnabled()


def test_previews_come_one_at_a_time_and_only_while_they_are_seen(
    qtbot: QtBot, window: MirrorWindow
) -> None:
    page, rendered = page_of(window), parsed_picture(qtbot, window)
    page.refresh(rendered)
    assert all(tile.icon().isNull() for tile in page.tiles.values())
    window.toggle_panel()
    window.panel.setCurrentIndex(window.panel.count() - 1)
    before = 0
    for _ in EFFECTS:
        page.refresh(rendered)
        drawn = [name for name, tile in page.tiles.items() if not tile.icon().isNull()]
        assert len(drawn) <= before + 1
        before = len(drawn)
    assert drawn == list(EFFECTS)


def test_what_was_changed_last_is_previewed_next(qtbot: QtBot, window: MirrorWindow) -> None:
    page, rendered = page_of(window), parsed_picture(qtbot, window)
    window.toggle_panel()
    window.panel.setCurrentIndex(window.panel.count() - 1)
    page.refresh(rendered)
    page.tiles["framing"].click()
    page.refresh(rendered)
    drawn = [name for name, tile in page.tiles.items() if not tile.icon().isNull()]
    assert drawn == ["light", "framing"]


def test_no_preview_is_left_of_another_background_where_there_is_none_of_this(
    qtbot: QtBot, window: MirrorWindow, tmp_path: Path
) -> None:
    page, rendered = page_of(window), parsed_picture(qtbot, window)
    window.toggle_panel()
    window.panel.setCurrentIndex(window.panel.count() - 1)
    for background, has_preview in (("#203040", True), (str(tmp_path / "a.mp4"), False)):
        effects = (f"replace:{background}",)
        page.show_look(dataclasses.replace(window.look, effects=effects), window.parts)
        for _ in EFFECTS:
            page.refresh(rendered)
        assert page.tiles["replace"].icon().isNull() is not has_preview
