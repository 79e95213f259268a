"""Starts Qt and the window, and sees to it that no error ends the process unheard."""

from __future__ import annotations

import sys
import threading
from types import TracebackType

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QFont, QGuiApplication
from PyQt5.QtWidgets import QApplication

from mirror.live.choice import Choice
from mirror.window.main import MirrorWindow
from mirror.window.setup import Setup
from mirror.window.theme import SHEET

FONTS = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]


def application() -> QApplication:
    """Return the one application of the process, made if there is none."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
    started = QApplication(["mirror"])
    started.setApplicationName("smart-mirror")
    started.setOrganizationName("smart-mirror")
    return started


def dress(app: QApplication) -> None:
    """Give an application the product's look."""
    font = QFont()
    font.setFamilies(FONTS)
    app.setFont(font)
    app.setStyle("Fusion")
    app.setStyleSheet(SHEET)


def run(setup: Setup, choice: Choice) -> int:
    """Show the window until it is closed; return the exit code. The main thread only."""
    app = application()
    dress(app)
    window = MirrorWindow(setup)
    report_errors_in(window)
    window.show()
    window.watch(choice)
    return int(app.exec_())


def report_errors_in(window: MirrorWindow) -> None:
    """Show errors that nobody caught: PyQt5 ends the process when a slot raises otherwise."""

    def show(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.exit(130)
        elif threading.current_thread() is threading.main_thread():
            window.report(error.with_traceback(traceback))

    sys.excepthook = show
