"""The coach, as the window switches it and shows what it says."""

from __future__ import annotations

from pathlib import Path

import pytest
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QSettings
from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, act, press, wait_level

from mirror.live.coaching.coach_options import AUTO, CoachOptions
from mirror.window.main_window import MirrorWindow
from mirror.window.settings.settings_store import SettingsStore


@pytest.fixture
def source() -> HandFed:
    return HandFed()


@pytest.fixture
def window(qtbot: QtBot, opened: Open, clock: FakeClock, source: HandFed) -> MirrorWindow:
    """A window that shows a picture without anybody in it."""
    window = opened(source)
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)
    return window


def feed(qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock) -> None:
    """Let half a second pass, and wait until its frame is seen."""
    session = window.session
    assert session is not None
    before = None if session.coaching.coach is None else session.coaching.coach.newest
    clock.now += 0.5
    source.feed(grey(60, clock.now, 240, 320))

    def is_seen() -> bool:
        window.refresh()
        return session.coaching.coach is not None and session.coaching.coach.newest is not before

    qtbot.waitUntil(is_seen)


def test_the_coach_is_switched_on_and_off_with_a_key(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    session = window.session
    assert session is not None
    assert session.coaching.coach is None
    press(window, "t")
    assert window.trainer.options.exercise == AUTO
    assert window.coach.exercise.currentData() == AUTO
    feed(qtbot, window, source, clock)
    press(window, "t")
    assert not window.trainer.options.is_on
    assert session.coaching.coach is None


def test_an_exercise_is_chosen_in_the_panel(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    box = window.coach.exercise
    box.setCurrentIndex(box.findData("squat"))
    box.activated.emit(box.currentIndex())
    feed(qtbot, window, source, clock)
    assert window.session is not None
    assert window.session.coaching.coach is not None
    assert window.session.coaching.coach.options.exercise == "squat"


def test_a_set_is_begun_and_paused_with_a_key(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    window.trainer.set_options(CoachOptions("squat", countdown_s=0.0))
    feed(qtbot, window, source, clock)
    states = []
    for _ in range(2):
        press(window, "g")
        feed(qtbot, window, source, clock)
        assert window.session is not None
        assert window.session.coaching.coach is not None
        assert window.session.coaching.coach.newest is not None
        states.append(window.session.coaching.coach.newest.status.state)
    assert states == ["active", "paused"]


def test_it_is_said_over_the_picture_when_nobody_is_there(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    window.trainer.set_options(CoachOptions("squat"))
    for _ in range(6):
        feed(qtbot, window, source, clock)

    def is_told() -> bool:
        window.refresh()
        picture = window.view.picture
        return picture is not None and len(set(picture.image[..., 0].ravel().tolist())) > 3

    qtbot.waitUntil(is_told)


def test_an_exercise_of_one_s_own_is_named_in_the_panel(window: MirrorWindow) -> None:
    window.trainer.set_options(CoachOptions("somewhere/my-squat.toml"))
    assert window.coach.exercise.currentText() == "my-squat"


def test_how_people_are_coached_is_remembered(tmp_path: Path, opened: Open) -> None:
    kept = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    window = opened(HandFed(), memory=SettingsStore(kept))
    window.trainer.set_options(CoachOptions("squat", hands_free=False, countdown_s=5.0))
    again = SettingsStore(kept)
    assert again.coach(CoachOptions()) == CoachOptions("squat", False, 5.0)
    assert again.coach(CoachOptions("lunge")) == CoachOptions("lunge", False, 5.0)
    kept.setValue("coach", '{"exercise": "nonsense", "hands_free": 3, "countdown_s": -1.0}')
    assert again.coach(CoachOptions()) == CoachOptions()


def test_raised_hands_can_be_left_unheeded(window: MirrorWindow) -> None:
    act(window, "A raised hand starts and stops")
    assert not window.trainer.options.hands_free
    assert not window.coach.hands_free.isChecked()


def test_the_last_seconds_are_shown_again_and_then_what_there_is_now(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    window.trainer.set_options(CoachOptions("squat"))
    while not window.trainer.can_replay():
        feed(qtbot, window, source, clock)
    assert window.session is not None
    coaching = window.session.coaching
    clock.now += 1.0
    window.refresh()  # with figures, and what can be chosen in the menus
    press(window, "l")
    assert coaching.is_replaying
    press(window, "l")
    qtbot.waitUntil(lambda: not coaching.is_replaying)
    source.feed(grey(200, clock.now + 1.0))
    wait_level(qtbot, window, 200, tolerance=60)


def test_nothing_is_kept_to_be_shown_again_while_nobody_is_coached(
    window: MirrorWindow,
) -> None:
    assert not window.trainer.can_replay()
    press(window, "l")
    assert window.session is not None
    assert not window.session.coaching.is_replaying


def test_a_recording_begins_after_the_countdown_of_who_is_coached(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    window.trainer.set_options(CoachOptions("squat", countdown_s=3.0))
    feed(qtbot, window, source, clock)
    press(window, "r")
    assert (window.capture.is_recording, window.capture.seconds_left) == (False, 3)
    clock.now += 1.5
    window.refresh()
    assert (window.capture.is_recording, window.capture.seconds_left) == (False, 2)
    clock.now += 1.5
    window.refresh()
    assert (window.capture.is_recording, window.capture.seconds_left) == (True, 0)
    press(window, "r")
    assert not window.capture.is_recording


def test_a_recording_s_countdown_is_called_off_by_the_same_again(
    qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock
) -> None:
    window.trainer.set_options(CoachOptions("squat", countdown_s=3.0))
    feed(qtbot, window, source, clock)
    press(window, "r")
    press(window, "r")
    clock.now += 9.0
    window.refresh()
    assert not window.capture.is_recording


def test_a_programme_is_chosen_in_the_panel_and_remembered(opened: Open, tmp_path: Path) -> None:
    kept = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    window = opened(HandFed(), memory=SettingsStore(kept))
    box = window.coach.exercise
    box.setCurrentIndex(box.findText("programme: Legs"))
    box.activated.emit(box.currentIndex())
    assert window.trainer.options.exercise == "legs"
    assert SettingsStore(kept).coach(CoachOptions()).exercise == "legs"


def test_the_coach_is_silent_until_its_voice_is_switched_on_and_this_is_remembered(
    opened: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("mirror.window.playback.coach_controller.check_voice", asked.append)
    kept = QSettings(str(tmp_path / "kept.ini"), QSettings.Format.IniFormat)
    window = opened(HandFed(), memory=SettingsStore(kept))
    assert not window.trainer.speaks
    press(window, "v")
    assert window.trainer.speaks
    assert asked == ["en"]
    assert SettingsStore(kept).has_voice
    press(window, "v")
    assert not window.trainer.speaks
    assert not SettingsStore(kept).has_voice


def test_without_a_program_that_speaks_it_is_said_what_to_install(
    window: MirrorWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirror.outputs.voice.shutil.which", lambda _: None)
    monkeypatch.setattr("mirror.outputs.voice.sys.platform", "linux")
    press(window, "v")
    assert not window.trainer.speaks
    assert "espeak-ng" in window.pages.banner.words.text()
