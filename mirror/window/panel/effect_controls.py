"""The controls below effects' previews: how strong, in which colours, and on what."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGridLayout,
    QLabel,
    QPushButton,
    QSlider,
    QWidget,
)

from mirror.core.label_set import LabelSet
from mirror.live.display.effect_choices import EFFECTS, name_of
from mirror.live.display.effect_options import (
    COVERS,
    DYE,
    STRENGTHS,
    colour_of,
    colours_of,
    cover_of,
    recoloured,
    strength_of,
)
from mirror.live.gettext_noop import N_
from mirror.live.readout import Say, part_name
from mirror.window.panel.colour_button import ColourButton, chip
from mirror.window.plain_text import plain, tip

_BACKGROUNDS = "*.png *.jpg *.jpeg *.webp *.bmp *.mp4 *.mov *.mkv *.webm"
_COVERED = "privacy:"  # begins the names of effects that hide somebody
_TITLES = {  # of what can be chosen, where it is no strength
    "replace": N_("Background"),
    "recolour": N_("Part"),
    "outline": N_("Colour"),
    **dict.fromkeys((name for name in EFFECTS if name.startswith(_COVERED)), N_("Hide behind")),
}
_FILE_WIDTH = 150  # pixels that there are for a file's name


class EffectControls:
    """Show how the effects are that are on, and pass on how they are wanted.

    Args:
        say: the user's language.
        switch: takes an effect as ``--effect`` says it, and whether it is to be on.

    Attributes:
        fields: by an effect's name, what can be chosen of it.
        rows: the same, laid out; hidden while the effect is off.
    """

    def __init__(self, say: Say, switch: Callable[[str, bool], None]) -> None:
        self._say, self._switch = say, switch
        self._parts: LabelSet | None = None
        self._colours: dict[str, str] = {}  # of the parts that are recoloured
        self.strengths = {name: self._slider(name) for name in STRENGTHS}
        self.background = ColourButton(say("Colour of the background"), self._set_background)
        self.file = plain(QLabel())
        self.choose = QPushButton(say("Picture or video…"))
        self.choose.clicked.connect(lambda _checked: self._choose_background())
        self.part = QComboBox()
        self.part.activated.connect(lambda _index: self._show_part())
        self.dye = ColourButton(say("Colour of the part"), self._recolour)
        self.undyed = QPushButton(say("Its own colour"))
        self.undyed.clicked.connect(lambda _checked: self._recolour(None))
        self.covers = {name: self._cover(name) for name in EFFECTS if name.startswith(_COVERED)}
        self.line = ColourButton(
            say("Colour of the outline"), lambda colour: switch(f"outline:{colour}", True)
        )
        self.fields = self._fields()
        self.rows = {
            name: _row(say(_TITLES.get(name, EFFECTS[name])), *its)
            for name, its in self.fields.items()
        }

    def show_effects(self, effects: Sequence[str], parts: LabelSet) -> None:
        """Show how effects are, and what can be recoloured; asks for nothing."""
        on = {name_of(effect): effect for effect in effects}
        for name, row in self.rows.items():
            row.setVisible(name in on)
        for name in STRENGTHS.keys() & on.keys():
            self._show_strength(name, strength_of(on[name]))
        if "replace" in on:
            self._show_background(on["replace"])
        if "recolour" in on:
            self._show_colours(colours_of(on["recolour"]), parts)
        for name in self.covers.keys() & on.keys():
            self.covers[name].setCurrentIndex(self.covers[name].findData(cover_of(on[name])))
        if "outline" in on:
            self.line.show_colour(colour_of(on["outline"]))

    def _show_strength(self, name: str, strength: int | None) -> None:
        slider = self.strengths[name]
        slider.blockSignals(True)
        slider.setValue(STRENGTHS[name][2] if strength is None else strength)
        slider.blockSignals(False)

    def _show_background(self, effect: str) -> None:
        colour, said = colour_of(effect), effect.partition(":")[2]
        self.background.show_colour(colour, self._say("A colour…"))
        name = Path(said).name
        cut = self.file.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, _FILE_WIDTH)
        self.file.setText(cut)
        self.file.setToolTip(tip(said))
        self.file.setVisible(colour is None)

    def _show_colours(self, colours: dict[str, str], parts: LabelSet) -> None:
        self._colours = colours
        if parts is not self._parts:
            self._parts = parts
            self.part.clear()
            for name in parts.names[1:]:
                self.part.addItem(part_name(name, self._say), name)
            first = next((name for name in colours if name in parts.names), parts.names[1])
            self.part.setCurrentIndex(self.part.findData(first))
        for place in range(self.part.count()):
            colour = colours.get(self.part.itemData(place))
            self.part.setItemIcon(place, chip(colour or "transparent"))
        self._show_part()

    def _show_part(self) -> None:
        colour = self._colours.get(self.part.currentData())
        self.dye.show_colour(colour, self._say("A colour…"))
        self.undyed.setEnabled(colour is not None)

    def _recolour(self, colour: str | None) -> None:
        """Give the part that is chosen a colour, or its own; the last to get that switches off."""
        part, before = self.part.currentData(), dict(self._colours)
        wanted = {name: kept for name, kept in before.items() if name != part}
        if colour is not None:
            wanted[part] = colour
        self._switch(recoloured(wanted or {part: DYE}), bool(wanted))

    def _set_background(self, colour: str) -> None:
        self._switch(f"replace:{colour}", True)

    def _choose_background(self) -> None:
        """Ask for a picture or a film to stand behind people."""
        say = self._say
        title, shown, every = (
            say("Choose a background"),
            say("Pictures and videos"),
            say("All files"),
        )
        kinds = f"{shown} ({_BACKGROUNDS});;{every} (*)"
        path, _ = QFileDialog.getOpenFileName(self.choose, title, str(Path.home()), kinds)
        if path:
            self._switch(f"replace:{path}", True)

    def _slider(self, name: str) -> QSlider:
        least, most, _ = STRENGTHS[name]
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(least, most)
        slider.valueChanged.connect(partial(self._set_strength, name))
        return slider

    def _set_strength(self, name: str, percent: int) -> None:
        self._switch(f"{name}:{percent}", True)

    def _cover(self, name: str) -> QComboBox:
        box = QComboBox()
        for value, text in COVERS.items():
            box.addItem(self._say(text), value)
        box.activated.connect(lambda _index: self._switch(f"{name},{box.currentData()}", True))
        return box

    def _fields(self) -> dict[str, tuple[QWidget, ...]]:
        return {
            **{name: (slider,) for name, slider in self.strengths.items()},
            "replace": (self.background, self.choose, self.file),
            "recolour": (self.part, self.dye, self.undyed),
            **{name: (box,) for name, box in self.covers.items()},
            "outline": (self.line,),
        }


def _row(text: str, *fields: QWidget) -> QWidget:
    """Return fields below each other, and what they are beside them; hidden."""
    row, label = QWidget(), QLabel(text)
    label.setBuddy(fields[0])
    form = QGridLayout(row)
    form.setContentsMargins(0, 0, 0, 8)
    form.setColumnStretch(1, 1)
    form.addWidget(label, 0, 0)
    for place, field in enumerate(fields):
        form.addWidget(field, place, 1)
    if not fields[0].accessibleName():
        fields[0].setAccessibleName(text)
    row.hide()
    return row
