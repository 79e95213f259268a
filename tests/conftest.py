from __future__ import annotations

import importlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from doubles import FakeClock

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot
    from windows import Windows

    from mirror.window.settings.settings_store import SettingsStore

if not os.environ.get("DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

try:
    importlib.import_module("PyQt5.QtWidgets")
    pytest_plugins = ["pytestqt.plugin"]
except ImportError as _error:  # pytest-qt would end the whole run
    NO_QT = f"PyQt5 cannot be loaded ({_error}): pip install PyQt5, then see mirror doctor"

    def pytest_addoption(parser: pytest.Parser) -> None:
        for name in ("qt_log_level_fail", "qt_log_ignore"):
            parser.addini(name, "of pytest-qt, which is not there")

    @pytest.fixture
    def qtbot() -> None:
        pytest.skip(NO_QT)


# a suite that is started in the background of a script ignores what its tests send
for _name in ("SIGINT", "SIGTERM", "SIGHUP"):
    _number = getattr(signal, _name, None)
    if _number is not None and signal.getsignal(_number) is signal.SIG_IGN:
        _usual = signal.default_int_handler if _name == "SIGINT" else signal.SIG_DFL
        signal.signal(_number, _usual)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(autouse=True)
def nothing_is_tuned(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was measured on this machine is no test's."""
    from mirror.jobs import worker_choice

    monkeypatch.setattr(worker_choice, "usual_file", lambda: tmp_path / "tuned" / "tuned.json")


@pytest.fixture
def in_thread() -> Iterator[Callable[[Callable[[], None]], threading.Thread]]:
    """Start a function on a thread; the test fails if the thread is still there at its end."""
    started: list[threading.Thread] = []

    def start(run: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=run, daemon=True)
        started.append(thread)
        thread.start()
        return thread

    yield start
    for thread in started:
        thread.join(5.0)
        assert not thread.is_alive()


@pytest.fixture(autouse=True)
def import_path_is_restored() -> Iterator[None]:
    """A parser of a user's own is looked for in the folder that it is run from."""
    before = sys.path[:]
    yield
    sys.path[:] = before


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    left = [thread for thread in threading.enumerate() if thread not in before]
    for thread in left:
        thread.join(2.0)
    stuck = [thread.name for thread in left if thread.is_alive()]
    assert not stuck, f"the test left threads running: {stuck}"


@pytest.fixture
def opened(qtbot: QtBot, clock: FakeClock, tmp_path: Path) -> Iterator[Windows]:
    """Opens windows over sources that a test makes; all are closed after it."""
    from windows import Windows

    windows = Windows(qtbot, clock, tmp_path)
    yield windows
    windows.close()


@pytest.fixture
def memory(tmp_path: Path) -> SettingsStore:
    """A window's memory in a file of the test's own."""
    from PyQt5.QtCore import QSettings

    from mirror.window.settings.settings_store import SettingsStore

    return SettingsStore(QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat))


@pytest.fixture
def dressed(qtbot: QtBot) -> Iterator[None]:
    """Gives the application the product's look for one test."""
    from PyQt5.QtWidgets import QApplication

    from mirror.window.app import dress

    app = QApplication.instance()
    assert isinstance(app, QApplication)
    palette, style, font = app.palette(), app.style(), app.font()
    before = "" if style is None else style.objectName()
    dress(app)
    yield
    app.setStyleSheet("")
    app.setStyle(before)
    app.setPalette(palette)
    app.setFont(font)
