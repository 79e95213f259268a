"""A button that shows a colour, and asks for another."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QColor, QIcon, QPainter, QPixmap
from PyQt5.QtWidgets import QColorDialog, QPushButton

_CHIP, _GAP = 14, 6  # pixels


class ColourButton(QPushButton):
    """Shows a colour and how it is written, ``#rrggbb``; a click asks for another.

    Args:
        title: of the dialog that asks.
        set_colour: takes the colour that the user asks for.
    """

    def __init__(self, title: str, set_colour: Callable[[str], None]) -> None:
        super().__init__()
        self._title, self._set_colour = title, set_colour
        self._colour = "#ffffff"
        self.setAccessibleName(title)
        self.setIconSize(QSize(_CHIP + _GAP, _CHIP))
        self.clicked.connect(lambda _checked: self._ask())

    def show_colour(self, colour: str | None, otherwise: str = "") -> None:
        """Show a colour, or words where there is none; asks for nothing."""
        self.setText(otherwise if colour is None else colour)
        self.setIcon(QIcon() if colour is None else chip(colour, _GAP))
        self.setAccessibleDescription(self.text())
        self._colour = colour or self._colour

    def _ask(self) -> None:
        chosen = QColorDialog.getColor(QColor(self._colour), self, self._title)
        if chosen.isValid():
            self._set_colour(chosen.name())


def chip(colour: str, gap: int = 0) -> QIcon:
    """Return a small square of a colour, and a gap of so many pixels on its right."""
    square = QPixmap(_CHIP + gap, _CHIP)
    square.fill(Qt.GlobalColor.transparent)
    painter = QPainter(square)
    painter.fillRect(0, 0, _CHIP, _CHIP, QColor(colour))
    painter.end()
    return QIcon(square)
