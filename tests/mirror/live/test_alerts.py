from __future__ import annotations

from mirror.core.settings import load
from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.alerts import Alert, Alerts, alert_of
from mirror.live.session.session_status import Sentence, Status
from mirror.live.session.view_preferences import ViewPreferences

BUILT_IN = load().parser
WANTED = ViewPreferences.at_first(DisplayOptions(), BUILT_IN)
LOST = Status("lost", Sentence("camera 0 delivers no pictures"), retry_at=101.0)
LOST_STILL = Status("lost", Sentence("camera 0 did not open"), retry_at=103.0)
FULL, BROKEN = Alert(Sentence("the disk is full")), Alert(Sentence("it broke"))


def words(alerts: Alerts) -> str:
    return "" if alerts.current is None else str(alerts.current.words)


def test_how_the_source_stands_is_told_until_it_is_well() -> None:
    alerts = Alerts()
    alerts.show_status(Status("running"), WANTED)
    assert words(alerts) == ""
    alerts.show_status(LOST, WANTED)
    assert words(alerts) == "camera 0 delivers no pictures"
    alerts.show_status(Status("running"), WANTED)
    assert words(alerts) == ""


def test_a_loss_that_was_dismissed_is_told_no_more_until_the_next() -> None:
    alerts = Alerts()
    alerts.show_status(LOST, WANTED)
    alerts.dismiss()
    alerts.show_status(LOST_STILL, WANTED)
    assert words(alerts) == ""
    alerts.show_status(Status("running"), WANTED)
    alerts.show_status(LOST, WANTED)
    assert words(alerts) == "camera 0 delivers no pictures"


def test_a_failure_after_a_loss_that_was_dismissed_is_told() -> None:
    alerts = Alerts()
    alerts.show_status(LOST, WANTED)
    alerts.dismiss()
    alerts.show_status(Status("failed", Sentence("it ended")), WANTED)
    assert words(alerts) == "it ended"


def test_what_is_reported_stays_until_it_is_dismissed_whatever_the_source_does() -> None:
    alerts = Alerts()
    alerts.show_status(LOST, WANTED)
    alerts.report(FULL)
    alerts.report(BROKEN)
    alerts.report(BROKEN)
    alerts.show_status(LOST_STILL, WANTED)
    told = []
    while words(alerts):
        told.append(words(alerts))
        alerts.dismiss()
    assert told == ["it broke", "the disk is full", "camera 0 did not open"]


def test_another_source_begins_without_what_was_told_of_the_last() -> None:
    alerts = Alerts()
    alerts.report(FULL)
    alerts.show_status(LOST, WANTED)
    alerts.begin()
    assert words(alerts) == "the disk is full"
    alerts.dismiss()
    assert words(alerts) == ""


def test_a_parser_that_failed_is_told_apart_from_a_source_and_has_a_way_back() -> None:
    status = Status("unparsed", Sentence("m2fp is not there"), has_picture=True)
    assert alert_of(status, WANTED) == Alert(
        Sentence("There are no masks. {problem}", {"problem": status.problem}),
        tone="caution",
        again="Try again",
    )
    m2fp = WANTED.with_parser(BUILT_IN.changed(name="m2fp"), worked=True)
    alert = alert_of(status, m2fp)
    assert alert is not None
    assert alert.back == "built-in"


def test_a_film_at_its_end_is_no_failure() -> None:
    alert = alert_of(Status("ended", has_picture=True), WANTED)
    assert alert == Alert(Sentence("The video has ended"), tone="plain", again="Play again")
    assert alert_of(Status("running"), WANTED) is None
