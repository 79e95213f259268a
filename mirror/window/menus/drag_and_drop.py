"""What is dragged onto the window: files, addresses, and addresses as plain text."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PyQt5.QtCore import QEvent, QMimeData, QObject
from PyQt5.QtGui import QDropEvent
from PyQt5.QtWidgets import QWidget


class DropTarget(QObject):
    """Takes what can be looked at, and nothing else.

    Args:
        window: what it is dragged onto.
        dropped: takes the paths and addresses that were let go, at least one.
    """

    def __init__(self, window: QWidget, dropped: Callable[[Sequence[str]], None]) -> None:
        super().__init__(window)
        self._dropped = dropped
        window.setAcceptDrops(True)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Answer what concerns dragging; leave the rest alone."""
        if not isinstance(event, QDropEvent) or not (dragged := _places(event.mimeData())):
            return False
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            event.acceptProposedAction()
        elif event.type() == QEvent.Type.Drop:
            event.acceptProposedAction()
            self._dropped(dragged)
        return True


def _places(dragged: QMimeData | None) -> list[str]:
    if dragged is None:
        return []
    if urls := dragged.urls():
        # as it is sent: unescaped, as Qt shows it, some servers would not know it
        return [url.toLocalFile() or bytes(url.toEncoded()).decode() for url in urls]
    lines = [line.strip() for line in dragged.text().splitlines()]
    # a browser or a mail hands an address over as text; other texts are nothing to look at
    return [line for line in lines if "://" in line and " " not in line]
