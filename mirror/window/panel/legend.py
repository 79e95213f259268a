"""The panel's upper half: which parts are drawn, in which colours, and how."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from mirror.core.label_set import LabelSet
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.viewport import FITS
from mirror.live.gettext_noop import N_
from mirror.live.readout import Say, part_name

SWITCHES = {  # a look's field -> what the panel calls it
    "overlay": N_("Colours"),
    "outlines": N_("Outlines"),
    "landmarks": N_("Joints and bones"),
    "mirrored": N_("Mirrored"),
    "side_by_side": N_("Side by side"),
}
_FIT_NAMES = (N_("fits"), N_("fills"), N_("pixel for pixel"))
# a look's field -> what the panel calls it, and each value with its name
CHOICES: dict[str, tuple[str, dict[str, str]]] = {
    "mode": (
        N_("Masks"),
        {"exact": N_("on their own frame"), "live": N_("on the newest frame")},
    ),
    "fit": (N_("Picture"), dict(zip(FITS, _FIT_NAMES, strict=True))),
    "labels": (
        N_("Labels"),
        {"none": N_("none"), "people": N_("people's numbers"), "parts": N_("parts' names")},
    ),
}
AT_RIGHT = Qt.Alignment(Qt.AlignmentFlag.AlignRight) | Qt.AlignmentFlag.AlignVCenter  # values


class Legend(QWidget):
    """Shows a look and changes it.

    Args:
        say: the user's language.
        set_look: takes the look that the user asks for.
    """

    def __init__(self, say: Say, set_look: Callable[[DisplayOptions], None]) -> None:
        super().__init__()
        self._say, self._set_look = say, set_look
        self._look = DisplayOptions()
        self._parts: LabelSet | None = None
        self.parts: dict[str, QCheckBox] = {}
        self._grid = QGridLayout()
        self._grid.setVerticalSpacing(2)
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setAccessibleName(say("Opacity"))
        self.opacity.valueChanged.connect(lambda percent: self._change(opacity=percent / 100))
        self.switches = {field: self._switch(field, text) for field, text in SWITCHES.items()}
        self.choices = {field: self._choice(field) for field in CHOICES}
        self.palette_box = QComboBox()
        self.palette_box.setAccessibleName(say("Palette"))
        self.palette_box.activated.connect(
            lambda _index: self._change(palette=self.palette_box.currentData())
        )
        self._lay_out()

    def show_look(self, look: DisplayOptions, parts: LabelSet) -> None:
        """Show how things are; asks for nothing."""
        self._look = look
        if parts is not self._parts:
            self._show_parts(parts)
        palette = parts.palette(look.palette if look.palette in parts.palettes else None)
        for name, colour in zip(parts.names[1:], palette[1:], strict=True):
            box = self.parts[name]
            _set_quietly(box, name not in look.hidden)
            box.setStyleSheet(_chip(colour))
        for field, switch in self.switches.items():
            _set_quietly(switch, getattr(look, field))
        for field, choice in self.choices.items():
            choice.setCurrentIndex(choice.findData(getattr(look, field)))
        self.palette_box.setCurrentIndex(max(0, self.palette_box.findData(look.palette)))
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(look.opacity * 100))
        self.opacity.blockSignals(False)

    def _change(self, **fields: object) -> None:
        self._set_look(dataclasses.replace(self._look, **fields))  # type: ignore[arg-type]

    def _show_parts(self, parts: LabelSet) -> None:
        """Two columns: with the built-in parts the person's left and right side by side."""
        for box in self.parts.values():
            box.deleteLater()
        self._parts = parts
        self.parts = {}
        for place, name in enumerate(parts.names[1:]):
            box = QCheckBox(part_name(name, self._say))
            box.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves keys to the picture
            box.toggled.connect(functools.partial(self._set_part, name))
            self._grid.addWidget(box, place // 2, place % 2)
            self.parts[name] = box
        self._order_tabs()
        self.palette_box.clear()
        for name in parts.palettes:
            self.palette_box.addItem(self._say(name), name)

    def _order_tabs(self) -> None:
        """Tab goes through what was made last as it stands on the page: before the buttons."""
        boxes = list(self.parts.values())
        before = self._every.previousInFocusChain()
        while before is not None and (
            before in boxes or before.focusPolicy() == Qt.FocusPolicy.NoFocus
        ):
            before = before.previousInFocusChain()
        for box in boxes:
            QWidget.setTabOrder(before, box)
            before = box

    def _set_part(self, name: str, shown: bool) -> None:
        hidden = self._look.hidden - {name} if shown else self._look.hidden | {name}
        self._change(hidden=hidden)

    def _switch(self, field: str, text: str) -> QCheckBox:
        switch = QCheckBox(self._say(text))
        switch.toggled.connect(lambda on: self._change(**{field: on}))
        return switch

    def _choice(self, field: str) -> QComboBox:
        title, values = CHOICES[field]
        box = QComboBox()
        box.setAccessibleName(self._say(title))
        for value, text in values.items():
            box.addItem(self._say(text), value)
        box.activated.connect(lambda _index: self._change(**{field: box.currentData()}))
        return box

    def _lay_out(self) -> None:
        say = self._say
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addWidget(section(say("PARTS")))
        column.addLayout(self._grid)
        every = self._every = QPushButton(say("All"))
        every.clicked.connect(lambda _checked: self._change(hidden=frozenset()))
        none = QPushButton(say("None"))
        none.clicked.connect(lambda _checked: self._change(hidden=frozenset(self.parts)))
        column.addLayout(_across(every, none))
        column.addWidget(section(say("DRAWING")))
        rows: Sequence[tuple[str, QWidget]] = [
            (say("Opacity"), self.opacity),
            (say("Palette"), self.palette_box),
            *((say(CHOICES[field][0]), box) for field, box in self.choices.items()),
        ]
        form = QGridLayout()
        form.setColumnStretch(1, 1)
        for place, (text, widget) in enumerate(rows):
            label = QLabel(text)
            label.setBuddy(widget)
            form.addWidget(label, place, 0)
            form.addWidget(widget, place, 1)
        column.addLayout(form)
        switches = QGridLayout()
        for place, switch in enumerate(self.switches.values()):
            switches.addWidget(switch, place // 2, place % 2)
        column.addLayout(switches)


def section(text: str) -> QLabel:
    """Return a heading within the panel."""
    label = QLabel(text)
    label.setObjectName("section")
    return label


def _across(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget)
    return row


def _chip(colour: str) -> str:
    return (
        f"QCheckBox::indicator {{ width: 12px; height: 12px; border-radius: 4px; "
        f"border: 2px solid {colour}; background: transparent; }}"
        f"QCheckBox::indicator:checked {{ background: {colour}; }}"
    )


def _set_quietly(box: QCheckBox, on: bool) -> None:
    box.blockSignals(True)
    box.setChecked(on)
    box.blockSignals(False)
