from __future__ import annotations

import re
from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QSettings
from PyQt5.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, no_parser, press, wait_level

from mirror.config import load
from mirror.live.choice import FileChoice
from mirror.live.look import Look
from mirror.window.app import setup_of
from mirror.window.help import KeysDialog
from mirror.window.memory import Memory

FILM = FileChoice(Path("film.mp4"))


def test_the_look_and_the_panel_are_remembered(qtbot: QtBot, opened: Open, memory: Memory) -> None:
    window = opened(HandFed(), memory=memory)
    look = Look(opacity=0.25, hidden=frozenset({"head"}), mode="live")
    window.set_look(look)
    press(window, "i")
    window.close()
    assert memory.look(Look()) == look
    assert opened(HandFed(), memory=memory).panel.isVisible()


def test_a_camera_is_mirrored_and_a_film_is_not_whatever_was_seen_last(
    qtbot: QtBot, opened: Open, memory: Memory
) -> None:
    window = opened(HandFed(), memory=memory)
    window.watch(FILM)
    assert not window.look.mirrored
    window.close()
    window = opened(HandFed(), HandFed(), memory=memory)
    window.watch(CAMERA)
    assert window.look.mirrored


def test_what_the_user_wants_of_one_kind_of_source_stays_with_that_kind(
    qtbot: QtBot, opened: Open, memory: Memory
) -> None:
    window = opened(HandFed(), HandFed(), HandFed(), memory=memory)
    window.watch(CAMERA)
    press(window, "m")
    assert not window.look.mirrored
    window.watch(FILM)
    assert not window.look.mirrored
    press(window, "m")
    window.watch(CAMERA)
    assert not window.look.mirrored
    window.close()
    window = opened(HandFed(), HandFed(), memory=memory)
    window.watch(CAMERA)
    assert not window.look.mirrored
    window.watch(FILM)
    assert window.look.mirrored


def test_flags_count_more_than_what_is_remembered(qtbot: QtBot, memory: Memory) -> None:
    memory.keep_look(Look(opacity=0.25))
    assert setup_of(load(), memory).look.opacity == 0.25
    assert setup_of(load(flags={"overlay.opacity": 0.9}), memory).look.opacity == 0.9


@pytest.mark.parametrize("kept", ["", "no json", "[]", '{"opacity": 0.5, "of old": 1}'])
def test_what_cannot_be_read_is_forgotten(qtbot: QtBot, tmp_path: Path, kept: str) -> None:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    settings.setValue("look", kept)
    assert Memory(settings).look(Look(opacity=0.5)) == Look(opacity=0.5)


def test_everything_can_be_forgotten(qtbot: QtBot, opened: Open, memory: Memory) -> None:
    memory.keep_look(Look(opacity=0.25))
    memory.keep_language("zh")
    window = opened(HandFed(), memory=memory)
    window.reset()
    assert memory.language is None
    assert memory.look(Look()) == Look()
    assert window.look == Look()


def test_a_question_mark_shows_every_key(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    press(window, "?")
    (dialog,) = window.findChildren(KeysDialog)
    assert dialog.isVisible()
    words = {label.text() for label in dialog.findChildren(QLabel)}
    assert {command.text for command in window.commands} <= words


def test_the_language_changes_while_the_picture_goes_on(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    window.set_language("zh")
    assert window.bar.buttons["record"].accessibleName() == "录制"
    assert window.view.accessibleName() == "画面"
    source.feed(grey(120, clock.now))
    wait_level(qtbot, window, 120)
    press(window, "m")
    assert not window.look.mirrored


def test_another_parser_goes_on_at_the_same_place(
    qtbot: QtBot, opened: Open, tmp_path: Path
) -> None:
    window = opened()
    film = write_video(tmp_path / "film.mp4", 10, rate=10, size=(64, 48))
    window.watch(FileChoice(film, start_s=0.4, paused=True))
    wait_level(qtbot, window, level(4), tolerance=6)
    press(window, "+")
    press(window, "y")
    first = window.session
    window.source.workers.setCurrentIndex(window.source.workers.findData(3))
    window.source.workers.activated.emit(0)
    assert window.session is not first
    assert window.session is not None
    assert window.session.workers == 3
    qtbot.waitUntil(lambda: window.player is not None)
    player = window.player
    assert player is not None
    assert player.paused
    assert player.speed == 2.0
    assert not player.loops
    qtbot.waitUntil(lambda: player.position_s == pytest.approx(0.4))
    assert no_parser().workers == 1


def test_every_control_can_be_read_out(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    controls = [
        *window.bar.buttons.values(),
        window.bar.loop,
        window.bar.slider,
        window.bar.speed,
        window.panel.legend.opacity,
        *window.panel.legend.choices.values(),
        window.source.camera,
        window.source.parser,
        window.panel.plot,
        window.view,
    ]
    assert all(control.accessibleName() for control in controls)


def test_every_word_of_the_window_is_there_in_chinese(qtbot: QtBot, opened: Open) -> None:
    window = opened(HandFed())
    window.set_language("zh")
    inside = window.centralWidget()
    assert inside is not None
    words = {action.text() for action in window.actions()}
    for kind in (QLabel, QAbstractButton):
        words |= {widget.text() for widget in inside.findChildren(kind)}
    for box in inside.findChildren(QComboBox):
        words |= {box.itemText(place) for place in range(box.count())}
    for widget in inside.findChildren(QWidget):
        words |= {widget.toolTip()}
    plain = (re.sub(r"<[^>]*>|&nbsp;", "", word) for word in words)
    english = {word for word in plain if re.search(r"[A-Za-z]{3}", word)}
    english = {word for word in english if not re.search(r"[\u4e00-\u9fff]|fps", word)}
    assert english == {"English", "onnxruntime", "openvino", "torch"}
