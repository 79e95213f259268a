"""Where frames spend their time, second by second, as stacked bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PyQt5.QtCore import QRect, QRectF, QSize, Qt
from PyQt5.QtGui import QColor, QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from mirror.live.readout import nice_ceiling
from mirror.live.session.live_metrics import STAGES
from mirror.window.layout.theme import EDGE, INK, RAISED, STAGE_COLOURS


class StagePlot(QWidget):
    """A bar a second over the last minute, each stage in its colour; the top says the scale."""

    def __init__(self) -> None:
        super().__init__()
        self._history: Sequence[Mapping[str, float]] = ()
        self.setMinimumHeight(120)

    def sizeHint(self) -> QSize:
        """Return a size that shows a minute well."""
        return QSize(300, 120)

    def show_history(self, history: Sequence[Mapping[str, float]]) -> None:
        """Show these seconds, oldest first: stage -> mean seconds a frame."""
        self._history = history
        self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the bars."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(RAISED))
        top_s = nice_ceiling(self._history)
        for line in (1, 2, 3):
            y = self.height() * line // 4
            painter.setPen(QColor(EDGE))
            painter.drawLine(0, y, self.width(), y)
        if self._history:
            wide = self.width() / len(self._history)
            for place, second in enumerate(self._history):
                self._paint_bar(painter, place * wide, wide, second, top_s)
        self._paint_scale(painter, f"{top_s * 1e3:.0f} ms")
        painter.end()

    def _paint_scale(self, painter: QPainter, text: str) -> None:
        """What the top stands for, on a plate, for bars may reach that high."""
        room = painter.fontMetrics().boundingRect(text)
        plate = QRect(0, 0, room.width() + 16, room.height() + 8)
        painter.fillRect(plate, QColor(RAISED))
        painter.setPen(QColor(INK))
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)

    def _paint_bar(
        self, painter: QPainter, x: float, wide: float, second: Mapping[str, float], top_s: float
    ) -> None:
        y = float(self.height())
        for stage in STAGES:
            tall = min(y, second.get(stage, 0.0) / top_s * self.height())
            y -= tall
            bar = QRectF(x, y, max(1.0, wide - 1), tall)
            painter.fillRect(bar, QColor(STAGE_COLOURS[stage]))
