"""What stands around the picture, and goes away in full screen."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import QEvent, QObject, Qt, QTimer
from PyQt5.QtWidgets import QApplication, QMainWindow, QTabWidget, QWidget

_RESTS_AFTER_MS = 2000


class RestingCursor(QObject):
    """Hides the mouse's cursor over a widget once it has rested there, while it is told to."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self._over, self._hides = over, False
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
        return False

    def _rest(self) -> None:
        self._over.setCursor(Qt.CursorShape.BlankCursor)


class WindowChrome:
    """The menus, the panel and the bar of a window.

    Args:
        window: whose they are.
        view: the picture, which gets the keys when what had them goes away.
        panel: shown when it is wanted.
        bar: shown, but in full screen.
        has_panel: whether the panel is wanted at first.
        on_change: called when something has appeared or gone.
    """

    def __init__(
        self,
        window: QMainWindow,
        view: QWidget,
        panel: QTabWidget,
        bar: QWidget,
        has_panel: bool,
        on_change: Callable[[], None],
    ) -> None:
        self._window, self._view, self._panel, self._bar = window, view, panel, bar
        self._on_change, self.has_panel = on_change, has_panel
        self.cursor = RestingCursor(view)
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
        self._bar.setVisible(shown)
        self._panel.setVisible(has_panel)
        self.cursor.hide_when_resting(not shown)
        self._on_change()
