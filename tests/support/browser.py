"""A real browser for tests of the service's page: headless Chromium, its camera made of a file."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

_HEIGHT, _WIDTH = 60, 80  # of the camera's pictures
_WHITE, _BLACK, _NO_COLOUR = 235, 16, 128  # of y4m


@contextlib.contextmanager
def chromium(folder: Path) -> Iterator[Any]:
    """A browser, with playwright's calls; its camera sees a right half that is bright."""
    if CHROMIUM is None:
        pytest.skip("needs a browser: apt-get install chromium")
    api = pytest.importorskip(
        "playwright.sync_api", reason="needs playwright: pip install playwright"
    )
    flags = [
        "--no-sandbox",  # of its own, which containers and root cannot have
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={_camera(folder / 'camera.y4m')}",
    ]
    with api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=flags)
        yield browser
        browser.close()


class Witness:
    """Writes down what a page complains of, and what it asks of whom."""

    def __init__(self, page: Any) -> None:  # noqa: ANN401
        self.complaints: list[str] = []
        self.hosts: set[str] = set()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._hear)
        page.on("request", lambda request: self.hosts.add(_host(request.url)))
        page.on("websocket", lambda socket: self.hosts.add(_host(socket.url)))

    def _hear(self, message: Any) -> None:  # noqa: ANN401
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)


def _host(address: str) -> str:
    scheme, host, *_ = urlsplit(address)
    return "" if scheme in ("blob", "data") else host


def _camera(path: Path) -> Path:
    light = np.full((_HEIGHT, _WIDTH), _BLACK, np.uint8)
    light[:, _WIDTH // 2 :] = _WHITE
    colour = np.full(_HEIGHT * _WIDTH // 2, _NO_COLOUR, np.uint8)
    frame = b"FRAME\n" + light.tobytes() + colour.tobytes()
    path.write_bytes(b"YUV4MPEG2 W%d H%d F30:1 Ip C420\n" % (_WIDTH, _HEIGHT) + 4 * frame)
    return path
