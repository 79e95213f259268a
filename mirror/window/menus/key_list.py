"""Every key, on one page."""

from __future__ import annotations

from collections.abc import Sequence

from PyQt5.QtCore import QEvent, QObject, QSize, Qt
from PyQt5.QtGui import QKeySequence, QMouseEvent
from PyQt5.QtWidgets import (
    QBoxLayout,
    QDialog,
    QGridLayout,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from mirror.live.readout import Say
from mirror.window.menus.actions import Command
from mirror.window.panel.legend import AT_RIGHT, section

_SHARE = 0.9  # of the screen's sides, at most
_EDGE, _GAP = 26, 48


class KeysDialog(QDialog):
    """Shows what every key does, a column a menu or two; any click or Esc closes it.

    What a screen has no room for is scrolled to, with the wheel or with the arrow keys.
    """

    def __init__(self, parent: QWidget, commands: Sequence[Command], say: Say) -> None:
        super().__init__(parent)
        self.setWindowTitle(say("Keys"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.scrolled = QScrollArea()
        self.scrolled.setObjectName("panel")
        self.scrolled.setWidgetResizable(True)
        self.scrolled.setWidget(_page(commands, say, self._room()))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.scrolled)
        for inside in self.scrolled.findChildren(QWidget):
            inside.installEventFilter(self)
        self.scrolled.setFocus()
        self.resize(self.sizeHint())

    def sizeHint(self) -> QSize:
        """Return what everything needs, but no more than the screen has."""
        page, room = self.scrolled.widget(), self._room()
        bar = self.scrolled.verticalScrollBar()
        if page is None or bar is None:
            return room
        wanted = page.sizeHint() + QSize(4, 4)  # the area's edge
        if wanted.height() > room.height():
            wanted.setWidth(wanted.width() + bar.sizeHint().width())
        return wanted.boundedTo(room)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Close: there is nothing to click on."""
        self.close()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Close on a click on what is scrolled, too."""
        page = self.scrolled.widget()
        if event is None or event.type() != QEvent.Type.MouseButtonPress or page is None:
            return False
        if not isinstance(watched, QWidget) or not (watched is page or page.isAncestorOf(watched)):
            return False
        self.close()
        return True

    def _room(self) -> QSize:
        screen = self.screen()
        return QSize(800, 600) if screen is None else screen.availableSize() * _SHARE


def _page(commands: Sequence[Command], say: Say, room: QSize) -> QWidget:
    """Everything, in two columns where they fit beside one another."""
    page = QWidget()
    page.setObjectName("panel")
    row = QBoxLayout(QBoxLayout.Direction.LeftToRight, page)
    row.setContentsMargins(_EDGE, _EDGE, _EDGE, _EDGE)
    row.setSpacing(_GAP)
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
    if page.sizeHint().width() > room.width():
        row.setDirection(QBoxLayout.Direction.TopToBottom)
        row.setSpacing(0)
    return page


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
