"""The bar under the picture: a file's controls, and what is done with the picture."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QResizeEvent
from PyQt5.QtWidgets import (
    QAction,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from mirror.live.readout import Say, clock_time
from mirror.live.sources.media_player import SPEEDS, Player
from mirror.live.sources.thumbnails import Thumbnails
from mirror.window.layout.elided_label import ElidedLabel
from mirror.window.layout.icons import icon
from mirror.window.layout.responsive_layout import folded
from mirror.window.playback.seek_slider import STEPS, SeekSlider, ThumbnailPopup
from pipeline.frame import Frame

# a button's icon -> what it does, in English; the command of that name is what it triggers
FILE_BUTTONS = {"back": "Frame back", "play": "Play or pause", "forward": "Frame on"}
PICTURE_BUTTONS = {
    "camera": "Save the picture",
    "record": "Record",
    "panel": "Panel",
    "full": "Full screen",
}
# what stays when there is little room, the most important first
_IMPORTANT = (
    *("play", "slider", "record", "camera", "panel", "full"),
    *("time", "title", "speed", "loop", "back", "forward"),
)
_SLIDER_PX = 130  # fewer cannot be aimed at
_NAME_PX, _TITLE_PX = 130, 240  # of a film's name, at least and at most
_EDGE_PX, _GAP_PX = 16, 16
_LEAST_PX = 320
_UNBOUND = 16777215  # Qt's QWIDGETSIZE_MAX


class ControlBar(QWidget):
    """Shows how a file stands and passes on what is asked of it.

    Args:
        say: the user's language.
        commands: what each command of the window does, by its English text.
        player: returns the controls of what is played; None where nothing can be controlled.
    """

    def __init__(
        self,
        say: Say,
        commands: Mapping[str, Callable[[], None]],
        player: Callable[[], Player | None],
    ) -> None:
        super().__init__()
        self._say, self._player = say, player
        self.setObjectName("bar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.title = ElidedLabel()
        self.title.setObjectName("value")
        self.buttons = {
            name: self._button(name, text, commands[text])
            for name, text in (FILE_BUTTONS | PICTURE_BUTTONS).items()
        }
        self.slider = SeekSlider(self._hover)
        self.popup = ThumbnailPopup(self)
        self._thumbnails: Thumbnails | None = None
        self._hovered: int | None = None
        self.slider.setAccessibleName(say("Place in the video"))
        self.slider.valueChanged.connect(self._seek)
        self.time = QLabel()
        self.time.setObjectName("dim")
        self.speed = QComboBox()
        self.speed.setAccessibleName(say("Speed"))
        for speed in SPEEDS:
            self.speed.addItem(say("max") if math.isinf(speed) else f"{speed:g}×", speed)  # noqa: RUF001
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        self.speed.activated.connect(lambda _index: self._set_speed())
        self.loop = self._button("loop", "Loop", commands["Loop"])
        self.loop.setCheckable(True)
        self.loop.setChecked(True)
        self.slider.setMinimumWidth(_SLIDER_PX)
        self._of_file: dict[str, QWidget] = {
            **{name: self.buttons[name] for name in FILE_BUTTONS},
            "slider": self.slider,
            "time": self.time,
            "speed": self.speed,
            "loop": self.loop,
        }
        self._has_file = False
        self._lay_out()

    def show_state(
        self, title: str, player: Player | None, recording: bool, shown: Frame | None = None
    ) -> None:
        """Show what is looked at, and how it stands.

        Args:
            title: what is looked at.
            player: its controls; None where there are none.
            recording: whether a recording runs.
            shown: the picture on the screen, whose place in the film is shown: the player itself
                is ahead of it by what parsing takes. None before there is one.
        """
        self.title.tell(title)
        self._has_file = player is not None
        self._fold()
        self._set_icon("record", "stop" if recording else "record")
        if player is None:
            return
        self._set_icon("play", "play" if player.paused else "pause")
        duration_s = player.duration_s or 0.0
        of_all = f" / {clock_time(duration_s)}" if duration_s else ""
        place_s = _place_of(shown, player)
        self.time.setText(clock_time(place_s) + of_all)
        self.slider.setEnabled(bool(duration_s))
        self.loop.setChecked(player.loops)
        self.speed.setCurrentIndex(SPEEDS.index(player.speed))
        is_awaited = shown is not None and shown.captured_at < player.sought_at
        if not self.slider.isSliderDown() and not is_awaited:
            self.slider.blockSignals(True)
            self.slider.setValue(round(place_s / duration_s * STEPS) if duration_s else 0)
            self.slider.blockSignals(False)

    def show_possible(self, actions: Mapping[str, QAction]) -> None:
        """Let no button be pressed whose command cannot be done now."""
        for name, text in PICTURE_BUTTONS.items():
            self.buttons[name].setEnabled(actions[text].isEnabled())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        """Fold away what has no room."""
        self._fold()

    def minimumSizeHint(self) -> QSize:
        """Return a width that the most important buttons need; the others are folded away."""
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def refresh(self) -> None:
        """Show the small picture that was asked for, once it is there."""
        found = None if self._thumbnails is None else self._thumbnails.found.take()
        if found is not None and self._hovered is not None:
            self.popup.show_at(found, self.slider.middle_of(self._hovered))

    def close_thumbnails(self, within_s: float = 0.0) -> None:
        """Let go of the film that small pictures were made of."""
        if self._thumbnails is not None:
            self._thumbnails.close()
            self._thumbnails.join(within_s)
            self._thumbnails = None

    def _hover(self, place: int | None) -> None:
        self._hovered = place
        player = self._player()
        if place is None or player is None or not player.duration_s:
            return self.popup.hide()
        if self._thumbnails is None or self._thumbnails.path != player.path:
            self.close_thumbnails()
            self._thumbnails = Thumbnails(player.path)
        self._thumbnails.ask(place / STEPS * player.duration_s)

    def _seek(self, place: int) -> None:
        player = self._player()
        if player is not None and player.duration_s:
            player.seek(place / STEPS * player.duration_s)

    def _set_speed(self) -> None:
        if (player := self._player()) is not None:
            player.set_speed(self.speed.currentData())

    def _button(self, name: str, text: str, act: Callable[[], None]) -> QToolButton:
        button = QToolButton()
        button.setIcon(icon(name))
        button.setIconSize(QSize(24, 24))
        button.setToolTip(self._say(text))
        button.setAccessibleName(self._say(text))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda _checked: act())
        return button

    def _set_icon(self, button: str, name: str) -> None:
        if self.buttons[button].property("shown") != name:
            self.buttons[button].setProperty("shown", name)
            self.buttons[button].setIcon(icon(name))

    def _fold(self) -> None:
        widgets = {**self._of_file, **self.buttons, "title": self.title}
        names = [name for name in _IMPORTANT if self._has_file or name not in self._of_file]
        taken = {"slider": _SLIDER_PX, "title": _NAME_PX}
        widths = {name: taken.get(name) or widgets[name].sizeHint().width() for name in names}
        gaps = {name: width + self._row.spacing() for name, width in widths.items()}
        out = folded(gaps, self.width() - 2 * _EDGE_PX - _GAP_PX)
        for name, widget in widgets.items():
            if name != "title":
                widget.setVisible(name in names and name not in out)
        self._place_title(is_above="title" in out)

    def _place_title(self, is_above: bool) -> None:
        """Beside the buttons, or where there is no room on a line of its own."""
        self.title.setMaximumWidth(_TITLE_PX if self._has_file and not is_above else _UNBOUND)
        self.title.setVisible(bool(self.title.text()) or not is_above)
        if is_above != (self._lines.indexOf(self.title) >= 0):
            self._row.removeWidget(self.title)
            self._lines.removeWidget(self.title)
            if is_above:
                self._lines.insertWidget(0, self.title)
            else:
                self._row.insertWidget(len(FILE_BUTTONS), self.title)

    def _lay_out(self) -> None:
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(_EDGE_PX, 10, _EDGE_PX, 10)
        self._row = QHBoxLayout()
        self._row.setSpacing(8)
        self._lines.addLayout(self._row)
        for name in FILE_BUTTONS:
            self._row.addWidget(self.buttons[name])
        self._row.addWidget(self.title)
        self._row.addWidget(self.slider, 1)
        self._row.addWidget(self.time)
        self._row.addWidget(self.speed)
        self._row.addWidget(self.loop)
        self._row.addStretch()
        self._row.addSpacing(_GAP_PX)
        for name in PICTURE_BUTTONS:
            self._row.addWidget(self.buttons[name])


def _place_of(shown: Frame | None, player: Player) -> float:
    """The second of the film at which the picture on the screen stands."""
    if shown is None or shown.media_time is None:
        return player.position_s
    return float(shown.media_time)
