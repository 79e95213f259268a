"""Starts Qt and the window, and sees to it that no error ends the process unheard."""

from __future__ import annotations

import dataclasses
import functools
import sys
import threading
from pathlib import Path
from types import TracebackType

from PyQt5.QtCore import QSettings, QStandardPaths, Qt
from PyQt5.QtGui import QFont, QGuiApplication, QIcon
from PyQt5.QtWidgets import QApplication

from mirror.core.settings import Config
from mirror.jobs.composition import encoding_of, limits_of
from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.display.display_options import look_of
from mirror.live.session.avatar_link import AvatarTarget
from mirror.live.sources.source_choice import CameraChoice, Choice, open_choice
from mirror.live.translations import system_language
from mirror.window.launch_settings import LaunchSettings
from mirror.window.layout.emblem import emblem
from mirror.window.layout.theme import SHEET, dark
from mirror.window.main_window import MirrorWindow
from mirror.window.settings.settings_store import SettingsStore
from mirror.window.signal_handler import SignalHandler

_ICON = 256  # pixels
_LATIN = ["Inter", "Segoe UI", "SF Pro Text", "Noto Sans", "DejaVu Sans"]
_CHINESE = ["Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC"]  # else any weight may be found
FONTS = [*_LATIN, *_CHINESE]

_kept: list[object] = []  # until the process ends


def application() -> QApplication:
    """Return the one application of the process, made if there is none."""
    running = QApplication.instance()
    if isinstance(running, QApplication):
        return running
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_EnableHighDpiScaling)
    QGuiApplication.setAttribute(Qt.ApplicationAttribute.AA_UseHighDpiPixmaps)
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
    app.setPalette(dark())
    app.setWindowIcon(QIcon(emblem(_ICON)))
    app.setStyleSheet(SHEET)


def run(
    config: Config,
    choice: Choice | None,
    exercise: str | None = None,
    is_first_time_home: bool = False,
    avatar: AvatarTarget | None = None,
) -> int:
    """Show the window until it is closed; return the exit code. The main thread only.

    Args:
        config: every setting.
        choice: what to look at; None is the camera chosen last, or else the first one.
        exercise: what to coach; None is what was coached last.
        is_first_time_home: whether the start page is shown where no camera was ever chosen.
        avatar: what is moved by somebody in the picture.
    """
    app = application()
    dress(app)
    with SignalHandler() as signals:
        settings = QSettings()
        memory = SettingsStore(settings)
        setup = setup_of(config, memory, exercise)
        window = MirrorWindow(dataclasses.replace(setup, avatar=avatar))
        interruptions = report_errors_in(window)
        window.show()
        wanted = choice or memory.camera or (None if is_first_time_home else CameraChoice())
        if wanted is None:
            window.go_home()
        else:
            window.watch(wanted)
        code = int(app.exec_())
        if window.isVisible():  # something else ended the loop
            window.close()
        settings.sync()
    interruption = signals.interruption or next(iter(interruptions), None)
    if interruption is not None:
        # whoever catches it would free these with its traceback, which may crash
        _kept.extend((app, window))
        raise interruption
    return code


def setup_of(config: Config, memory: SettingsStore, exercise: str | None = None) -> LaunchSettings:
    """Return what the window is made with: flags and a file of settings count more than memory."""
    plain = LaunchSettings(
        config.parser,
        look_of(config.overlay),
        system_language(),
        open_source=functools.partial(open_choice, limits=limits_of(config.input)),
        folder=_folder(),
        memory=memory,
        encoding=encoding_of(config.video),
        timing=config.overlay.timing,
    )
    given = {setting.rpartition(".")[2] for setting in config.given}
    return dataclasses.replace(
        plain,
        parser=memory.parser(plain.parser, given),
        # what a setting calls the parts that are drawn, a look calls those that are not
        look=memory.look(plain.look, given | ({"hidden"} if "parts" in given else set())),
        language=memory.language or plain.language,
        folder=memory.folder or plain.folder,
        coach=memory.coach(CoachOptions(exercise)),
        plain=plain,
    )


def _folder() -> Path:
    """Where the system keeps films; the user's own folder where it has no such place."""
    films = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)
    return Path(films) / "Smart Mirror" if films else Path.home()


def report_errors_in(window: MirrorWindow) -> list[BaseException]:
    """Show errors that nobody caught: PyQt5 ends the process when a slot raises otherwise.

    Returns:
        A list of what else wants the process to end, such as SystemExit; it ends Qt's loop.
    """
    interruptions: list[BaseException] = []

    def show(
        kind: type[BaseException], error: BaseException, traceback: TracebackType | None
    ) -> None:
        if not isinstance(error, Exception):
            interruptions.append(error)
            QApplication.exit()
        elif threading.current_thread() is threading.main_thread():
            window.report(error.with_traceback(traceback))

    sys.excepthook = show
    return interruptions
