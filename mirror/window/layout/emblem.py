"""The product's own sign: somebody in a mirror, coloured by body part."""

from __future__ import annotations

from PyQt5.QtCore import QPointF, QRectF, Qt
from PyQt5.QtGui import QColor, QPainter, QPen, QPixmap

from mirror.core.label_set import label_set
from mirror.window.layout.theme import ACCENT, RAISED

_SIDE = 64.0  # the grid that it is drawn on
_LIMBS = (  # the parts' names, and from where to where each goes; left is the person's own
    ("left-upper-arm", (37, 25), (45, 18)),
    ("left-forearm", (45, 18), (48, 9)),
    ("right-upper-arm", (27, 25), (20, 33)),
    ("right-forearm", (20, 33), (21, 41)),
    ("left-thigh", (35, 38), (38, 47)),
    ("left-shin", (38, 47), (38, 56)),
    ("right-thigh", (29, 38), (26, 47)),
    ("right-shin", (26, 47), (26, 56)),
)


def emblem(side: int) -> QPixmap:
    """Return the sign, so many pixels wide and high."""
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / _SIDE, side / _SIDE)
    painter.setPen(QPen(QColor(ACCENT), 2.5))
    painter.setBrush(QColor(RAISED))
    painter.drawRoundedRect(QRectF(6, 3, 52, 58), 12, 12)
    parts = label_set("built-in")
    colours = dict(zip(parts.names, parts.palette(None), strict=True))
    for name, start, end in _LIMBS:
        pen = QPen(QColor(colours[name]), 6)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawLine(QPointF(*start), QPointF(*end))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(colours["torso"]))
    painter.drawRoundedRect(QRectF(26, 21, 12, 19), 5, 5)
    painter.setBrush(QColor(colours["head"]))
    painter.drawEllipse(QPointF(32, 14), 5.5, 5.5)
    painter.end()
    return pixmap
