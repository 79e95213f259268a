"""The ways to begin that the first page offers, and what each does."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from datetime import datetime

from PyQt5.QtWidgets import QWidget

from mirror.core.resources import media_file
from mirror.live.coaching.history import glance, kept_sets
from mirror.live.readout import Say
from mirror.live.sources.source_choice import CameraChoice, Choice, FileChoice
from mirror.window.pages.about_dialog import AboutDialog
from mirror.window.pages.home_page import HomePage
from mirror.window.playback.coach_controller import CoachController
from mirror.window.settings.settings_store import SettingsStore
from mirror.window.settings.source_dialogs import SourceDialogs

_DEMO, _DEMO_EXERCISE = "demo.mp4", "lateral-leg-raise"


class Beginnings:
    """Begins with a camera, a video or a workout.

    Args:
        parent: what dialogs stand before.
        memory: knows the camera and the files that were looked at last.
        trainer: coaches the demo workout.
        watch: starts looking at a choice.
    """

    def __init__(
        self,
        parent: QWidget,
        memory: SettingsStore,
        trainer: CoachController,
        watch: Callable[[Choice], None],
    ) -> None:
        self._parent, self._memory = parent, memory
        self._trainer, self._watch = trainer, watch
        self._say: Say = str
        self._language = "en"

    def page(self, say: Say, language: str, chooser: SourceDialogs) -> HomePage:
        """Return the first page, in a language."""
        self._say, self._language = say, language
        page = HomePage(
            *(say, self.open_camera, chooser.open_file, self.open_demo_workout),
            *(self._watch, self.show_about),
        )
        return page

    def refresh(self, page: HomePage) -> None:
        """Show what was looked at last, and what was done."""
        page.show_recent(self._memory.recent)
        today = datetime.now().date()
        page.show_history(glance(kept_sets(), today, self._say, self._language))

    def keep(self, choice: Choice) -> None:
        """Remember a file that is looked at; what ships with the product is found anyway."""
        if isinstance(choice, FileChoice) and choice.path.parent != media_file(_DEMO).parent:
            self._memory.keep_recent(choice.path)

    def open_camera(self) -> None:
        """Look at the camera that was chosen last, or at the first one."""
        self._watch(self._memory.camera or CameraChoice())

    def open_demo_workout(self) -> None:
        """Look at the clip that ships with the product, coached."""
        options = dataclasses.replace(self._trainer.options, exercise=_DEMO_EXERCISE)
        self._trainer.set_options(options, is_kept=False)
        self._watch(FileChoice(media_file(_DEMO)))

    def show_about(self) -> None:
        """Say what this is, and under which licences."""
        AboutDialog(self._parent, self._say).show()
