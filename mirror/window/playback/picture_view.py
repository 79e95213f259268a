"""The widget that shows the picture, with the two large figures over it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5 import sip
from PyQt5.QtCore import QPoint, QRect, Qt
from PyQt5.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PyQt5.QtWidgets import QWidget

from mirror.live.display.display_options import Picture
from mirror.live.readout import Headline
from mirror.window.layout.theme import GROUND
from mirror.window.playback.headline import paint_countdown, paint_headline

_HOLDS_FIGURES = 200  # pixels of width


class PictureView(QWidget):
    """Paints what it is given, pixel for pixel, and says when it is on the screen.

    Args:
        on_painted: called at the end of every paint that shows a picture for the first time.
        on_resized: called when the number of pixels has changed.
        on_double_click: called when it is clicked twice.
    """

    def __init__(
        self,
        on_painted: Callable[[], None],
        on_resized: Callable[[], None],
        on_double_click: Callable[[], None],
    ) -> None:
        super().__init__()
        self._on_painted, self._on_resized = on_painted, on_resized
        self._on_double_click = on_double_click
        self._image: QImage | None = None
        self._picture: Picture | None = None
        self._is_new = False
        self._headline = Headline("–", "–")  # noqa: RUF001
        self._note = ""
        self._countdown = 0
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setMinimumSize(240, 110)

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

    def show_countdown(self, seconds: int) -> None:
        """Say in how many seconds a recording begins; 0 says nothing."""
        if seconds != self._countdown:
            self._countdown = seconds
            self.update()

    def paintEvent(self, event: QPaintEvent | None) -> None:
        """Paint the picture, its surroundings and the figures."""
        painter = QPainter(self)
        where = self._paint_picture(painter).intersected(self.rect())
        # beside the picture's edge, not across it; a picture that is too narrow has no room
        within = where if where.width() >= _HOLDS_FIGURES else self.rect()
        plate = paint_headline(painter, self._headline, self._note, within)
        if self._countdown:
            paint_countdown(painter, self._countdown, plate.bottomLeft(), within.height())
        painter.end()
        if self._is_new:
            self._is_new = False
            self._on_painted()

    def resizeEvent(self, event: object) -> None:
        """Ask for pictures of the new size."""
        self._on_resized()

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:
        """Pass it on."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self._on_double_click()

    def _paint_picture(self, painter: QPainter) -> QRect:
        """Paint it in the middle; return where it lies."""
        ground = QColor(GROUND)
        if self._image is None or self._picture is None:
            painter.fillRect(self.rect(), ground)
            return self.rect()
        ratio = self.devicePixelRatioF()
        size = self._image.size() / ratio
        # until one of the new size comes, a picture of the old one stays in the middle
        corner = QPoint((self.width() - size.width()) // 2, (self.height() - size.height()) // 2)
        where = QRect(corner, size)
        if not where.contains(self.rect()):
            painter.fillRect(self.rect(), ground)
        painter.drawImage(where.topLeft(), self._image)
        return where
