"""Names are shown letter by letter: Qt takes for HTML what looks like it, and obeys."""

from __future__ import annotations

import html

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import QLabel


def plain(label: QLabel) -> QLabel:
    """Have a label show its texts letter by letter; return it."""
    label.setTextFormat(Qt.TextFormat.PlainText)
    return label


def tip(text: str) -> str:
    """Return what a tool tip is given to show a text letter by letter; it has no format to set."""
    return f"<span>{html.escape(text)}</span>" if "<" in text else text
