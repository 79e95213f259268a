"""The history of sets: kept while people are coached, and told at a glance."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from mirror.coach.coach import CoachReport
from mirror.coach.exercises.catalogue import shipped
from mirror.live.readout import Say
from mirror.outputs.coach_history import CoachHistory, HistoryUnusable, KeptSet, usual_history
from mirror.outputs.history_figures import bests, streak
from mirror.rendering.coach.glass import in_language

_MOST_BESTS = 3


class HistoryKeeper:
    """Keeps reports of sets where this system keeps data; one thread at a time.

    Args:
        source: what was looked at.
        path: the file; None for the usual one.

    Attributes:
        failure: what went wrong first; None while nothing did.
    """

    def __init__(self, source: str, path: Path | None = None) -> None:
        self._source, self._path = source, path
        self.failure: HistoryUnusable | None = None

    def keep(self, report: CoachReport) -> None:
        """Keep what everybody did in a set that is over. What fails is told in ``failure``."""
        try:
            with CoachHistory(self._path or usual_history(), is_made=True) as history:
                history.add(time.time(), self._source, report)
        except HistoryUnusable as error:
            self.failure = self.failure or error


def kept_sets(path: Path | None = None) -> list[KeptSet]:
    """Return all sets of a history, the oldest first; none where there is no history to read."""
    try:
        with CoachHistory(path or usual_history()) as history:
            return history.sets()
    except HistoryUnusable:
        return []


def glance(sets: Sequence[KeptSet], today: date, say: Say, language: str) -> str:
    """Return days in a row, what was done in the last seven days, and the best sets; one line each.

    Args:
        sets: of the whole history.
        today: which day it is.
        say: the user's language.
        language: its name, as gettext knows it.
    """
    if not sets:
        return ""
    week = [one for one in sets if _day(one) > today - timedelta(days=7)]
    lines = [
        say("Days in a row: {now} (longest: {longest})").format(
            now=(days := streak((one.at for one in sets), today)).now, longest=days.longest
        ),
        say("Last seven days: sets {sets}, repetitions {repetitions}").format(
            sets=len(week), repetitions=sum(one.repetitions for one in week)
        ),
    ]
    newest = sorted(bests(sets), key=lambda one: -one.at)[:_MOST_BESTS]
    told = [
        f"{_title(one.exercise, language)} {one.figure:.0f}{' s' if one.is_held else ''}"
        for one in newest
    ]
    return "\n".join([*lines, say("Best sets: {bests}").format(bests=", ".join(told))])


def _day(one: KeptSet) -> date:
    return datetime.fromtimestamp(one.at).date()


def _title(name: str, language: str) -> str:
    known = shipped().get(name)
    return name if known is None else in_language(known.title, language)
