"""Asks the user what to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QUrl
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QFileDialog, QInputDialog, QWidget

from mirror.live.choice import CameraChoice, Choice, FileChoice, choice_of
from mirror.readout import Say
from mirror.shipped import media_file
from pipeline.sources.camera import list_cameras


class Chooser:
    """Every way to another source.

    Args:
        parent: what dialogs stand before.
        say: the user's language.
        watch: starts looking at a choice.
        present: what is looked at now.
    """

    def __init__(
        self,
        parent: QWidget,
        say: Say,
        watch: Callable[[Choice], None],
        present: Callable[[], Choice | None],
    ) -> None:
        self._parent, self._say = parent, say
        self._watch, self._present = watch, present

    def open_file(self) -> None:
        """Ask for a video file."""
        title = self._say("Open a video")
        path, _ = QFileDialog.getOpenFileName(self._parent, title, str(Path.home()))
        if path:
            self._watch(FileChoice(Path(path)))

    def open_address(self) -> None:
        """Ask for the address of a camera on the network."""
        title, label = self._say("Open an address"), self._say("http or rtsp address")
        text, is_sure = QInputDialog.getText(self._parent, title, label)
        if is_sure and text.strip():
            self._watch(choice_of(text))

    def open_demo(self) -> None:
        """Look at the clip that ships with the product."""
        self._watch(FileChoice(media_file("demo.mp4")))

    def next_camera(self) -> None:
        """Look at the next of the cameras that were found."""
        found = [camera.index for camera in list_cameras()] or [0]
        present = self._present()
        device = present.device if isinstance(present, CameraChoice) else None
        place = found.index(device) + 1 if device in found else 0
        self._watch(CameraChoice(found[place % len(found)]))


def dropped_urls(event: QDropEvent) -> list[QUrl]:
    """Return the files and addresses that are dragged."""
    dragged = event.mimeData()
    return [] if dragged is None else dragged.urls()
