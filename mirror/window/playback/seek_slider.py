"""The slider that searches in a film, and the small picture over it."""

from __future__ import annotations

from collections.abc import Callable

from PyQt5 import sip
from PyQt5.QtCore import QEvent, QPoint, Qt
from PyQt5.QtGui import QImage, QMouseEvent, QPixmap
from PyQt5.QtWidgets import QLabel, QSlider, QVBoxLayout, QWidget

from mirror.live.readout import clock_time
from mirror.live.sources.thumbnails import Thumbnail

STEPS = 1000  # places on the slider
_TALL = 120  # of a small picture, in the window's units


class SeekSlider(QSlider):
    """Goes to where it is clicked, and says where the mouse is.

    Args:
        on_hover: called with the place under the mouse, 0 to ``STEPS``; None when it has left.
    """

    def __init__(self, on_hover: Callable[[int | None], None]) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._on_hover = on_hover
        self.setRange(0, STEPS)
        self.setSingleStep(STEPS // 100)
        self.setPageStep(STEPS // 10)
        self.setMouseTracking(True)

    def mousePressEvent(self, event: QMouseEvent | None) -> None:
        """Go there at once; dragging goes on from there."""
        if event is not None and event.button() == Qt.MouseButton.LeftButton:
            self.setValue(self._place(event.x()))
        super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:
        """Say where the mouse is."""
        if event is not None:
            self._on_hover(self._place(event.x()))
        super().mouseMoveEvent(event)

    def leaveEvent(self, event: QEvent | None) -> None:
        """Say that it has left."""
        self._on_hover(None)
        super().leaveEvent(event)

    def middle_of(self, place: int) -> QPoint:
        """Return where on the screen a place lies."""
        x = round(place / STEPS * self.width())
        return self.mapToGlobal(QPoint(x, 0))

    def _place(self, x: int) -> int:
        return max(0, min(STEPS, round(x / max(1, self.width()) * STEPS)))


class ThumbnailPopup(QWidget):
    """A small picture with its time, over the slider."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.ToolTip)
        self.setObjectName("popup")
        self.picture, self.time = QLabel(), QLabel()
        self.time.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 2)
        column.setSpacing(2)
        column.addWidget(self.picture)
        column.addWidget(self.time)

    def show_at(self, thumbnail: Thumbnail, over: QPoint) -> None:
        """Show a picture centred over a point of the screen."""
        height, width = thumbnail.image.shape[:2]
        pixels = sip.voidptr(thumbnail.image.ctypes.data)
        image = QImage(pixels, width, height, 4 * width, QImage.Format.Format_RGB32)
        ratio = self.devicePixelRatioF()
        smooth = Qt.TransformationMode.SmoothTransformation
        small = image.scaledToHeight(round(_TALL * ratio), smooth)  # copies
        small.setDevicePixelRatio(ratio)
        self.picture.setPixmap(QPixmap.fromImage(small))
        self.time.setText(clock_time(thumbnail.at_s))
        self.adjustSize()
        self.move(over.x() - self.width() // 2, over.y() - self.height() - 6)
        self.show()
