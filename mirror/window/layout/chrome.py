"""What stands around the picture, and in full screen comes only when the mouse is moved."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QObject, Qt, QTimer
from PyQt5.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget

from mirror.window.layout.window_layout import Whole

_RESTS_AFTER_MS = 2000


class RestingCursor(QObject):
    """Hides the mouse's cursor over a widget once it has rested there, while it is told to.

    Args:
        over: the widget.
        on_move: called when it moves, and so is seen.
        on_rest: called when it has rested; returns whether it is to be hidden.
    """

    def __init__(
        self, over: QWidget, on_move: Callable[[], None], on_rest: Callable[[], bool]
    ) -> None:
        super().__init__(over)
        self._over, self._hides = over, False
        self._on_move, self._on_rest = on_move, on_rest
        self.timer = QTimer(self)
        self.timer.setSingleShot(True)
        self.timer.setInterval(_RESTS_AFTER_MS)
        self.timer.timeout.connect(self._rest)
        over.setMouseTracking(True)
        over.installEventFilter(self)

    def hide_when_resting(self, hides: bool) -> None:
        """Hide it from now on, or leave it alone; either way it is seen first."""
        self._hides = hides
        self._over.setCursor(Qt.CursorShape.ArrowCursor)
        if hides:
            self.timer.start()
        else:
            self.timer.stop()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        """Show it as soon as it moves; wait for nothing over what is not seen itself."""
        kind = None if event is None else event.type()
        if kind == QEvent.Type.Hide:
            self.timer.stop()  # the widget may be gone by the time
        elif self._hides and kind in (QEvent.Type.MouseMove, QEvent.Type.Show):
            self.hide_when_resting(True)
            if kind == QEvent.Type.MouseMove:
                self._on_move()
        return False

    def _rest(self) -> None:
        if self._on_rest():
            self._over.setCursor(Qt.CursorShape.BlankCursor)
        else:
            self.timer.start()


class WindowChrome:
    """The menus, the panel and the bar of a window.

    Args:
        window: whose they are.
        view: the picture, which gets the keys when what had them goes away.
        panel: shown when it is wanted.
        whole: what they are laid out in.
        bar: shown; in full screen while the mouse is moved, over the picture.
        has_panel: whether the panel is wanted at first.
        on_change: called when something has appeared or gone.
    """

    def __init__(
        self,
        window: QMainWindow,
        view: QWidget,
        panel: QTabWidget,
        whole: Whole,
        bar: QWidget,
        has_panel: bool,
        on_change: Callable[[], None],
    ) -> None:
        self._window, self._view, self._panel, self._bar = window, view, panel, bar
        self._whole, self._on_change, self.has_panel = whole, on_change, has_panel
        self.cursor = RestingCursor(view, self._show_controls, self._hide_controls)
        self._show(not window.isFullScreen())

    def toggle_panel(self) -> None:
        """Show the panel, or hide it."""
        self.has_panel = not self._panel.isVisible()
        self._show(not self._window.isFullScreen() or self.has_panel)

    def show_page(self, place: int) -> None:
        """Show one of the panel's pages, and let keys go to its name."""
        self.has_panel = True
        self._show(True)
        self._panel.setCurrentIndex(place)
        if (names := self._panel.tabBar()) is not None:
            names.setFocus(Qt.FocusReason.TabFocusReason)

    def toggle_full_screen(self) -> None:
        """Show the picture and the large figures only, or everything again."""
        if self._window.isFullScreen():
            return self.leave_full_screen()
        self._show(False)
        self._switch_full_screen()

    def leave_full_screen(self) -> None:
        """Show everything again; keys go to the picture."""
        self._view.setFocus()
        if self._window.isFullScreen():
            self._switch_full_screen()
            self._show(True)

    def _show_controls(self) -> None:
        self._bar.show()
        self._bar.raise_()

    def _hide_controls(self) -> bool:
        """Hide them, unless they are being used; return whether they are hidden."""
        focused = QApplication.focusWidget()
        is_used = self._bar.underMouse() or QApplication.activePopupWidget() is not None
        if is_used or (focused is not None and self._bar.isAncestorOf(focused)):
            return False
        self._bar.hide()
        return True

    def _switch_full_screen(self) -> None:
        # not showFullScreen and showNormal: they forget that a window was maximised
        self._window.setWindowState(self._window.windowState() ^ Qt.WindowState.WindowFullScreen)

    def _show(self, shown: bool) -> None:
        has_panel = shown and self.has_panel
        focused = QApplication.focusWidget()
        for part, stays in ((self._panel, has_panel), (self._bar, shown)):
            if focused is not None and not stays and part.isAncestorOf(focused):
                self._view.setFocus()
        if (menus := self._window.menuBar()) is not None:
            menus.setVisible(shown)
        self._whole.float_bar(not shown)
        self._bar.setVisible(shown)
        self._panel.setVisible(has_panel)
        self.cursor.hide_when_resting(not shown)
        self._on_change()
