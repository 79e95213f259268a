"""Asks the user what to look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PyQt5.QtCore import QUrl
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QFileDialog, QInputDialog, QWidget

from mirror.live.choice import CameraChoice, Choice, FileChoice, address_of
from mirror.readout import Say
from mirror.shipped import media_file
from mirror.window.memory import Memory
from pipeline.sources.camera import list_cameras

VIDEOS = "mp4 mov m4v mkv webm avi mpg mpeg ts mts m2ts wmv flv 3gp ogv y4m gif"
PICTURES = "jpg jpeg png bmp webp tif tiff"
_ADDRESS_PX = 520  # shows a whole address


class Chooser:
    """Every way to another source.

    Args:
        parent: what dialogs stand before.
        say: the user's language.
        watch: starts looking at a choice.
        present: what is looked at now.
        memory: keeps the folder that was looked into last.
    """

    def __init__(
        self,
        parent: QWidget,
        say: Say,
        watch: Callable[[Choice], None],
        present: Callable[[], Choice | None],
        memory: Memory | None,
    ) -> None:
        self._parent, self._say = parent, say
        self._watch, self._present, self._memory = watch, present, memory

    def open_file(self) -> None:
        """Ask for a video file."""
        title = self._say("Open a video")
        folder = (self._memory and self._memory.films) or Path.home()
        path, _ = QFileDialog.getOpenFileName(self._parent, title, str(folder), self._kinds())
        if path:
            if self._memory is not None:
                self._memory.keep_films(Path(path).parent)
            self._watch(FileChoice(Path(path)))

    def open_address(self) -> None:
        """Ask for the address of a camera on the network."""
        dialog = QInputDialog(self._parent)
        dialog.setWindowTitle(self._say("Open an address"))
        dialog.setLabelText(self._say("http or rtsp address"))
        dialog.setOkButtonText(self._say("Open"))
        dialog.setCancelButtonText(self._say("Cancel"))
        dialog.resize(_ADDRESS_PX, 0)
        is_sure, text = dialog.exec_(), dialog.textValue()
        dialog.deleteLater()
        if is_sure and text.strip():
            self._watch(address_of(text))

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

    def _kinds(self) -> str:
        """What can be opened, as Qt's dialog lists it; a picture is a film of one frame."""
        return (
            f"{self._say('Videos')} ({_ending(VIDEOS)});;"
            f"{self._say('Pictures')} ({_ending(PICTURES)});;{self._say('All files')} (*)"
        )


def _ending(kinds: str) -> str:
    return " ".join(f"*.{kind}" for kind in kinds.split())


def dropped_urls(event: QDropEvent) -> list[QUrl]:
    """Return the files and addresses that are dragged."""
    dragged = event.mimeData()
    return [] if dragged is None else dragged.urls()
