"""A history's sessions as a calendar file: iCalendar, RFC 5545."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from mirror.outputs.coach_history import KeptSet
from mirror.version import __version__

_LONGEST = 75  # octets of a line, without its end
_LEAST_S = 60.0  # an event that takes no time is not shown by every calendar


def calendar_of(sets: Sequence[KeptSet]) -> str:
    """Return a calendar with an event a session; a session's sets have one time.

    An event lasts as long as its repetitions and what was held, a minute at least: how long the
    rests were is not kept.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//smart-mirror//{__version__}//EN"]
    for _, session in itertools.groupby(sets, key=lambda one: (one.at, one.source)):
        lines += _event(list(session))
    lines.append("END:VCALENDAR")
    return "".join(f"{part}\r\n" for line in lines for part in _folded(line))


def _event(sets: Sequence[KeptSet]) -> Iterator[str]:
    first = sets[0]
    begins = datetime.fromtimestamp(first.at, UTC)
    lasts = sum(one.held_s + one.repetitions * (one.seconds or 0.0) for one in sets)
    name = f"{first.at!r} {first.source}".encode()
    what = ", ".join(_said(sets))
    yield "BEGIN:VEVENT"
    yield f"UID:{hashlib.sha256(name).hexdigest()[:32]}@smart-mirror"
    yield f"DTSTAMP:{begins:%Y%m%dT%H%M%SZ}"
    yield f"DTSTART:{begins:%Y%m%dT%H%M%SZ}"
    yield f"DTEND:{begins + timedelta(seconds=max(_LEAST_S, lasts)):%Y%m%dT%H%M%SZ}"
    yield f"SUMMARY:{_escaped(first.programme or what)}"
    yield f"DESCRIPTION:{_escaped(what)}"
    yield "END:VEVENT"


def _said(sets: Iterable[KeptSet]) -> Iterator[str]:
    for one in sets:
        figure = f"{one.repetitions} x" if one.repetitions else f"{one.held_s:.0f} s"
        yield f"{figure} {one.exercise}"


def _escaped(text: str) -> str:
    for letter in ("\\", ";", ","):
        text = text.replace(letter, f"\\{letter}")
    return " ".join(text.split())


def _folded(line: str) -> Iterator[str]:
    """Yield a line in parts of at most 75 octets, all but the first behind a space."""
    part = ""
    for letter in line:
        if len((part + letter).encode()) > _LONGEST:
            yield part
            part = " "
        part += letter
    yield part
