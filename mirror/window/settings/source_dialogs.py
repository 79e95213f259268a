"""Asks the user what to look at."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtWidgets import QFileDialog, QInputDialog, QMessageBox, QWidget

from mirror.core.resources import media_file
from mirror.live.readout import Say
from mirror.live.session.session_status import NOTHING, Sentence
from mirror.live.sources.source_choice import (
    CameraChoice,
    Choice,
    FileChoice,
    address_of,
    choice_of,
    place_among,
)
from mirror.window.settings.settings_store import SettingsStore
from pipeline.sources.camera import list_cameras

VIDEOS = "mp4 mov m4v mkv webm avi mpg mpeg ts mts m2ts wmv flv 3gp ogv y4m gif"
PICTURES = "jpg jpeg png bmp webp tif tiff"
_ADDRESS_PX = 520  # shows a whole address


class SourceDialogs:
    """Every way to another source.

    Args:
        parent: what dialogs stand before.
        say: the user's language.
        watch: starts looking at a choice.
        present: what is looked at now.
        memory: keeps the folder that was looked into last.
        try_again: looks at the same once more.
    """

    def __init__(
        self,
        parent: QWidget,
        say: Say,
        watch: Callable[[Choice], None],
        present: Callable[[], Choice | None],
        memory: SettingsStore,
        try_again: Callable[[], None],
    ) -> None:
        self._parent, self._say = parent, say
        self._watch, self._present, self._memory = watch, present, memory
        self._try_again = try_again

    def ways_on(self) -> list[tuple[str, Callable[[], None]]]:
        """What is offered where there is no picture: texts, and what they do."""
        return [
            (self._say("Play the demo clip"), self.open_demo),
            (self._say("Open a video…"), self.open_file),
            (self._say("Open an address…"), self.open_address),
            (self._say("Try again"), self._try_again),
        ]

    def open_file(self) -> None:
        """Ask for a video file."""
        title = self._say("Open a video")
        folder = self._memory.films or Path.home()
        path, _ = QFileDialog.getOpenFileName(self._parent, title, str(folder), self._kinds())
        if path:
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

    def look_at(self, places: Sequence[str]) -> Sentence:
        """Look at the first of several paths and addresses; return what is to be said of that."""
        self._watch(choice_of(places[0]))
        if len(places) == 1:
            return NOTHING
        return Sentence(
            "Only the first of the {count} is shown. Drop one at a time", {"count": len(places)}
        )

    def open_demo(self) -> None:
        """Look at the clip that ships with the product."""
        self._watch(FileChoice(media_file("demo.mp4")))

    def next_camera(self) -> None:
        """Look at the next of the cameras that were found."""
        found = [camera.index for camera in list_cameras()] or [0]
        place = place_among(found, self._present())
        self._watch(CameraChoice(found[0 if place is None else (place + 1) % len(found)]))

    def is_sure_to_forget(self) -> bool:
        """Ask whether everything that is remembered shall be forgotten."""
        say, kinds = self._say, QMessageBox.ButtonRole
        box = QMessageBox(self._parent)
        box.setWindowTitle(say("Forget all settings"))
        box.setText(say("Forget everything that was set in this window?"))
        box.setInformativeText(
            say(
                "The drawing, the language, the parser, the folder and the camera that is opened "
                "at the start are again what they were at first. Pictures and recordings stay."
            )
        )
        forget = box.addButton(say("Forget"), kinds.DestructiveRole)
        box.setDefaultButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec_()
        return box.clickedButton() is forget

    def _kinds(self) -> str:
        """What can be opened, as Qt's dialog lists it; a picture is a film of one frame."""
        say = self._say
        videos, pictures, files = say("Videos"), say("Pictures"), say("All files")
        return f"{videos} ({_ending(VIDEOS)});;{pictures} ({_ending(PICTURES)});;{files} (*)"


def _ending(kinds: str) -> str:
    return " ".join(f"*.{kind}" for kind in kinds.split())
