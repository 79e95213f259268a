"""Where pictures and recordings go: asked for, shown, and remembered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QUrl
from PyQt5.QtGui import QDesktopServices
from PyQt5.QtWidgets import QFileDialog, QWidget

from mirror.live.readout import Say
from mirror.window.playback.capture_controller import CaptureController
from mirror.window.settings.settings_store import SettingsStore
from pipeline.errors import SinkError

Open = Callable[[QUrl], bool]


class CaptureFolderDialog:
    """The folder that captures go to, as the user meets it.

    Args:
        parent: what the dialog stands before.
        say: the user's language.
        capture: what writes files there.
        memory: where the folder is remembered.
        report: shows what went wrong.
        open_url: has the system show a folder.
    """

    def __init__(
        self,
        parent: QWidget,
        say: Say,
        capture: CaptureController,
        memory: SettingsStore,
        report: Callable[[BaseException], None],
        open_url: Open = QDesktopServices.openUrl,
    ) -> None:
        self._parent, self._say, self._capture = parent, say, capture
        self._memory, self._report, self._open_url = memory, report, open_url

    def choose(self) -> None:
        """Ask for a folder, and have files go there from now on."""
        title = self._say("Folder for pictures and recordings")
        chosen = QFileDialog.getExistingDirectory(self._parent, title, str(self._present()))
        if chosen:
            self._capture.keep_in(Path(chosen))
            self._memory.keep_folder(Path(chosen))

    def show(self) -> None:
        """Show the folder as the system shows folders."""
        folder = self._present()
        if not self._open_url(QUrl.fromLocalFile(str(folder))):
            self._report(
                SinkError(
                    "window.no_file_manager",
                    "no program shows folders here; files are in {folder}",
                    folder=folder,
                )
            )

    def _present(self) -> Path:
        """The folder, or what there is of it: it is made only when something is kept."""
        folder = self._capture.folder
        return next((one for one in (folder, *folder.parents) if one.is_dir()), Path.home())
