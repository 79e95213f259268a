"""The controls of an avatar in the panel."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from avatars import address_of, listening
from doubles import FakeClock, HandFed, grey

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")
pytest.importorskip("pythonosc", reason="needs pip install smart-mirror[vmc]")

from pytestqt.qtbot import QtBot
from windows import CAMERA, Open, no_parser, wait_level

from mirror.live.display.display_options import DisplayOptions
from mirror.live.session.avatar_link import AvatarTarget
from mirror.window.launch_settings import LaunchSettings
from mirror.window.main_window import MirrorWindow


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with listening() as found:
        yield found


def looking(qtbot: QtBot, window: MirrorWindow, source: HandFed, clock: FakeClock) -> None:
    window.watch(CAMERA)
    source.feed(grey(60, clock.now))
    wait_level(qtbot, window, 60)


def test_a_click_moves_an_avatar_and_another_lets_it_be(
    qtbot: QtBot, opened: Open, clock: FakeClock, port: socket.socket
) -> None:
    source = HandFed()
    window = opened(source)
    looking(qtbot, window, source, clock)
    controls = window.avatar
    controls.address.setText(address_of(port))
    controls.is_moved.click()
    source.feed(grey(70, clock.now))
    wait_level(qtbot, window, 70)
    assert b"/VMC/Ext/OK" in port.recv(4096)
    assert window.session is not None
    controls.is_moved.click()
    assert window.session.avatar.target is None


def test_an_avatar_that_was_asked_for_at_the_start_stays_with_another_source(
    qtbot: QtBot, opened: Open, clock: FakeClock, port: socket.socket, tmp_path: Path
) -> None:
    target = AvatarTarget(address_of(port), "t-pose")
    look = DisplayOptions(mirrored=False)
    setup = LaunchSettings(no_parser(), look, folder=tmp_path, avatar=target)
    first, second = HandFed(), HandFed()
    window = opened(first, second, setup=setup)
    assert window.avatar.is_moved.isChecked()
    assert window.avatar.address.text() == target.address
    assert window.avatar.calibration.currentData() == "t-pose"
    looking(qtbot, window, first, clock)
    looking(qtbot, window, second, clock)
    assert window.session is not None
    assert window.session.avatar.target == target
    window.set_language("zh_CN")
    assert window.avatar.is_moved.isChecked()


def test_a_wrong_address_is_told_once_and_the_picture_goes_on(
    qtbot: QtBot, opened: Open, clock: FakeClock
) -> None:
    source = HandFed()
    window = opened(source)
    looking(qtbot, window, source, clock)
    window.set_avatar(AvatarTarget("no address"))
    source.feed(grey(70, clock.now))
    wait_level(qtbot, window, 70)

    def is_told() -> bool:
        clock.now += 1.0
        window.refresh()
        return "is no address" in window.pages.banner.words.text()

    qtbot.waitUntil(is_told)
    assert not window.avatar.is_moved.isChecked()
    source.feed(grey(80, clock.now))
    wait_level(qtbot, window, 80)
