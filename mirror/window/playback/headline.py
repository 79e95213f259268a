"""The figures in the picture's corner, on a plate of their own: there, but in nobody's way."""

from __future__ import annotations

from dataclasses import dataclass

from PyQt5.QtCore import QPoint, QRect
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen

from mirror.live.readout import Headline
from mirror.window.layout.theme import ALARM, DIM, INK

_PLATE, _RIM = QColor(18, 22, 27, 190), QColor(255, 255, 255, 36)  # the rim shows on black too
_LARGEST, _SMALLEST, _LEAST = 22, 14, 10  # pixels; the last where there is no room for more
_OF_HEIGHT = 44
_COUNTDOWN_OF_HEIGHT = 8  # legible from three metres


@dataclass(frozen=True, slots=True)
class _Piece:
    """A text in one font and colour."""

    text: str
    font: QFont
    colour: str

    @property
    def width(self) -> int:
        return QFontMetrics(self.font).horizontalAdvance(self.text)


def paint_headline(painter: QPainter, headline: Headline, note: str, within: QRect) -> QRect:
    """Paint figures, and a note in red; return where the plate lies."""
    large = max(_SMALLEST, min(_LARGEST, within.height() // _OF_HEIGHT))
    while True:
        for lines in _ways(headline, note, large):
            plate = _plate(lines, large, within)
            if plate.width() + _margin(large) <= within.width() or large <= _LEAST:
                _paint(painter, lines, plate, large)
                return plate
        large = max(_LEAST, large - 2)


def paint_countdown(painter: QPainter, seconds: int, below: QPoint, height: int) -> None:
    """Paint in red how soon a recording begins, below a point of a picture so many pixels high."""
    large = max(_SMALLEST, height // _COUNTDOWN_OF_HEIGHT)
    lines = [[_Piece(f"● {seconds}", _font(large, QFont.Weight.Bold), ALARM)]]
    plate = _plate(lines, large, QRect(below.x() - _margin(large), below.y(), 0, 0))
    _paint(painter, lines, plate, large)


def _ways(headline: Headline, note: str, large: int) -> list[list[list[_Piece]]]:
    """Return everything on one line, and the note on a second one."""
    number = _font(large, QFont.Weight.Bold)
    unit = _font(max(_LEAST, large * 4 // 5), QFont.Weight.Medium)
    gap = _Piece("   ", unit, DIM)
    figures = [
        _Piece(headline.fps, number, INK),
        _Piece(" fps", unit, DIM),
        gap,
        _Piece(headline.latency, number, INK),
        _Piece(" ms", unit, DIM),
    ]
    if not note:
        return [[figures]]
    red = _Piece(f"● {note}", unit, ALARM)
    return [[[*figures, gap, red]], [figures, [red]]]


def _plate(lines: list[list[_Piece]], large: int, within: QRect) -> QRect:
    wide = max(sum(piece.width for piece in line) for line in lines)
    tall = sum(_height(line) for line in lines) + _room(large) * (len(lines) - 1)
    room, margin = _room(large), _margin(large)
    corner = within.topLeft()
    return QRect(corner.x() + margin, corner.y() + margin, wide + 2 * room, tall + 2 * room)


def _paint(painter: QPainter, lines: list[list[_Piece]], plate: QRect, large: int) -> None:
    room = _room(large)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_RIM, 1))
    painter.setBrush(_PLATE)
    painter.drawRoundedRect(plate, room * 0.8, room * 0.8)
    y = plate.top() + room
    for line in lines:
        x = plate.left() + room
        y += _height(line)
        for piece in line:
            painter.setFont(piece.font)
            painter.setPen(QColor(piece.colour))
            painter.drawText(x, y, piece.text)
            x += piece.width
        y += room


def _height(line: list[_Piece]) -> int:
    return max(QFontMetrics(piece.font).capHeight() for piece in line)


def _room(large: int) -> int:
    return large // 3


def _margin(large: int) -> int:
    return large // 2


def _font(pixels: int, weight: int) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
