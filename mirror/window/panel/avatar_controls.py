"""The controls by which an avatar in another program is moved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from PyQt5.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QLineEdit, QWidget

from mirror.live.gettext_noop import N_
from mirror.live.readout import Say
from mirror.live.session.avatar_link import AvatarState, AvatarTarget
from mirror.outputs.vmc import PORT
from mirror.window.panel.form_rows import add_across, add_row
from mirror.window.panel.legend import section

HERE = f"127.0.0.1:{PORT}"  # where programs that show avatars listen on this computer
_STATES: Final[Mapping[AvatarState, str]] = {
    "off": N_("VSeeFace, Warudo and other programs that receive VMC show it."),
    "begins": N_("Waiting for the first picture."),
    "unheard": N_("Nobody listens there yet. Switch on receiving VMC in the other program."),
    "awaits-pose": N_("Face the camera, both arms straight out, for a second."),
    "moves": N_("It moves with whoever is largest in the picture."),
}


class AvatarControls(QWidget):
    """Shows what avatar is moved, and passes on which one is wanted.

    Args:
        say: the user's language.
        set_avatar: takes the avatar that the user asks for, or none.
    """

    def __init__(self, say: Say, set_avatar: Callable[[AvatarTarget | None], None]) -> None:
        super().__init__()
        self._say, self._set_avatar = say, set_avatar
        self.is_moved = QCheckBox(say("Move an avatar"))
        self.address = QLineEdit(HERE)
        self.calibration = QComboBox()
        self.calibration.addItem(say("at once"), "auto")
        self.calibration.addItem(say("with a T-pose"), "t-pose")
        self.state = QLabel()
        self.state.setObjectName("dim")
        self.state.setWordWrap(True)
        self.is_moved.toggled.connect(lambda _on: self._change())
        self.address.editingFinished.connect(self._change_if_moved)
        self.calibration.activated.connect(lambda _index: self._change_if_moved())
        self.show_avatar(None, "off")
        self._lay_out()

    def show_avatar(self, target: AvatarTarget | None, state: AvatarState) -> None:
        """Show what is moved, and how that goes; asks for nothing."""
        self.is_moved.blockSignals(True)
        self.is_moved.setChecked(target is not None)
        self.is_moved.blockSignals(False)
        if target is not None and not self.address.hasFocus():
            self.address.setText(target.address)
            self.calibration.setCurrentIndex(self.calibration.findData(target.calibration))
        self.state.setText(self._say(_STATES[state]))

    @property
    def _target(self) -> AvatarTarget:
        address = self.address.text().strip() or HERE
        return AvatarTarget(address, self.calibration.currentData())

    def _change(self) -> None:
        self._set_avatar(self._target if self.is_moved.isChecked() else None)

    def _change_if_moved(self) -> None:
        if self.is_moved.isChecked():
            self._change()

    def _lay_out(self) -> None:
        say = self._say
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 8, 0, 0)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        grid.addWidget(section(say("AVATAR")), 0, 0, 1, 2)
        grid.addWidget(self.is_moved, 1, 0, 1, 2)
        add_row(grid, say("Address"), self.address)
        add_row(grid, say("Begins"), self.calibration)
        add_across(grid, self.state)
