from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey
from media import level, write_video

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QSettings, Qt, QTimer
from PyQt5.QtTest import QTest
from PyQt5.QtWidgets import QAbstractButton, QComboBox, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, act, no_parser, press, wait_level

from mirror.core.label_set import label_set
from mirror.core.settings import load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.sources.source_choice import AddressChoice, CameraChoice, FileChoice
from mirror.window.app import setup_of
from mirror.window.menus.key_list import KeysDialog
from mirror.window.settings.settings_store import SettingsStore
from mirror.window.settings.source_dialogs import SourceDialogs

FILM = FileChoice(Path("film.mp4"))


def test_the_look_and_the_panel_are_remembered(
    qtbot: QtBot, opened: Open, memory: SettingsStore
) -> None:
    window = opened(HandFed(), memory=memory)
    look = DisplayOptions(opacity=0.25, hidden=frozenset({"head"}), mode="live")
    window.set_look(look)
    press(window, "i")
    window.close()
    assert memory.look(DisplayOptions()) == look
    assert opened(HandFed(), memory=memory).panel.isVisible()


def test_a_camera_is_mirrored_and_a_film_is_not_whatever_was_seen_last(
    qtbot: QtBot, opened: Open, memory: SettingsStore
) -> None:
    window = opened(HandFed(), memory=memory)
    window.watch(FILM)
    assert not window.look.mirrored
    window.close()
    window = opened(HandFed(), HandFed(), memory=memory)
    window.watch(CAMERA)
    assert window.look.mirrored


def test_what_the_user_wants_of_one_kind_of_source_stays_with_that_kind(
    qtbot: QtBot, opened: Open, memory: SettingsStore
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


def test_flags_count_more_than_what_is_remembered_and_take_nothing_else_away(
    qtbot: QtBot, memory: SettingsStore
) -> None:
    memory.keep_look(
        DisplayOptions(), DisplayOptions(opacity=0.25, outlines=False, hidden=frozenset({"head"}))
    )
    memory.keep_parser(load().parser, load().parser.changed(name="none", workers=3))
    setup = setup_of(load(flags={"overlay.opacity": 0.6, "parser.workers": 1}), memory)
    assert setup.look == DisplayOptions(opacity=0.6, outlines=False, hidden=frozenset({"head"}))
    assert (setup.parser.name, setup.parser.workers) == ("none", 1)
    assert setup_of(load(), memory).look.opacity == 0.25
    assert setup_of(load(), memory).parser.workers == 3
    every = setup_of(load(flags={"overlay.parts": list(label_set("built-in").names[1:])}), memory)
    assert every.look.hidden == frozenset()


def test_what_a_flag_said_once_is_not_remembered(
    qtbot: QtBot, opened: Open, memory: SettingsStore
) -> None:
    flags = {"overlay.opacity": 0.9, "overlay.landmarks": True}
    window = opened(HandFed(), memory=memory, setup=setup_of(load(flags=flags), memory))
    assert window.look.opacity == 0.9
    press(window, "u")
    press(window, "i")
    window.close()
    assert setup_of(load(), memory).look == DisplayOptions(outlines=False)
    assert memory.has_panel


def test_the_parser_that_the_user_chose_is_remembered(
    qtbot: QtBot, opened: Open, memory: SettingsStore
) -> None:
    window = opened(HandFed(), memory=memory)
    window.source.parser.setCurrentIndex(window.source.parser.findData("m2fp"))
    window.source.runtime.setCurrentIndex(window.source.runtime.findData("openvino"))
    window.source.parser.activated.emit(0)
    kept = setup_of(load(), memory).parser
    assert (kept.name, kept.runtime, kept.workers) == ("m2fp", "openvino", "auto")
    mine = kept.changed(name="mine:skin")
    memory.keep_parser(kept, mine)
    assert memory.parser(load().parser).name == "m2fp"


def test_the_camera_that_the_user_chose_is_remembered(
    qtbot: QtBot, opened: Open, memory: SettingsStore, tmp_path: Path
) -> None:
    window = opened(*(HandFed() for _ in range(5)), memory=memory)
    window.watch(CAMERA)  # as the command line said
    assert memory.camera is None
    for choice in (CameraChoice("/dev/video2"), CameraChoice(1, (720, 1280), 30)):
        window.choose(choice)
        assert memory.camera == choice
    for other in (FileChoice(tmp_path / "film.mp4"), AddressChoice("rtsp://me:secret@host/a")):
        window.choose(other)
        assert memory.camera == choice


def remembering(folder: Path, name: str, value: object) -> SettingsStore:
    settings = QSettings(str(folder / "kept.ini"), QSettings.Format.IniFormat)
    settings.setValue(name, json.dumps(value))
    return SettingsStore(settings)


@pytest.mark.parametrize("kept", ["", "no json", "[]", '{"opacity": 0.5, "of old": 1}'])
def test_what_cannot_be_read_is_forgotten(qtbot: QtBot, tmp_path: Path, kept: str) -> None:
    settings = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    for name in ("look", "parser", "camera", "mirrored"):
        settings.setValue(name, kept)
    memory = SettingsStore(settings)
    assert memory.look(DisplayOptions(opacity=0.5)) == DisplayOptions(opacity=0.5)
    assert memory.parser(load().parser) == load().parser
    assert memory.camera is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("mode", "of old"),
        ("mode", ["live"]),
        ("fit", "zoom"),
        ("labels", "all"),
        ("opacity", 7),
        ("opacity", "half"),
        ("palette", 5),
        ("hidden", "head"),
        ("outlines", 1),
    ],
)
def test_what_a_look_cannot_be_is_forgotten_and_the_rest_of_it_is_not(
    tmp_path: Path, name: str, value: object
) -> None:
    memory = remembering(tmp_path, "look", {"landmarks": True, name: value})
    assert memory.look(DisplayOptions()) == DisplayOptions(landmarks=True)


