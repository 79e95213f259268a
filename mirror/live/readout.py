"""What the window says, worked out from what was measured. Words and figures; no Qt."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mirror.core.label_set import LabelSet
from mirror.jobs.worker_choice import Reason
from mirror.live.display.display_options import DisplayOptions
from mirror.live.gettext_noop import N_
from mirror.live.session.alerts import Alert
from mirror.live.session.live_metrics import STAGES, Figures
from mirror.live.session.session_status import Status
from mirror.live.sources.source_choice import CameraChoice, Choice, FileChoice

Say = Callable[[str], str]  # an English text -> the same in the user's language
NONE = "–"  # what stands where nothing was measured  # noqa: RUF001

STAGE_NAMES = {
    "queue": N_("waiting to be taken"),
    "prepare": N_("finding people"),
    "wait": N_("waiting for a worker"),
    "parse": N_("parsing"),
    "reorder": N_("waiting for order"),
    "settle": N_("steadying"),
    "hold": N_("waiting to be drawn"),
    "draw": N_("drawing"),
    "show": N_("waiting for the screen"),
}
_DROPS = {  # why a frame was left out: what is said of one, and of several
    "overtaken": (N_("1 frame skipped to keep up"), N_("{count} frames skipped to keep up")),
    "stale": (N_("1 frame came too late"), N_("{count} frames came too late")),
    "unseen": (N_("1 picture not shown"), N_("{count} pictures not shown")),
}
_REASONS: dict[Reason, str] = {  # that there are so many workers
    "asked": N_("as asked"),
    "cores": N_("by cores"),
    "measured": N_("measured"),
}

NO_PARSER = "none"
_IS_SLOW_S = 0.5
_ALONE_AFTER_S = 3.0
_CEILINGS_S = (0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 60.0)


@dataclass(frozen=True, slots=True)
class Headline:
    """The two figures that are always there: each a number and its unit."""

    fps: str
    latency: str

    def __str__(self) -> str:
        return f"{self.fps} fps  {self.latency} ms"


def headline(figures: Figures) -> Headline:
    """Return frames painted a second, and the median from capture to paint in milliseconds."""
    latency = NONE if figures.latency is None else _ms(figures.latency[0])
    return Headline(f"{figures.painted:.0f}" if figures.painted else NONE, latency)


def rows(
    figures: Figures, workers: tuple[int, Reason], cores: int, say: Say
) -> list[tuple[str, str]]:
    """Return every figure as a name and a value, both to be read.

    Args:
        figures: what was measured.
        workers: how many there are, and why.
        cores: of the machine.
        say: the user's language.
    """
    count, reason = workers
    p50, p95, p99 = figures.latency or (None, None, None)
    statistics = figures.statistics
    busy = 0 if statistics is None else statistics.busy
    return [
        (say("Pictures coming in"), _fps(figures.captured)),
        (say("Pictures parsed"), _fps(figures.parsed)),
        (say("Pictures shown"), _fps(figures.painted)),
        (say("Delay, median"), _latency(p50)),
        (say("Delay, 95 of 100"), _latency(p95)),
        (say("Delay, 99 of 100"), _latency(p99)),
        (say("Mask behind picture"), _latency(figures.mask_age_s)),
        (say("Masks carried"), _carried(figures)),
        (say("Left out"), _drops(figures, say)),
        (say("Workers busy"), f"{busy} / {count} ({say(_REASONS[reason])})"),
        (say("CPU"), f"{figures.cpu / cores:.0%}" if cores else NONE),
        (say("Memory"), f"{figures.memory_mb} MB"),
    ]


def stage_rows(stages: Mapping[str, float], say: Say) -> list[tuple[str, str, str]]:
    """Return each stage's key, name and mean milliseconds a frame, in the order frames pass."""
    return [
        (name, say(STAGE_NAMES[name]), f"{stages[name] * 1e3:.1f}" if name in stages else NONE)
        for name in STAGES
    ]


def banner(alert: Alert, now: float, say: Say) -> str:
    """Return what the strip over the picture says."""
    words = alert.words.said(say)
    if alert.retry_at is None:
        return words
    left_s = max(0, round(alert.retry_at - now))
    return say("{problem}. Trying again in {seconds} s").format(problem=words, seconds=left_s)


