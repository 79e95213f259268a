"""Every key, on one page."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QKeySequence, QMouseEvent
from PyQt5.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from mirror.live.readout import Say
from mirror.window.menus.actions import Command
from mirror.window.panel.legend import AT_RIGHT, section


class KeysDialog(QDialog):
    """Shows what every key does, a column a menu or two; any click or Esc closes it."""

    def __init__(self, parent: QWidget, commands: Sequence[Command], say: Say) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = QHBoxLayout(self)
        row.setContentsMargins(32, 26, 32, 26)
        row.setSpacing(48)
        menus = list(dict.fromkeys(command.menu for command in commands))
        for pair in (menus[0::2], menus[1::2]):
            column = QVBoxLayout()
            column.setSpacing(8)
            for title in pair:
                column.addWidget(section(say(title).upper()))
                inside = [command for command in commands if command.menu == title]
                column.addLayout(_keys(inside, say))
                column.addSpacing(18)
            column.addStretch()
            row.addLayout(column)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Close: there is nothing to click on."""
        self.close()


def _keys(commands: Sequence[Command], say: Say) -> QGridLayout:
    grid = QGridLayout()
    grid.setColumnStretch(0, 1)
    grid.setHorizontalSpacing(36)
    grid.setVerticalSpacing(3)
    for place, command in enumerate(commands):
        native = QKeySequence.SequenceFormat.NativeText
        keys = "   ".join(QKeySequence(key).toString(native) for key in command.keys)
        name, value = QLabel(say(command.text)), QLabel(keys)
        name.setObjectName("dim")
        value.setObjectName("value")
        value.setAlignment(AT_RIGHT)
        grid.addWidget(name, place, 0)
        grid.addWidget(value, place, 1)
    return grid
