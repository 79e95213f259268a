from __future__ import annotations

import json

import numpy as np
import pytest
from doubles import FakeClock, HandFed, grey

from pipeline.frame import Frame

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QColor, QGuiApplication
from PyQt5.QtTest import QTest
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, middle, press, wait_level

from mirror.live.display.display_options import DisplayOptions
from mirror.window.layout.theme import RAISED, STAGE_COLOURS
from mirror.window.panel.stage_plot import StagePlot


@pytest.mark.parametrize(
    ("key", "field", "value"),
    [
        ("m", "mirrored", True),
        ("o", "overlay", False),
        ("u", "outlines", False),
        ("j", "landmarks", True),
        ("b", "side_by_side", True),
        ("2", "fit", "fill"),
        ("3", "fit", "actual"),
        ("e", "mode", "live"),
        ("n", "labels", "people"),
        ("p", "palette", "colour-blind"),
        ("]", "opacity", 0.7),
        ("[", "opacity", 0.5),
    ],
)
def test_a_key_changes_the_picture(
    qtbot: QtBot, opened: Open, key: str, field: str, value: object
) -> None:
    window = opened(HandFed())
    press(window, key)
    assert getattr(window.look, field) == value


def test_switches_that_are_pressed_twice_are_back(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    before = window.look
    for key in "mmoouujjbbeennn]ppp[p":
        press(window, key)
    assert window.look == DisplayOptions(mirrored=False, palette="vivid")
    assert before == DisplayOptions(mirrored=False)


def test_the_mirror_turns_what_is_painted(qtbot: QtBot, opened: Open, clock: FakeClock) -> None:
    image = np.full((48, 64, 3), 40, np.uint8)
    image[:, :20] = 200
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(Frame.from_bgr(image, clock.now))
    wait_level(qtbot, window, 40)

    def left() -> int:
        painted = window.view.grab().toImage()
        return painted.pixelColor(painted.width() // 8, painted.height() // 2).red()

    assert left() == 40
    press(window, "m")
    qtbot.waitUntil(lambda: left() == 200)


def test_the_legend_hides_parts_and_shows_the_look(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    press(window, "i")
    legend = window.panel.legend
    assert window.panel.isVisible()
    assert len(legend.parts) == 15
    legend.parts["left-hand"].click()
    assert window.look.hidden == {"left-hand"}
    legend.switches["outlines"].click()
    assert not window.look.outlines
    legend.opacity.setValue(25)
    assert window.look.opacity == 0.25
    press(window, "]")
    assert legend.opacity.value() == 35
    assert window.look.hidden == {"left-hand"}


def test_the_panel_says_the_figures_and_copies_them(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    window.toggle_panel()
    window.watch(CAMERA)
    source.feed(grey(80, clock.now))
    wait_level(qtbot, window, 80)
    clock.now += 1.0
    window.refresh()
    said = {label.accessibleName(): label.text() for label in window.panel.values}
    assert said["Pictures coming in"] == "0.0 fps"
    assert said["Left out"] == "none"
    window.copy_figures()
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    assert json.loads(clipboard.text())["statistics"]["captured"] == 1


def test_full_screen_shows_the_picture_only_and_escape_leaves_it(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    press(window, "i")
    press(window, "f")
    qtbot.waitUntil(window.isFullScreen)
    bar = window.menuBar()
    assert bar is not None
    assert not bar.isVisible()
    assert not window.panel.isVisible()
    source.feed(grey(120, clock.now))
    wait_level(qtbot, window, 120)
    QTest.keyClick(window, Qt.Key.Key_Escape)  # type: ignore[call-overload]  # its stub
    qtbot.waitUntil(lambda: not window.isFullScreen())
    assert bar.isVisible()
    assert window.panel.isVisible()
    assert middle(window) == 120


def test_no_key_has_two_meanings(qtbot: QtBot, opened: Open) -> None:
    keys = [key for command in opened(HandFed()).commands for key in command.keys]
    assert len(keys) == len(set(keys))


def test_the_plots_scale_can_be_read_where_bars_reach_the_top(qtbot: QtBot) -> None:
    plot = StagePlot()
    qtbot.addWidget(plot)
    plot.resize(300, 120)
    plot.show()
    plot.show_history([{"parse": 0.05}] * 60)
    pixels = plot.grab().toImage()
    parsing, behind = QColor(STAGE_COLOURS["parse"]), QColor(RAISED)
    assert pixels.pixelColor(250, 2) == parsing
    assert pixels.pixelColor(1, 2) == behind
