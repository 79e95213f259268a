"""Which keys belong to the control that has the focus, before they are the window's shortcuts."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QKeyEvent
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QScrollArea,
    QTabBar,
    QWidget,
)

_PRESS = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_ACROSS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_MOVE = _ACROSS | {
    Qt.Key.Key_Up,
    Qt.Key.Key_Down,
    Qt.Key.Key_Home,
    Qt.Key.Key_End,
    Qt.Key.Key_PageUp,
    Qt.Key.Key_PageDown,
}
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QScrollArea, QTabBar)


class Keyboard(QObject):
    """Leaves a focused control the keys that work it; watches the window that it is made for."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep shortcuts from a control's own keys, and press buttons that Return is meant for."""
        focused = QApplication.focusWidget()
        if not isinstance(event, QKeyEvent) or focused is None:
            return False
        if event.type() == QEvent.Type.ShortcutOverride and is_needed(focused, event):
            event.accept()
            return True
        if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
            return _pressed(focused, event.key())
        return False


def is_needed(control: QWidget, event: QKeyEvent) -> bool:
    """Return whether a control does something with a key of its own accord."""
    if event.modifiers() & _COMMAND:
        return False
    if isinstance(control, QAbstractButton):
        return event.key() in _PRESS
    if isinstance(control, QAbstractSlider):
        return event.key() in _MOVE
    if isinstance(control, QTabBar):
        return event.key() in _ACROSS
    if isinstance(control, QComboBox):
        return event.key() in _PRESS | _MOVE or (event.text().isprintable() and event.text() != "")
    return False


def reach_by_tab(inside: QWidget) -> None:
    """Let Tab alone give controls the focus: after a click, keys still go to the picture."""
    for kind in _CONTROLS:
        for control in inside.findChildren(kind):
            if control.focusPolicy() != Qt.FocusPolicy.NoFocus:  # parts of controls, as scroll bars
                control.setFocusPolicy(Qt.FocusPolicy.TabFocus)


def _pressed(control: QWidget, key: int) -> bool:
    """Do what Qt does in dialogs only; Space opens a list, and so may Return."""
    if key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if isinstance(control, QAbstractButton):
        control.click()
        return True
    if isinstance(control, QComboBox):
        control.showPopup()
        return True
    return False
