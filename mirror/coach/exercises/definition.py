"""What an exercise is, as its file says it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mirror.coach.signals.definition import Signal

Kind = Literal["repetitions", "hold"]
Phase = Literal["start", "far", "out", "back", "whole"]
Take = Literal["lowest", "highest", "median"]
View = Literal["side", "front", "back"]
Severity = Literal["minor", "major"]
Way = Literal["down", "up", "apart", "out"]

_Positive = Annotated[float, Field(gt=0)]
_Text = Annotated[str, Field(min_length=1)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Words(_Strict):
    """One text in English and in Simplified Chinese."""

    en: _Text
    zh: _Text


class Watched(Signal):
    """A signal that moves with the repetition.

    Attributes:
        far: whether it is low or high at the far end of a repetition.
        least: how much it moves at least in a repetition, in its own unit; less is no repetition.
        weight: how much it counts beside the others, before its quality is known.
        required: whether there is no repetition without it, where it is seen. Of several that are,
            one is enough.
        source: of the figure.
    """

    far: Literal["low", "high"]
    least: _Positive
    weight: _Positive = 1.0
    required: bool = False
    source: str = ""


class Limit(_Strict):
    """A range that a signal has to lie in.

    Attributes:
        signal: the name of one.
        at_least, at_most: the ends; one may be missing.
        tolerance: by which strictness moves an end, and over which a score fades, in its unit.
    """

    signal: str
    at_least: float | None = None
    at_most: float | None = None
    tolerance: _Positive

    @model_validator(mode="after")
    def _has_an_end(self) -> Limit:
        if self.at_least is None and self.at_most is None:
            raise ValueError("say at_least, at_most or both")
        if None not in (self.at_least, self.at_most) and self.at_least > self.at_most:  # type: ignore[operator]
            raise ValueError(f"at_least {self.at_least} is above at_most {self.at_most}")
        return self


class Fault(Limit):
    """A form rule: what is at fault while a signal is **outside** the limit.

    Attributes:
        name: what the fault is called in results, such as ``knee-over-toe``.
        phase: of a repetition: its start, its far end, the way out, the way back, the whole.
        take: the signal's lowest, highest or median value in that phase.
        views: from where it can be judged; empty: from anywhere.
        severity: how much it matters.
        parts: body parts that are marked, as parsers call them.
        cue: what to tell the person.
        source: of the figure.
    """

    name: _Text
    phase: Phase = "whole"
    take: Take = "median"
    views: tuple[View, ...] = ()
    severity: Severity = "minor"
    parts: tuple[str, ...] = ()
    cue: Words
    source: _Text


class Sign(Limit):
    """Something by which an exercise is recognised.

    Attributes:
        take: of the signal over the last seconds: lowest, highest, median, or the range it moves.
    """

    take: Literal["lowest", "highest", "median", "range"]


class Tempo(_Strict):
    """How long a repetition takes.

    Attributes:
        shortest_s: anything shorter is no repetition.
        longest_s: of the movement out and back without pauses; anything longer is none.
    """

    shortest_s: _Positive = 0.5
    longest_s: _Positive = 15.0

    @model_validator(mode="after")
    def _in_order(self) -> Tempo:
        if self.shortest_s >= self.longest_s:
            raise ValueError("shortest_s has to be less than longest_s")
        return self


class Levels(_Strict):
    """Where phases begin, as shares of the person's own range: 0 the start, 1 the far end.

    Attributes:
        start: back at the start at or below this.
        far: at the far end at or above this.
        reversal: how much of the range has to be travelled for a turn to be one.
        full: a repetition that travels less of the usual range is partial, and is not counted.
    """

    start: Annotated[float, Field(ge=0, le=1)] = 0.4
    far: Annotated[float, Field(ge=0, le=1)] = 0.6
    reversal: Annotated[float, Field(gt=0, lt=1)] = 0.5
    full: Annotated[float, Field(gt=0, lt=1)] = 0.5

    @model_validator(mode="after")
    def _apart(self) -> Levels:
        if self.start >= self.far:
            raise ValueError("start has to be less than far: the band between them is hysteresis")
        return self


class Hold(_Strict):
    """A position that is held.

    Attributes:
        within: all of these have to be met.
        shortest_s: less is not counted.
        pause_s: a lapse of up to this does not end it.
    """

    within: Annotated[tuple[Limit, ...], Field(min_length=1)]
    shortest_s: _Positive = 1.0
    pause_s: _Positive = 0.5


class Exercise(_Strict):
    """An exercise, checked.

    Attributes:
        name: in results and on the command line.
        title: for people.
        kind: whether repetitions or seconds are counted.
        views: from where the camera sees it well; the best first.
        way: where a repetition goes first, so that it can be said; ``out`` says nothing of it.
        signals: those that move with a repetition; the first angle gives the range that is told.
        others: signals that only rules use.
        recognition: signs of it, for ``auto``.
        clear_from: 0-1, how well its signs have to be shown for a repetition to count alone.
        faults: form rules.
    """

    name: Annotated[str, Field(pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Words
    kind: Kind = "repetitions"
    views: tuple[View, ...] = ("side", "front", "back")
    way: Way = "out"
    signals: tuple[Watched, ...] = ()
    others: tuple[Signal, ...] = ()
    levels: Levels = Levels()
    tempo: Tempo = Tempo()
    hold: Hold | None = None
    recognition: tuple[Sign, ...] = ()
    clear_from: Annotated[float, Field(ge=0.0, le=1.0)] = 0.12
    faults: tuple[Fault, ...] = ()

    @property
    def all_signals(self) -> tuple[Signal, ...]:
        """Every signal that is read for it."""
        return (*self.signals, *self.others)

    @model_validator(mode="after")
    def _whole(self) -> Exercise:
        if self.kind == "repetitions" and not self.signals:
            raise ValueError("an exercise of repetitions needs at least one of [[signals]]")
        if (self.kind == "hold") != (self.hold is not None):
            raise ValueError('[hold] belongs to kind = "hold", and only to it')
        names = [signal.name for signal in self.all_signals]
        for name in names:
            if names.count(name) > 1:
                raise ValueError(f"two signals are called {name}")
        for limit in self._limits():
            if limit.signal not in names:
                raise ValueError(
                    f"no signal is called {limit.signal}; there are {', '.join(names)}"
                )
        return self

    def _limits(self) -> Sequence[Limit]:
        held = () if self.hold is None else self.hold.within
        return (*held, *self.recognition, *self.faults)
