"""Makes the report: one HTML page that loads nothing from anywhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2

from mirror.coach.coach import Coach, PersonReport
from mirror.coach.counting.holding import Held
from mirror.coach.counting.repetition import FoundFault, Repetition
from mirror.coach.exercises.definition import Exercise
from mirror.coach.feedback.curve import Curve
from mirror.outputs.coach_history import KeptSet
from mirror.outputs.coach_report.charts import Band, angle_chart, tempo_bar
from mirror.outputs.coach_report.symmetry import SideRanges, side_ranges
from mirror.outputs.coach_report.thumbnails import Thumbnails
from mirror.outputs.coach_report.trends import mean_range, trend_chart
from mirror.version import __version__

_MOST_PICTURES = 24  # of a person; the page would grow by 15 KB with each
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("mirror.outputs.coach_report", "."),
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


@dataclass(frozen=True, slots=True)
class _Row:
    """One repetition, or one time that something was held."""

    one: Repetition | Held
    ranges: SideRanges | None
    tempo: str


def report_page(
    title: str, coach: Coach, thumbnails: Thumbnails | None, past: Sequence[KeptSet] = ()
) -> str:
    """Return the page on everybody who was coached.

    Args:
        title: such as the clip's name.
        coach: has seen all there is.
        thumbnails: has seen the same; None leaves pictures out.
        past: sets of earlier sessions, the oldest first; whose they were is not known.
    """
    did = [one for one in coach.report().people if _did(one)]
    people = [_person(one, coach, thumbnails, past) for one in did]
    template = _TEMPLATES.get_template("report.html.j2")
    return template.render(
        title=title, people=people, version=__version__, has_pictures=thumbnails is not None
    )


def _did(report: PersonReport) -> bool:
    found = report.found
    return found is not None and bool(found.done.repetitions or found.done.held)


def _person(
    report: PersonReport, coach: Coach, thumbnails: Thumbnails | None, past: Sequence[KeptSet]
) -> Mapping[str, Any]:
    assert report.found is not None
    done = report.found.done
    items: Sequence[Repetition | Held] = done.repetitions or done.held
    curve = coach.curve(report.id, done.exercise)
    rows = list(_rows(items, curve))
    before = [one for one in past if one.exercise == done.exercise.name]
    count = len(done.repetitions)
    bands = [
        Band(one.start, one.end, one.far if isinstance(one, Repetition) else None, bool(one.faults))
        for one in items
    ]
    return {
        "id": report.id,
        "exercise": done.exercise,
        "confidence": report.found.confidence,
        "count": len(done.repetitions),
        "held_s": done.held_s,
        "curve": curve,
        "chart": angle_chart(curve.times, curve.sides, bands, curve.unit),
        "trend": trend_chart(before, count, done.held_s, mean_range(items)) if before else "",
        "rows": rows,
        "ranges": _mean_ranges(rows),
        "clean": sum(not one.faults for one in items),
        "rules": {rule.name: rule for rule in done.exercise.faults},
        "pictures": list(_pictures(items, report.id, done.exercise, thumbnails)),
    }


def _rows(items: Iterable[Repetition | Held], curve: Curve) -> Iterator[_Row]:
    repetitions = [one for one in items if isinstance(one, Repetition)]
    longest = max((one.out_s + one.held_s + one.back_s for one in repetitions), default=0.0)
    for one in items:
        if isinstance(one, Repetition):
            yield _Row(one, side_ranges(curve.times, curve.sides, one), tempo_bar(one, longest))
        else:
            yield _Row(one, None, "")


def _pictures(
    items: Sequence[Repetition | Held], person: int, exercise: Exercise, kept: Thumbnails | None
) -> Iterator[Mapping[str, Any]]:
    rules = {rule.name: rule for rule in exercise.faults}
    found = [(number, fault) for number, one in enumerate(items, 1) for fault in one.faults]
    for number, fault in _worst(found)[: _MOST_PICTURES if kept else 0]:
        assert kept is not None
        address = kept.picture(person, fault.at, rules[fault.name].parts)
        if address is not None:
            yield {
                "address": address,
                "number": number,
                "fault": fault,
                "cue": rules[fault.name].cue,
            }


def _worst(found: list[tuple[int, FoundFault]]) -> list[tuple[int, FoundFault]]:
    """What matters most first, as far as there is room; then in order of time."""
    chosen = sorted(found, key=lambda one: one[1].severity != "major")[:_MOST_PICTURES]
    return sorted(chosen, key=lambda one: one[1].at)


def _mean_ranges(rows: Sequence[_Row]) -> SideRanges | None:
    """How far each side moved in its own repetitions; None where one of them has none."""
    found: dict[str, list[float]] = {"left": [], "right": []}
    for row in rows:
        if isinstance(row.one, Repetition) and row.ranges is not None:
            for side, ranges in found.items():
                if row.one.side in (side, "both"):
                    ranges.append(getattr(row.ranges, side))
    if not all(found.values()):
        return None
    return SideRanges(**{side: sum(ranges) / len(ranges) for side, ranges in found.items()})
