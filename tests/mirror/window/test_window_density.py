"""A screen of twice the usual density, in a process of its own: Qt asks for it only once."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)

_SHOW = """
import numpy as np
from PyQt5.QtCore import QPoint, QSize
from mirror.live.sources.thumbnails import Thumbnail
from mirror.window.app import application
from mirror.window.layout.icons import icon
from mirror.window.playback.seek_slider import ThumbnailPopup
app = application()
popup = ThumbnailPopup(None)
popup.show_at(Thumbnail(0.0, np.zeros((240, 320, 4), np.uint8)), QPoint(400, 400))
for pixmap in (icon("play").pixmap(QSize(24, 24)), popup.picture.pixmap()):
    print(pixmap.height(), pixmap.devicePixelRatio())
"""


def test_icons_and_small_pictures_are_sharp_on_a_dense_screen() -> None:
    twice = {"QT_SCALE_FACTOR": "2", "QT_FONT_DPI": "96", "QT_QPA_PLATFORM": "offscreen"}
    shown = subprocess.run(
        [sys.executable, "-c", _SHOW],
        env=os.environ | twice,
        capture_output=True,
        text=True,
        check=True,
    )
    assert shown.stdout.splitlines() == ["48 2.0", "240 2.0"]
