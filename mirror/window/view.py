"""The widget that shows the picture, with the two large figures over it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5 import sip
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from mirror.live.look import Picture
from mirror.readout import Headline
from mirror.window.theme import ALARM, DIM, GROUND, INK

_PLATE = QColor(7, 9, 11, 170)


class PictureView(QWidget):
    """Paints what it is given, pixel for pixel, and says when it is on the screen.

    Args:
        on_painted: called at the end of every paint that shows a picture for the first time.
        on_resized: called when the number of pixels has changed.
    """

    def __init__(self, on_painted: Callable[[], None], on_resized: Callable[[], None]) -> None:
        super().__init__()
        self._on_painted, self._on_resized = on_painted, on_resized
        self._image: QImage | None = None
        self._picture: Picture | None = None
        self._is_new = False
        self._headline = Headline("–", "–")  # noqa: RUF001
        self._note = ""
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(240, 160)
        self.setAccessibleName("picture")

    @property
    def pixels(self) -> tuple[int, int]:
        """Height and width in the screen's own pixels."""
        ratio = self.devicePixelRatioF()
        return round(self.height() * ratio), round(self.width() * ratio)

    @property
    def picture(self) -> Picture | None:
        """What is shown."""
        return self._picture

    def show_picture(self, picture: Picture) -> None:
        """Show a picture from the next paint on."""
        height, width = picture.image.shape[:2]
        # a view on the picture's memory, which ``_picture`` keeps alive
        pixels = sip.voidptr(picture.image.ctypes.data)
        self._image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(self.devicePixelRatioF())
        self._picture, self._is_new = picture, True
        self.update()

    def show_headline(self, headline: Headline, note: str) -> None:
        """Say these figures, and a note such as a recording's length in red."""
        if (headline, note) != (self._headline, self._note):
            self._headline, self._note = headline, note
            self.setAccessibleDescription(f"{headline} {note}".strip())
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the picture, its surroundings and the figures."""
        painter = QPainter(self)
        self._paint_picture(painter)
        self._paint_headline(painter)
        painter.end()
        if self._is_new:
            self._is_new = False
            self._on_painted()

    def resizeEvent(self, event: object) -> None:
        """Ask for pictures of the new size."""
        self._on_resized()

    def _paint_picture(self, painter: QPainter) -> None:
        ground = QColor(GROUND)
        if self._image is None or self._picture is None:
            painter.fillRect(self.rect(), ground)
            return
        ratio = self.devicePixelRatioF()
        size = self._image.size() / ratio
        # until one of the new size comes, a picture of the old one stays in the middle
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        where = QRect(corner, size)
        if not where.contains(self.rect()):
            painter.fillRect(self.rect(), ground)
        painter.drawImage(where.topLeft(), self._image)

    def _paint_headline(self, painter: QPainter) -> None:
        large = max(26, min(120, self.height() // 13))
        number = _font(large, QFont.Weight.Bold)
        unit = _font(max(13, large * 2 // 5), QFont.Weight.Medium)
        pieces = [
            (self._headline.fps, number, INK),
            (" fps", unit, DIM),
            ("   ", unit, DIM),
            (self._headline.latency, number, INK),
            (" ms", unit, DIM),
        ]
        if self._note:
            pieces += [("   ", unit, DIM), (f"● {self._note}", unit, ALARM)]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = sum(QFontMetrics(font).horizontalAdvance(text) for text, font, _ in pieces)
        margin, room = large // 2, large // 3
        tall = QFontMetrics(number).capHeight()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_PLATE)
        plate = QRect(margin, margin, wide + 2 * room, tall + 2 * room)
        painter.drawRoundedRect(plate, room * 0.8, room * 0.8)
        x = margin + room
        for text, font, colour in pieces:
            painter.setFont(font)
            painter.setPen(QColor(colour))
            painter.drawText(x, margin + room + tall, text)
            x += QFontMetrics(font).horizontalAdvance(text)


def _font(pixels: int, weight: int) -> QFont:
    font = QFont()
    font.setPixelSize(pixels)
    font.setWeight(weight)
    return font
