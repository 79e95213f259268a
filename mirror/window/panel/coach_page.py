"""The panel's page for the coach: which exercise, how sets begin, and what was done."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from PyQt5.QtWidgets import QCheckBox, QComboBox, QGridLayout, QLabel, QPushButton, QWidget

from mirror.coach.exercises.catalogue import shipped
from mirror.coach.programmes.catalogue import shipped_programmes
from mirror.live.coaching.coach_options import AUTO, NOT_COACHED, CoachOptions
from mirror.live.coaching.glass_words import said_of
from mirror.live.coaching.set_results import SetResult
from mirror.live.readout import Say
from mirror.rendering.coach.glass import in_language
from mirror.window.panel.form_rows import add_across, add_row
from mirror.window.panel.legend import section
from mirror.window.plain_text import plain

COACH_BUTTONS = ("Start or pause the set", "End the set", "Replay the last ten seconds")
COUNTDOWNS_S = (0.0, 3.0, 5.0, 10.0)
_SHOWN_SETS = 12


class CoachPage(QWidget):
    """Shows how people are coached, and passes on what is asked for.

    Args:
        say: the user's language.
        language: its name, as gettext knows it.
        set_coach: coaches another way from now on.
        ways_on: the text of each button, and what it does.
    """

    def __init__(
        self,
        say: Say,
        language: str,
        set_coach: Callable[[CoachOptions], None],
        ways_on: Sequence[tuple[str, Callable[[], None]]],
    ) -> None:
        super().__init__()
        self._say, self._set_coach = say, set_coach
        self._options = NOT_COACHED
        self.exercise, self.countdown = QComboBox(), QComboBox()
        self.exercise.addItem(say("off"), None)
        self.exercise.addItem(say("whatever is done"), AUTO)
        for name, exercise in shipped().items():
            self.exercise.addItem(in_language(exercise.title, language), name)
        self.exercise.insertSeparator(self.exercise.count())
        for name, file in shipped_programmes().items():
            title = in_language(file.programme.title, language)
            self.exercise.addItem(say("programme: {title}").format(title=title), name)
        for seconds in COUNTDOWNS_S:
            text = say("{seconds:g} s").format(seconds=seconds) if seconds else say("none")
            self.countdown.addItem(text, seconds)
        self.hands_free = QCheckBox(say("A raised hand starts and stops"))
        self.hint = plain(QLabel(say(
            "One hand up for a second: start, pause or go on. Held up for three: end the set."
        )))  # fmt: skip
        self.hint.setObjectName("dim")
        self.hint.setWordWrap(True)
        self.history = QCheckBox(say("Keep sets in my history, on this computer"))
        self.history.toggled.connect(lambda _on: self._change())
        self.sets = plain(QLabel())
        self.sets.setWordWrap(True)
        self.exercise.activated.connect(lambda _index: self._change())
        self.countdown.activated.connect(lambda _index: self._change())
        self.hands_free.toggled.connect(lambda _on: self._change())
        self.show_options(NOT_COACHED)
        self.show_sets(())
        self._lay_out(ways_on)

    def show_options(self, options: CoachOptions) -> None:
        """Show how people are coached; asks for nothing."""
        self._options = options
        place = self.exercise.findData(options.exercise)
        if place < 0:  # a file of the user's own
            self.exercise.addItem(Path(str(options.exercise)).stem, options.exercise)
            place = self.exercise.count() - 1
        self.exercise.setCurrentIndex(place)
        self.countdown.setCurrentIndex(max(0, self.countdown.findData(options.countdown_s)))
        for box, is_on in (
            (self.hands_free, options.hands_free),
            (self.history, options.keeps_history),
        ):
            box.blockSignals(True)
            box.setChecked(is_on)
            box.blockSignals(False)

    def show_sets(self, sets: Sequence[SetResult]) -> None:
        """Show what was done so far, the newest first."""
        told = [said_of(one, self._say) for one in reversed(sets[-_SHOWN_SETS:])]
        words = "\n".join(told) or self._say("No set has ended yet.")
        if words != self.sets.text():
            self.sets.setText(words)

    def _change(self) -> None:
        options = dataclasses.replace(
            self._options,
            exercise=self.exercise.currentData(),
            countdown_s=self.countdown.currentData(),
            hands_free=self.hands_free.isChecked(),
            keeps_history=self.history.isChecked(),
        )
        self._set_coach(options)

    def _lay_out(self, ways_on: Sequence[tuple[str, Callable[[], None]]]) -> None:
        say = self._say
        form = QGridLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        form.addWidget(section(say("COACH")), 0, 0, 1, 2)
        add_row(form, say("Exercise"), self.exercise)
        add_row(form, say("Countdown"), self.countdown)
        add_across(form, self.hands_free)
        add_across(form, self.hint)
        for text, act in ways_on:
            button = QPushButton(text)
            button.clicked.connect(lambda _checked, act=act: act())
            add_across(form, button)
        for widget in (section(say("SETS")), self.history, self.sets):
            add_across(form, widget)
