"""The panel's page for what is looked at, and by which parser."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from mirror.core.schema import fields_of
from mirror.core.settings import ParserConfig
from mirror.live.readout import Say
from mirror.live.sources.source_choice import CameraChoice, Choice, place_among
from mirror.parsers.catalogue import NAMES
from mirror.window.panel.form_rows import add_across, add_row
from mirror.window.panel.legend import section
from mirror.window.plain_text import plain, tip
from pipeline.sources.camera import CameraListing

SIZES: tuple[tuple[int, int] | None, ...] = (None, (480, 640), (720, 1280), (1080, 1920))
RUNTIMES = tuple(sorted(fields_of(ParserConfig)["runtime"].choices))
_FOLDER_WIDTH = 320  # pixels that the panel has for a path
RATES: tuple[int | None, ...] = (None, 15, 30, 60)


class SourcePage(QWidget):
    """Shows the source and the parser, and passes on what is asked for.

    Args:
        say: the user's language.
        watch: starts looking at a choice.
        set_parser: goes on with another parser, or on more of the machine.
        ways_on: the text of each further button, and what it does.
        choose_folder: asks where pictures and recordings go.
    """

    def __init__(
        self,
        say: Say,
        watch: Callable[[Choice], None],
        set_parser: Callable[[ParserConfig], None],
        ways_on: Sequence[tuple[str, Callable[[], None]]],
        choose_folder: Callable[[], None],
    ) -> None:
        super().__init__()
        self.folder = plain(QLabel())
        self.folder.setObjectName("dim")
        self._choose_folder = choose_folder
        self._say, self._watch, self._set_parser = say, watch, set_parser
        self._config: ParserConfig | None = None
        own = say("the camera's own")
        self.camera, self.resolution, self.rate = QComboBox(), QComboBox(), QComboBox()
        self.parser, self.runtime, self.workers = QComboBox(), QComboBox(), QComboBox()
        for size in SIZES:
            self.resolution.addItem(f"{size[1]} × {size[0]}" if size else own, size)  # noqa: RUF001
        for rate in RATES:
            self.rate.addItem(f"{rate} fps" if rate else own, rate)
        self.workers.addItem(say("auto"), "auto")
        for count in (1, 2, 3, 4, 6, 8):
            self.workers.addItem(str(count), count)
        for box in (self.camera, self.resolution, self.rate):
            box.activated.connect(lambda _index: self._open_camera())
        for name in RUNTIMES:
            self.runtime.addItem(say(name), name)
        for box in (self.parser, self.runtime, self.workers):
            box.activated.connect(lambda _index: self._change_parser())
        self._lay_out(ways_on)

    def show_cameras(self, cameras: Sequence[CameraListing], choice: Choice | None) -> None:
        """Offer these cameras; none that is not there is ticked."""
        self.camera.clear()
        for camera in cameras:
            self.camera.addItem(camera.name, camera.index)
        if not cameras:
            self.camera.addItem(self._say("none found"))
        self.camera.setEnabled(bool(cameras))
        present = place_among([camera.index for camera in cameras], choice)
        for box in (self.resolution, self.rate):
            box.setEnabled(present is not None)
        if not cameras:
            return
        self.camera.setCurrentIndex(-1 if present is None else present)
        if isinstance(choice, CameraChoice):
            self.resolution.setCurrentIndex(max(0, self.resolution.findData(choice.size)))
            self.rate.setCurrentIndex(max(0, self.rate.findData(choice.rate)))

    def show_parser(self, config: ParserConfig) -> None:
        """Show which parser runs."""
        self._config = config
        self.parser.clear()
        for name in dict.fromkeys((*NAMES, config.name)):
            self.parser.addItem(self._say(name), name)
        self.parser.setCurrentIndex(self.parser.findData(config.name))
        self.runtime.setCurrentIndex(self.runtime.findData(config.runtime))
        self.runtime.setEnabled(config.name.startswith("m2fp"))  # the others have but one
        if self.workers.findData(config.workers) < 0:
            self.workers.addItem(str(config.workers), config.workers)
        self.workers.setCurrentIndex(self.workers.findData(config.workers))

    def show_folder(self, folder: Path) -> None:
        """Show where pictures and recordings go."""
        if self.folder.toolTip() != str(folder):
            self.folder.setToolTip(tip(str(folder)))
            metrics, cut = self.folder.fontMetrics(), Qt.TextElideMode.ElideMiddle
            self.folder.setText(metrics.elidedText(str(folder), cut, _FOLDER_WIDTH))

    def _open_camera(self) -> None:
        if (device := self.camera.currentData()) is not None:
            size, rate = self.resolution.currentData(), self.rate.currentData()
            self._watch(CameraChoice(device, size, rate))

    def _change_parser(self) -> None:
        if self._config is not None:
            asked = self._config.changed(
                name=self.parser.currentData(),
                runtime=self.runtime.currentData(),
                workers=self.workers.currentData(),
            )
            self._set_parser(asked)

    def _lay_out(self, ways_on: Sequence[tuple[str, Callable[[], None]]]) -> None:
        """One grid for all sections, so that their columns are the same."""
        say = self._say
        form = QGridLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        add_across(form, section(say("CAMERA")))
        add_row(form, say("Camera"), self.camera)
        add_row(form, say("Resolution"), self.resolution)
        add_row(form, say("Frame rate"), self.rate)
        add_across(form, section(say("OTHER SOURCES")))
        for text, act in ways_on:
            button = QPushButton(text)
            button.clicked.connect(lambda _checked, act=act: act())
            add_across(form, button)
        add_across(form, section(say("PARSER")))
        add_row(form, say("Parser"), self.parser)
        add_row(form, say("Runtime"), self.runtime)
        add_row(form, say("Workers"), self.workers)
        add_across(form, section(say("PICTURES AND RECORDINGS")))
        add_across(form, self.folder)
        choose = QPushButton(say("Choose a folder…"))
        choose.clicked.connect(lambda _checked: self._choose_folder())
        add_across(form, choose)
