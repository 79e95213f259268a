"""What is copied for other programs."""

from __future__ import annotations

from PyQt5.QtGui import QGuiApplication


def copy(text: str) -> None:
    """Hand a text to the system's clipboard."""
    clipboard = QGuiApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)
