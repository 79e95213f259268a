from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import QRect
from PyQt5.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from mirror.live.readout import Headline
from mirror.window.playback.headline import paint_headline

FIGURES = Headline("120", "1234")


def painted(note: str, within: QRect) -> tuple[QImage, QRect]:
    """What is painted on black, and where its plate lies."""
    image = QImage(2000, 2000, QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    plate = paint_headline(painter, FIGURES, note, within)
    painter.end()
    return image, plate


def reddest(image: QImage) -> int:
    """How far to the right something red goes; -1 where nothing is red."""
    bits = image.constBits()
    assert bits is not None
    pixels = np.frombuffer(bits.asstring(image.sizeInBytes()), np.uint8)
    blue, green, red, _ = np.moveaxis(pixels.reshape(image.height(), image.width(), 4), 2, 0)
    columns = np.flatnonzero(((red > 180) & (green < 120) & (blue < 120)).any(axis=0))
    return int(columns[-1]) if columns.size else -1


@pytest.mark.parametrize("note", ["", "0:01", "1:02:03"])
@pytest.mark.parametrize("size", [(240, 160), (320, 240), (500, 1500), (1280, 720), (1080, 1920)])
def test_the_large_figures_fit_every_picture(
    qtbot: QtBot, size: tuple[int, int], note: str
) -> None:
    within = QRect(30, 10, *size)
    image, plate = painted(note, within)
    assert within.contains(plate)
    assert reddest(image) < within.right()
    assert (reddest(image) > within.left()) == bool(note)


def test_a_note_goes_below_the_figures_before_these_shrink(qtbot: QtBot) -> None:
    _, without = painted("", QRect(0, 0, 200, 780))
    _, wrapped = painted("1:02:03", QRect(0, 0, 200, 780))
    _, beside = painted("1:02:03", QRect(0, 0, 1500, 780))
    assert wrapped.width() == without.width()
    assert wrapped.height() > without.height()
    assert beside.height() == without.height()


@pytest.mark.parametrize("size", [(1280, 720), (1920, 1080), (480, 700)])
def test_the_figures_take_little_of_the_picture(qtbot: QtBot, size: tuple[int, int]) -> None:
    _, plate = painted("", QRect(0, 0, *size))
    assert plate.width() * plate.height() < 0.02 * size[0] * size[1]


def test_the_plate_can_be_seen_on_black(qtbot: QtBot) -> None:
    image, plate = painted("", QRect(0, 0, 1280, 720))
    inside = QColor(image.pixel(plate.center().x(), plate.top() + 4))
    rim = QColor(image.pixel(plate.center().x(), plate.top()))
    assert inside.lightness() > 8
    assert rim.lightness() > inside.lightness()
