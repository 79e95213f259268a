"""Which keys belong to the control that has the focus, before they are the window's shortcuts."""

from __future__ import annotations

from PyQt5.QtCore import QEvent, QObject, Qt
from PyQt5.QtGui import QKeyEvent, QKeySequence
from PyQt5.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QMainWindow,
    QScrollArea,
    QTabBar,
    QWidget,
)

_PRESS = {Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter}
_ACROSS = {Qt.Key.Key_Left, Qt.Key.Key_Right}
_ENDS = {Qt.Key.Key_Home, Qt.Key.Key_End}
_PAGES = {Qt.Key.Key_PageUp, Qt.Key.Key_PageDown}
_MOVE = _ACROSS | _ENDS | _PAGES | {Qt.Key.Key_Up, Qt.Key.Key_Down}
_COMMAND = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
_CONTROLS = (QAbstractButton, QAbstractSlider, QComboBox, QScrollArea, QTabBar)


class Keyboard(QObject):
    """Leaves a focused control the keys that work it, and lets held keys do most things only once.

    Args:
        window: whose keys it watches from now on.
    """

    def __init__(self, window: QMainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._released: tuple[int, int] | None = None  # the last key that was let go, and when
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Keep shortcuts from a control's own keys; see to Return and to F10, as Qt does not."""
        if not isinstance(event, QKeyEvent):
            return False
        focused = QApplication.focusWidget()
        if event.type() == QEvent.Type.ShortcutOverride:
            is_own = focused is not None and is_needed(focused, event)
            if is_own or (self._is_held(event) and not self._may_repeat(event.key())):
                event.accept()
                return True
            return False
        if event.type() == QEvent.Type.KeyRelease:
            self._released = event.key(), event.timestamp()
        if event.type() != QEvent.Type.KeyPress or event.isAutoRepeat():
            return False
        if event.key() == Qt.Key.Key_F10 and not event.modifiers():
            return self._open_menus()
        return focused is not None and _pressed(focused, event.key())

    def _is_held(self, event: QKeyEvent) -> bool:
        """X11 lets a held key go and presses it again at once; Qt overlooks that now and then."""
        at = event.timestamp()  # 0 where nobody knows
        return event.isAutoRepeat() or (at > 0 and self._released == (event.key(), at))

    def _may_repeat(self, key: int) -> bool:
        actions = [action for action in self._window.actions() if action.autoRepeat()]
        return any(QKeySequence(key) in action.shortcuts() for action in actions)

    def _open_menus(self) -> bool:
        bar = self._window.menuBar()
        if bar is None or not bar.isVisible():
            return False
        bar.setActiveAction(bar.actions()[0])
        return True


def is_needed(control: QWidget, event: QKeyEvent) -> bool:
    """Return whether a control does something with a key of its own accord."""
    if event.modifiers() & _COMMAND:
        return False
    if isinstance(control, QAbstractButton):
        return event.key() in _PRESS
    if isinstance(control, QAbstractSlider):
        return event.key() in _MOVE
    if isinstance(control, QTabBar):
        return event.key() in _ACROSS | _ENDS
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
    """Do what Qt does in dialogs only, or with other keys only."""
    if isinstance(control, QTabBar) and key in _ENDS:
        control.setCurrentIndex(0 if key == Qt.Key.Key_Home else control.count() - 1)
        return True
    if key not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        return False
    if isinstance(control, QAbstractButton):
        control.click()
        return True
    if isinstance(control, QComboBox):
        control.showPopup()
        return True
    return False