def title(choice: Choice | None, say: Say) -> str:
    """Return what the window calls what is looked at; empty before anything is."""
    if choice is None:
        return ""
    if isinstance(choice, CameraChoice):
        return say("camera {device}").format(device=choice.device)
    return choice.title


def notice(
    status: Status, now: float, choice: Choice, parser: str, say: Say, alone_s: float = 0.0
) -> str:
    """Return what is said while something takes its time; empty before that is worth a word.

    Args:
        status: of the session.
        now: on its clock.
        choice: what it looks at.
        parser: what it is parsed by.
        say: the user's language.
        alone_s: how long nobody has been in the picture.
    """
    if status.phase == "running" and parser != NO_PARSER and alone_s >= _ALONE_AFTER_S:
        return say("Nobody here")
    if now - status.since < _IS_SLOW_S:
        return ""
    if status.phase == "opening":
        return say("Opening {source}…").format(source=title(choice, say))
    loading = say("Loading the parser {parser}…").format(parser=say(parser))
    return loading if status.phase == "loading" else ""


def as_json(figures: Figures) -> str:
    """Return every figure as JSON: seconds, frames a second, megabytes."""
    return json.dumps(dataclasses.asdict(figures), indent=1)


def kind_of(choice: Choice) -> str:
    """Return what counts as the same when it comes to mirroring: ``film`` or ``camera``."""
    return "film" if isinstance(choice, FileChoice) else "camera"


def look_for(look: DisplayOptions, choice: Choice, mirrored: Mapping[str, bool]) -> DisplayOptions:
    """Return the look for another source: a film is no mirror, a camera is one.

    Args:
        look: how the picture was wanted so far.
        choice: what is looked at from now on.
        mirrored: what the user wants otherwise, for each kind.
    """
    kind = kind_of(choice)
    return dataclasses.replace(look, mirrored=mirrored.get(kind, kind == "camera"))


def look_in(look: DisplayOptions, parts: LabelSet, say: Say) -> DisplayOptions:
    """Return a look whose labels call parts by their names in the user's language."""
    names = {name: say(name) for name in parts.names if say(name) != name}
    return dataclasses.replace(look, names=names)


def part_name(name: str, say: Say) -> str:
    """Return a part's name as the window writes it; the user's language may have its own."""
    said = say(name)
    return said if said != name else name.replace("-", " ").capitalize()


def nice_ceiling(history: Sequence[Mapping[str, float]]) -> float:
    """Return a round number of seconds that nine in ten seconds' stages do not exceed together.

    The tenth is cut off: the first second, in which a parser is loaded, would hide all others.
    """
    sums = sorted(sum(second.values()) for second in history if second)
    high = sums[int(0.9 * (len(sums) - 1))] if sums else 0.0
    return next((top for top in _CEILINGS_S if top >= high), high)


def clock_time(seconds: float) -> str:
    """Return a time in a film, as players write it."""
    whole = max(0, int(seconds))
    hours, minutes = whole // 3600, whole // 60 % 60
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def _drops(figures: Figures, say: Say) -> str:
    dropped = {} if figures.statistics is None else dict(figures.statistics.dropped)
    dropped |= {"unseen": figures.unseen} if figures.unseen else {}
    told = [_drop(why, count, say) for why, count in sorted(dropped.items()) if count]
    return "\n".join(told) or say("none")  # a line each: the panel is narrow


def _drop(why: str, count: int, say: Say) -> str:
    one, several = _DROPS.get(why, (f"1 {why}", f"{{count}} {why}"))
    return say(one if count == 1 else several).format(count=count)


def _carried(figures: Figures) -> str:
    """How many of the pictures have masks that were carried by the body."""
    counts = figures.carried
    if counts is None or not counts.frames:
        return NONE
    return f"{counts.carried} / {counts.frames}"


def _fps(rate: float) -> str:
    return f"{rate:.1f} fps"


def _latency(seconds: float | None) -> str:
    return NONE if seconds is None else f"{_ms(seconds)} ms"


def _ms(seconds: float) -> str:
    return f"{seconds * 1e3:.0f}"
