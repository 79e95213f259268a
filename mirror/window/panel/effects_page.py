"""The panel's page for effects: what each would make of the picture, and which are on."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable
from functools import partial

from PyQt5.QtCore import QSize, Qt
from PyQt5.QtGui import QHideEvent, QIcon, QImage, QPixmap, QShowEvent
from PyQt5.QtWidgets import (
    QGridLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from mirror.core.label_set import LabelSet, label_set
from mirror.live.display.display_options import BGRX, DisplayOptions
from mirror.live.display.effect_choices import (
    EFFECTS,
    can_be_previewed,
    name_of,
    switched,
)
from mirror.live.display.effect_options import fitting, usual
from mirror.live.display.effect_previews import preview
from mirror.live.display.render_thread import RenderedFrame
from mirror.live.readout import Say
from mirror.rendering.effects.registry import PARTS
from mirror.window.panel.effect_controls import EffectControls
from mirror.window.panel.form_rows import add_across
from mirror.window.panel.legend import section

_PREVIEW = (84, 128)  # height and width; the theme leaves room for it and a line of words


class EffectsPage(QWidget):
    """Shows which effects are on, and passes on which ones are wanted.

    Previews are made one at a time while the page is seen, so that the film never waits for them.

    Args:
        say: the user's language.
        set_look: takes the look that the user asks for.
    """

    def __init__(self, say: Say, set_look: Callable[[DisplayOptions], None]) -> None:
        super().__init__()
        self._say, self._set_look = say, set_look
        self._look, self._parts = DisplayOptions(), label_set("built-in")
        self._last: dict[str, str] = {}  # by their names, effects as they were when they were on
        self.tiles = {name: self._tile(name) for name in EFFECTS}
        self._turns = itertools.cycle(EFFECTS)
        self._changed: str | None = None  # whose preview is drawn next
        self._is_seen = False
        self.none = QPushButton(say("No effects"))
        self.none.clicked.connect(lambda _checked: self._want(()))
        self.controls = EffectControls(say, self._change)
        self._lay_out()

    def show_look(self, look: DisplayOptions, parts: LabelSet) -> None:
        """Show which effects are on; asks for nothing."""
        self._look, self._parts = look, parts
        on = {name_of(effect): effect for effect in look.effects}
        self._last |= on
        for name, tile in self.tiles.items():
            is_on = name in on or (name == PARTS and not on and look.overlay)
            tile.blockSignals(True)
            tile.setChecked(is_on)
            tile.blockSignals(False)
        self.controls.show_effects(look.effects, parts)

    def refresh(self, rendered: RenderedFrame | None) -> None:
        """Draw the next preview of what is on the screen; one that cannot be done is greyed out."""
        result = None if rendered is None else rendered.pair.result
        if rendered is None or result is None or not self._is_seen:
            return
        name, self._changed = self._changed or next(self._turns), None
        effect, tile = self._as_last(name), self.tiles[name]
        if not can_be_previewed(effect):
            tile.setIcon(QIcon())  # what is there may be of another background
            return
        picture = preview(
            effect, rendered.pair.frame, result.parsing, self._look, rendered.parts, _PREVIEW
        )
        tile.setEnabled(picture is not None or tile.isChecked())
        if picture is not None:
            tile.setIcon(_icon_of(picture))

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin to draw previews."""
        super().showEvent(event)
        self._is_seen = True

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Draw none."""
        super().hideEvent(event)
        self._is_seen = False

    def _want(self, effects: tuple[str, ...]) -> None:
        if effects != self._look.effects:
            self._set_look(dataclasses.replace(self._look, effects=effects))

    def _switch(self, name: str, on: bool) -> None:
        if name == PARTS and not self._look.effects:  # the colours are all that there is
            self._set_look(dataclasses.replace(self._look, overlay=on))
            self.show_look(self._look, self._parts)
        else:
            self._change(self._as_last(name), on)

    def _change(self, effect: str, on: bool) -> None:
        self._changed = name_of(effect)
        self._want(switched(self._look.effects, effect, on))
        self.show_look(self._look, self._parts)

    def _as_last(self, name: str) -> str:
        """An effect as it was when it was on last; as usual, if this parser cannot do that."""
        last = fitting([self._last.get(name, "")], self._parts)
        return (last and last[0]) or usual(name, self._parts)

    def _tile(self, name: str) -> QToolButton:
        tile = QToolButton()
        tile.setObjectName("effect")
        tile.setCheckable(True)
        tile.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        tile.setText(self._say(EFFECTS[name]))
        tile.setIconSize(QSize(_PREVIEW[1], _PREVIEW[0]))
        tile.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        tile.toggled.connect(partial(self._switch, name))
        return tile

    def _lay_out(self) -> None:
        say = self._say
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setSpacing(8)
        grid.addWidget(section(say("EFFECTS")), 0, 0, 1, 2)
        for place, (name, tile) in enumerate(self.tiles.items()):
            row, column = (
                1 + 3 * (place // 2),
                place % 2,
            )  # of two tiles, and of each one's controls
            grid.addWidget(tile, row, column)
            if name in self.controls.rows:
                grid.addWidget(self.controls.rows[name], row + 1 + column, 0, 1, 2)
        add_across(grid, self.none)
        self._order_tabs()

    def _order_tabs(self) -> None:
        """Tab goes through the page as it is read: two tiles, and what can be chosen of them."""
        names, fields = list(self.tiles), list[QWidget]()
        for start in range(0, len(names), 2):
            fields += [self.tiles[name] for name in names[start : start + 2]]
            for name in names[start : start + 2]:
                fields += self.controls.fields.get(name, ())
        for before, after in itertools.pairwise([*fields, self.none]):
            QWidget.setTabOrder(before, after)


def _icon_of(picture: BGRX) -> QIcon:
    height, width = picture.shape[:2]
    pixels = picture.tobytes()
    image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGB32)
    return QIcon(QPixmap.fromImage(image.copy()))  # which outlives what it was made of
