"""How the window is laid out, and how often its screen shows a picture."""

from __future__ import annotations

from PyQt5.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget


def laid_out(pages: QWidget, panel: QWidget, bar: QWidget) -> QWidget:
    """Return a widget with the pages, the panel to their right, and the bar below both."""
    whole = QWidget()
    column = QVBoxLayout(whole)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(pages, 1)
    row.addWidget(panel)
    column.addLayout(row, 1)
    column.addWidget(bar)
    return whole


def refresh_ms(window: QWidget) -> int:
    """Half of what the screen shows a picture for: so no picture waits for longer than that."""
    screen = window.screen()
    rate = 60.0 if screen is None else screen.refreshRate()
    return max(4, int(500 / max(30.0, rate)))
