"""What stands on the glass while somebody is coached, in the user's language."""

from __future__ import annotations

import functools
import math

from mirror.coach.gestures.raised_hand import ENDS_AFTER_S, TOGGLES_AFTER_S, HandUp
from mirror.coach.gestures.set_control import SetStatus
from mirror.live.coaching.session_coach import Moment
from mirror.live.coaching.set_results import SetResult
from mirror.live.readout import Say, clock_time
from mirror.live.translations import speaker
from mirror.rendering.coach.glass import Glass, Ring, Strip, strip_of

_LAST_S = 10
_ALONE_AFTER_S = 1.5  # who is missed by the parser for a moment is not gone


def glass_of(moment: Moment, language: str, is_mirror: bool) -> Glass:
    """Return what is drawn over a frame.

    Args:
        moment: what is known of it.
        language: of words, as gettext names it.
        is_mirror: whether somebody stands before it, who can be told what to do next.
    """
    say, status = _speaker(language), moment.status
    return Glass(
        moment.coached,
        language,
        "" if moment.coached.programme is not None else _set_line(status, say),
        _strip(moment, language, say, is_mirror),
        _big(moment),
        None if moment.hand is None else _ring(moment.hand, moment.has_set),
    )


def _strip(moment: Moment, language: str, say: Say, is_mirror: bool) -> Strip | None:
    state = moment.status.state
    if moment.is_replay:
        return strip_of(moment.coached, language) or Strip(say("Replay at half speed"), "guide")
    if not moment.has_joints:
        return Strip(say("Choose the built-in parser: this one sees no joints"), "guide")
    if moment.alone_s >= _ALONE_AFTER_S:
        return Strip(say("Nobody here"), "guide")
    if (programme := moment.coached.programme) is not None and programme.state != "ready":
        return strip_of(moment.coached, language)
    if state == "countdown":
        return Strip(say("Get ready"))
    if state == "paused":
        return Strip(say("Paused. Raise one hand to go on"))
    if (told := strip_of(moment.coached, language)) is not None:
        return told
    if state == "ready" and moment.last:
        return Strip(_rest(moment.last, moment.status, say))
    if state == "ready" and is_mirror:
        is_planned = moment.coached.programme is not None
        begin = say("Raise one hand to start, or just begin")
        return Strip(say("Raise one hand to start") if is_planned else begin)
    return None


def _big(moment: Moment) -> str:
    """The seconds before something begins, the last ones of a rest."""
    programme, left = moment.coached.programme, moment.status.seconds_left
    if programme is not None:
        is_waiting = programme.state in ("countdown", "rest")
        left = math.ceil(programme.remaining_s or 0.0) if is_waiting else 0
    return str(left) if 0 < left <= _LAST_S else ""


def _set_line(status: SetStatus, say: Say) -> str:
    if status.state == "ready" and status.number == 1:
        return ""
    words = say("Set {number}").format(number=status.number)
    return words if status.state == "ready" else f"{words}  {clock_time(status.elapsed_s)}"


def _rest(last: tuple[SetResult, ...], status: SetStatus, say: Say) -> str:
    done = ", ".join(said_of(one, say) for one in last)
    rest = clock_time(status.rest_s or 0.0)
    return say("{done}. Rest {time}").format(done=done, time=rest)


def said_of(result: SetResult, say: Say) -> str:
    """Return what was done in a set, in a few words."""
    if result.exercise.hold is not None:
        return say("Set {number}: {seconds} s").format(
            number=result.number, seconds=int(result.held_s)
        )
    return say("Set {number}: {count} times").format(number=result.number, count=result.count)


def _ring(hand: HandUp, has_set: bool) -> Ring:
    share = hand.held_s / TOGGLES_AFTER_S
    if share > 1.0 and has_set:  # held on, it fills again, and ends the set
        share = (hand.held_s - TOGGLES_AFTER_S) / (ENDS_AFTER_S - TOGGLES_AFTER_S)
    return Ring(hand.person, hand.landmark, min(1.0, share))


@functools.cache
def _speaker(language: str) -> Say:
    return speaker(language)
