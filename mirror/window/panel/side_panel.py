"""The panel beside the picture: the legend, effects, and the figures on demand."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5.QtCore import Qt
from PyQt5.QtWidgets import (
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from mirror.core.label_set import LabelSet
from mirror.jobs.worker_choice import Reason
from mirror.live import readout
from mirror.live.display.display_options import DisplayOptions
from mirror.live.readout import Say
from mirror.live.session.live_metrics import STAGES, Figures
from mirror.window.layout.theme import STAGE_COLOURS
from mirror.window.panel.effects_page import EffectsPage
from mirror.window.panel.legend import AT_RIGHT, Legend, section
from mirror.window.panel.stage_plot import StagePlot


class SidePanel(QTabWidget):
    """The legend, effects, figures, source and coach on a page each, which scrolls if need be.

    Args:
        say: the user's language.
        set_look: takes the look that the user asks for.
        copy_figures: copies all figures as JSON.
        source: the page for what is looked at.
        coach: the page for the coach.
        avatar: controls of an avatar, below the effects.
    """

    def __init__(
        self,
        say: Say,
        set_look: Callable[[DisplayOptions], None],
        copy_figures: Callable[[], None],
        source: QWidget,
        coach: QWidget,
        avatar: QWidget,
    ) -> None:
        super().__init__()
        self._say = say
        self.legend = Legend(say, set_look)
        self.effects = EffectsPage(say, set_look)
        self.plot = StagePlot()
        self.whose = QLabel(say("Up to steadying, the masks' time: pictures do not wait for it."))
        self.whose.setObjectName("dim")
        self.whose.setWordWrap(True)
        self.values: list[QLabel] = []
        self.stages = {name: QLabel() for name in STAGES}
        self.setDocumentMode(True)
        bar = self.tabBar()
        if bar is not None:
            bar.setDrawBase(False)
        self.addTab(_page(self.legend), say("Picture"))
        self.addTab(_page(self._figures_page(copy_figures)), say("Figures"))
        self.addTab(_page(source), say("Source"))
        self.addTab(_page(coach), say("Coach"))
        self.addTab(_page(self.effects, avatar), say("Effects"))

    def show_look(self, look: DisplayOptions, parts: LabelSet) -> None:
        """Show how the picture is wanted, and which parts the parser can name."""
        self.legend.show_look(look, parts)
        self.effects.show_look(look, parts)
        self.whose.setVisible(look.mode == "live")

    def show_figures(self, figures: Figures, workers: tuple[int, Reason], cores: int) -> None:
        """Show what was measured, by how many workers, and why there are so many."""
        told = readout.rows(figures, workers, cores, self._say)
        for label, (_, value) in zip(self.values, told, strict=True):
            label.setText(value)
        for name, _, milliseconds in readout.stage_rows(figures.stages, self._say):
            self.stages[name].setText(f"{milliseconds} ms")
        self.plot.show_history(figures.history)

    def _figures_page(self, copy_figures: Callable[[], None]) -> QWidget:
        say = self._say
        inside = QWidget()
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(section(say("NOW")))
        column.addLayout(self._figures())
        column.addSpacing(8)
        column.addWidget(section(say("A FRAME'S TIME, LAST MINUTE")))
        column.addWidget(self.whose)
        self.plot.setAccessibleName(say("A FRAME'S TIME, LAST MINUTE"))
        column.addWidget(self.plot)
        column.addLayout(self._stages())
        column.addSpacing(8)
        copy = QPushButton(say("Copy figures as JSON"))
        copy.clicked.connect(lambda _checked: copy_figures())
        column.addWidget(copy)
        return inside

    def _figures(self) -> QGridLayout:
        grid = _two_columns()
        for place, (name, value) in enumerate(readout.rows(Figures(), (0, "asked"), 0, self._say)):
            self.values.append(_row(grid, place, name, QLabel(value)))
        return grid

    def _stages(self) -> QGridLayout:
        grid = _two_columns()
        for place, (stage, name, _) in enumerate(readout.stage_rows({}, self._say)):
            chip = f'<span style="color:{STAGE_COLOURS[stage]}">■</span>&nbsp; {name}'
            _row(grid, place, chip, self.stages[stage])
        return grid


def _page(*contents: QWidget) -> QScrollArea:
    inside = QWidget()
    inside.setObjectName("panel")
    column = QVBoxLayout(inside)
    column.setContentsMargins(20, 18, 20, 18)
    for content in contents:
        column.addWidget(content)
    column.addStretch()
    page = QScrollArea()
    page.setObjectName("panel")
    page.setWidgetResizable(True)
    page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    page.setWidget(inside)
    return page


def _two_columns() -> QGridLayout:
    grid = QGridLayout()
    grid.setColumnStretch(0, 1)
    grid.setColumnStretch(1, 2)
    grid.setVerticalSpacing(4)
    return grid


def _row(grid: QGridLayout, place: int, name: str, value: QLabel) -> QLabel:
    label = QLabel(name)
    label.setObjectName("dim")
    value.setObjectName("value")
    value.setAlignment(AT_RIGHT)
    value.setWordWrap(True)  # what was left out is told in words
    value.setAccessibleName(name)
    grid.addWidget(label, place, 0)
    grid.addWidget(value, place, 1)
    return value
