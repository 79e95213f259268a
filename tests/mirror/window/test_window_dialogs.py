from __future__ import annotations

from pathlib import Path

import pytest
from doubles import HandFed

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QCoreApplication, QTimer
from PyQt5.QtGui import QPalette
from PyQt5.QtWidgets import (
    QApplication,
    QFileDialog,
    QHeaderView,
    QInputDialog,
    QListView,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot
from windows import Open

from mirror.window.settings.settings_store import SettingsStore


@pytest.mark.usefixtures("dressed")
def test_names_in_a_file_dialog_are_light_on_dark(qtbot: QtBot) -> None:
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitExposed(dialog)
    lists: list[QWidget] = []
    for kind in (QTreeView, QListView, QHeaderView):
        lists += [found for found in dialog.findChildren(kind) if found.isVisible()]
    assert len(lists) >= 3
    for found in lists:
        painted = found.grab().toImage()
        ground = painted.pixelColor(painted.width() // 2, painted.height() - 3)
        assert ground.lightness() < 60
        ink = found.palette().color(QPalette.ColorRole.Text)
        assert ink.lightness() > ground.lightness() + 120


def test_a_film_is_asked_for_where_the_last_one_was(
    qtbot: QtBot,
    opened: Open,
    memory: SettingsStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[tuple[str, str]] = []
    films = tmp_path / "films"
    films.mkdir()

    def answer(parent: QWidget, title: str, folder: str, kinds: str) -> tuple[str, str]:
        asked.append((folder, kinds))
        return str(films / "a.mp4"), ""

    monkeypatch.setattr(QFileDialog, "getOpenFileName", answer)
    window = opened(HandFed(), HandFed(), memory=memory)
    window.chooser.open_file()
    window.chooser.open_file()
    assert [folder for folder, _ in asked] == [str(Path.home()), str(films)]
    assert asked[0][1].startswith("Videos (*.mp4 *.mov ")
    assert asked[0][1].endswith(";;All files (*)")


def test_a_folder_that_is_gone_is_not_looked_into(memory: SettingsStore, tmp_path: Path) -> None:
    memory.keep_films(tmp_path / "gone")
    assert memory.films is None


def test_an_address_is_asked_for_in_a_field_that_shows_all_of_it(
    qtbot: QtBot, opened: Open
) -> None:
    window = opened(HandFed())

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QInputDialog)
        assert dialog.width() >= 500
        dialog.setTextValue("rtsp://10.0.0.2/live")
        dialog.accept()

    QTimer.singleShot(0, answer)
    window.chooser.open_address()
    assert window.windowTitle() == "rtsp://10.0.0.2/live - Smart Mirror"


def test_qt_s_own_dialogs_speak_the_window_s_language(qtbot: QtBot, opened: Open) -> None:
    def word() -> str:
        return QCoreApplication.translate("QFileDialog", "File &name:")

    window = opened(HandFed())
    assert word() == "File &name:"
    window.set_language("zh_CN")
    assert word() == "文件名称(&N)："  # noqa: RUF001
    window.set_language("en")
    assert word() == "File &name:"
