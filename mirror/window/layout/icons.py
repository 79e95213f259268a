"""The bar's icons, drawn here so that they are sharp at every scale and match the theme."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QIcon, QPainter, QPen, QPixmap, QPolygonF

from mirror.window.layout.theme import ALARM, INK

_SIDE = 24.0  # the grid that they are drawn on
_SCALE = 4  # pixels a unit: enough for any screen


def icon(name: str) -> QIcon:
    """Return the icon of a name in ``SHAPES``."""
    pixmap = QPixmap(round(_SIDE * _SCALE), round(_SIDE * _SCALE))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(_SCALE, _SCALE)
    pen = QPen(QColor(INK), 1.8)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    SHAPES[name](painter)
    painter.end()
    return QIcon(pixmap)


def _triangle(painter: QPainter, x: float, wide: float) -> None:
    points = [QPointF(x, 6), QPointF(x + wide, 12), QPointF(x, 18)]
    painter.setBrush(QColor(INK))
    painter.drawPolygon(QPolygonF(points))


def _bars(painter: QPainter, *xs: float) -> None:
    painter.setBrush(QColor(INK))
    for x in xs:
        painter.drawRoundedRect(QRectF(x, 6, 2.4, 12), 0.6, 0.6)


def _play(painter: QPainter) -> None:
    _triangle(painter, 8, 10)


def _pause(painter: QPainter) -> None:
    _bars(painter, 7.4, 14.2)


def _forward(painter: QPainter) -> None:
    _triangle(painter, 6, 8)
    _bars(painter, 15.6)


def _back(painter: QPainter) -> None:
    _triangle(painter, 18, -8)
    _bars(painter, 6)


def _loop(painter: QPainter) -> None:
    painter.drawArc(QRectF(5, 5, 14, 14), 40 * 16, 290 * 16)
    painter.drawPolyline(QPolygonF([QPointF(13.6, 6.6), QPointF(17.6, 7.2), QPointF(18.2, 3.2)]))


def _camera(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3.5, 7, 17, 12), 2.4, 2.4)
    painter.drawEllipse(QPointF(12, 13), 3.4, 3.4)
    painter.drawPolyline(QPolygonF([QPointF(8.5, 7), QPointF(10, 4.6), QPointF(14, 4.6)]))
    painter.drawLine(QPointF(14, 4.6), QPointF(15.5, 7))


def _record(painter: QPainter) -> None:
    painter.setBrush(QColor(ALARM))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(12, 12), 6.4, 6.4)


def _stop(painter: QPainter) -> None:
    painter.setBrush(QColor(ALARM))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawRoundedRect(QRectF(6.5, 6.5, 11, 11), 1.6, 1.6)


def _panel(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3.5, 5, 17, 14), 2.4, 2.4)
    painter.drawLine(QPointF(14.5, 5), QPointF(14.5, 19))


def _full(painter: QPainter) -> None:
    for x, y, across, down in ((4, 4, 1, 1), (20, 4, -1, 1), (4, 20, 1, -1), (20, 20, -1, -1)):
        corner = [QPointF(x, y + 5 * down), QPointF(x, y), QPointF(x + 5 * across, y)]
        painter.drawPolyline(QPolygonF(corner))


def _webcam(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(12, 10), 7, 7)
    painter.drawEllipse(QPointF(12, 10), 2.8, 2.8)
    painter.drawPolyline(QPolygonF([QPointF(7, 21), QPointF(12, 17.4), QPointF(17, 21)]))


def _film(painter: QPainter) -> None:
    painter.drawRoundedRect(QRectF(3.5, 5, 17, 14), 2.4, 2.4)
    points = [QPointF(10, 9), QPointF(15, 12), QPointF(10, 15)]
    painter.setBrush(QColor(INK))
    painter.drawPolygon(QPolygonF(points))


def _workout(painter: QPainter) -> None:
    painter.drawEllipse(QPointF(10, 4.4), 2.2, 2.2)
    painter.drawPolyline(QPolygonF([QPointF(4.5, 11), QPointF(10, 9), QPointF(15.5, 11)]))
    painter.drawPolyline(QPolygonF([QPointF(10, 9), QPointF(10, 15), QPointF(9, 21.5)]))
    painter.drawLine(QPointF(10, 15), QPointF(20, 17.5))


SHAPES: Mapping[str, Callable[[QPainter], None]] = {
    "play": _play,
    "pause": _pause,
    "forward": _forward,
    "back": _back,
    "loop": _loop,
    "camera": _camera,
    "record": _record,
    "stop": _stop,
    "panel": _panel,
    "webcam": _webcam,
    "film": _film,
    "workout": _workout,
    "full": _full,
}
