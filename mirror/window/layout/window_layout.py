"""How the window is laid out, and how often its screen shows a picture."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QByteArray, QSize, Qt, QTimer
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QMainWindow,
    QStyledItemDelegate,
    QVBoxLayout,
    QWidget,
)

from mirror.window.layout.responsive_layout import (
    PANEL_WIDTH,
    Place,
    first_size,
    panel_height,
    panel_place,
)

_UNBOUND = 16777215  # Qt's QWIDGETSIZE_MAX


class Screen(QWidget):
    """The pages with the panel: beside them, or below them where there is no room for that."""

    def __init__(self, pages: QWidget, panel: QWidget) -> None:
        super().__init__()
        self._pages, self._panel = pages, panel
        self._place: Place | None = None
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        self._row.addWidget(pages, 1)
        self._row.addWidget(panel)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Put the panel where there is room for it now."""
        place = panel_place(self.width())
        if place != self._place:
            self._place = place
            self._put(place)
        if place == "below":
            self._panel.setFixedHeight(panel_height(self.height()))

    def minimumSizeHint(self) -> QSize:
        """Return what the pages need: the panel moves out of their way."""
        return self._pages.minimumSizeHint()

    def _put(self, place: Place) -> None:
        self._panel.setMinimumSize(0, 0)
        self._panel.setMaximumSize(_UNBOUND, _UNBOUND)
        is_beside = place == "beside"
        way = QBoxLayout.Direction.LeftToRight if is_beside else QBoxLayout.Direction.TopToBottom
        self._row.setDirection(way)
        if is_beside:
            self._panel.setFixedWidth(PANEL_WIDTH)


class Whole(QWidget):
    """The pages with the panel, and the bar: below both, or over the foot of both."""

    def __init__(self, pages: QWidget, panel: QWidget, bar: QWidget) -> None:
        super().__init__()
        self._bar, self._floats = bar, False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(Screen(pages, panel), 1)
        self._column.addWidget(bar)
        for box in self.findChildren(QComboBox):
            box.setItemDelegate(QStyledItemDelegate(box))  # Qt's own knows no sheet: tight lines

    def float_bar(self, floats: bool) -> None:
        """Lay the bar over what is above it, so that nothing moves when it comes and goes."""
        if floats == self._floats:
            return
        self._floats = floats
        if floats:
            self._column.removeWidget(self._bar)
            self._place_bar()
        else:
            self._column.addWidget(self._bar)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Keep the bar at the foot."""
        self._place_bar()

    def _place_bar(self) -> None:
        if self._floats:
            tall = self._bar.sizeHint().height()
            self._bar.setGeometry(0, self.height() - tall, self.width(), tall)
            self._bar.raise_()


def put(window: QMainWindow, place: QByteArray | None) -> None:
    """Put a window where it was, as Qt wrote that down, or let it be as large as at first."""
    if (screen := window.screen()) is not None:
        room = screen.availableSize()
        window.resize(*first_size(room.width(), room.height()))
    if place is not None:
        window.restoreGeometry(place)


def ticking(window: QWidget, act: Callable[[], None]) -> QTimer:
    """Return a timer that does something at the pace of a window's screen, started."""
    timer = QTimer(window)
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(act)
    timer.start(refresh_ms(window))
    return timer


def refresh_ms(window: QWidget) -> int:
    """Half of what the screen shows a picture for: so no picture waits for longer than that."""
    screen = window.screen()
    rate = 60.0 if screen is None else screen.refreshRate()
    return max(4, int(500 / max(30.0, rate)))
