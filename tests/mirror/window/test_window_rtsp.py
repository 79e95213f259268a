from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from pytestqt.qtbot import QtBot
from windows import Open, middle

from mirror.live.sources.source_choice import AddressChoice

PYTHON = Path("/usr/bin/python3")  # the one that Debian's packages are for
NEEDS = "gi.require_version('GstRtspServer', '1.0'); from gi.repository import GstRtspServer"


def has_server() -> bool:
    if not PYTHON.exists():
        return False
    looked = subprocess.run([PYTHON, "-c", f"import gi; {NEEDS}"], capture_output=True)
    return looked.returncode == 0


pytestmark = pytest.mark.skipif(
    not has_server(), reason="an RTSP server is missing: apt-get install gir1.2-gst-rtsp-server-1.0"
)


@contextlib.contextmanager
def camera(port: int, grey: int) -> Iterator[None]:
    server = Path(__file__).parents[2] / "support/rtsp_camera.py"
    command = [str(PYTHON), str(server), str(port), str(grey)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"serving\n"
        try:
            yield
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_an_rtsp_camera_that_is_killed_and_started_again_comes_back(
    qtbot: QtBot, opened: Open
) -> None:
    port = free_port()
    window = opened()
    with camera(port, 60):
        window.watch(AddressChoice(f"rtsp://127.0.0.1:{port}/camera"))
        qtbot.waitUntil(lambda: abs(middle(window) - 60) <= 15, timeout=20_000)
    qtbot.waitUntil(window.pages.banner.isVisible, timeout=20_000)
    assert abs(middle(window) - 60) <= 15
    with camera(port, 200):
        qtbot.waitUntil(lambda: abs(middle(window) - 200) <= 15, timeout=20_000)
        assert not window.pages.banner.isVisible()
        window.close()