@pytest.mark.parametrize(("name", "value"), [("workers", 0), ("workers", "many"), ("runtime", 3)])
def test_what_a_parser_cannot_be_is_forgotten(tmp_path: Path, name: str, value: object) -> None:
    usual = load().parser
    memory = remembering(tmp_path, "parser", {"name": "none", name: value})
    assert memory.parser(usual) == usual.changed(name="none")


@pytest.mark.parametrize(
    "kept",
    [
        {"device": None, "size": None, "rate": None},
        {"device": [0], "size": None, "rate": None},
        {"device": 0, "size": [1], "rate": None},
        {"device": 0, "size": None, "rate": "fast"},
    ],
)
def test_what_a_camera_cannot_be_is_forgotten(tmp_path: Path, kept: dict[str, object]) -> None:
    assert remembering(tmp_path, "camera", kept).camera is None


def test_everything_is_forgotten_at_once_when_the_user_is_sure(
    qtbot: QtBot,
    opened: Open,
    memory: SettingsStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory.keep_look(DisplayOptions(), DisplayOptions(opacity=0.25))
    memory.keep_parser(load().parser, load().parser.changed(name="none"))
    memory.keep_language("zh_CN")
    memory.keep_panel(True)
    memory.keep_folder(tmp_path / "chosen")
    monkeypatch.setattr("mirror.window.app.system_language", lambda: "en")
    window = opened(HandFed(), memory=memory, setup=setup_of(load(), memory))
    sure = iter([False, True])
    monkeypatch.setattr(SourceDialogs, "is_sure_to_forget", lambda _: next(sure))
    act(window, "清除所有设置")
    assert memory.language == "zh_CN"
    assert window.panel.isVisible()
    act(window, "清除所有设置")
    assert window.look == DisplayOptions()
    assert window.capture.folder != tmp_path / "chosen"
    assert window.source.parser.currentData() == "built-in"
    assert not window.panel.isVisible()
    assert str(window.told.current) == "All settings are forgotten"
    assert not window.pages.banner.isVisible()
    window.close()
    kept = (memory.language, memory.place, memory.folder, memory.camera)
    assert all(value is None for value in kept)
    assert setup_of(load(), memory).look == DisplayOptions()
    assert not memory.has_panel


def test_before_everything_is_forgotten_the_user_is_asked(
    qtbot: QtBot, opened: Open, memory: SettingsStore
) -> None:
    memory.keep_language("zh_CN")
    window = opened(HandFed(), memory=memory)
    asked: list[str] = []

    def answer() -> None:
        (box,) = window.findChildren(QMessageBox)
        asked.append(box.text())
        QTest.keyClick(box, Qt.Key.Key_Return)  # type: ignore[call-overload]  # its stub

    QTimer.singleShot(0, answer)
    act(window, "Forget all settings")
    assert asked == ["Forget everything that was set in this window?"]
    assert memory.language == "zh_CN"


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
    window.set_language("zh_CN")
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
    window.set_language("zh_CN")
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
    assert english == {"English", "Smart Mirror", "onnxruntime", "openvino", "torch"}
