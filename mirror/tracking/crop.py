"""The square round one person that the landmark network looks at."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.frame import BGR

SIDE = 256  # pixels of a crop, as the network takes it
MARGIN = 1.25  # the square over the body's circle: MediaPipe's pose_landmarks_to_roi.pbtxt


@dataclass(frozen=True, slots=True)
class Crop:
    """A rotated square in a picture.

    Attributes:
        x, y: its centre, in pixels of the picture.
        side: its side, in pixels of the picture.
        angle: radians clockwise that the person's head leans from upright.
    """

    x: float
    y: float
    side: float
    angle: float

    @property
    def to_image(self) -> NDArray[np.float64]:
        """(2, 3): takes crop pixels to picture pixels."""
        scale = self.side / SIDE
        cosine, sine = scale * np.cos(self.angle), scale * np.sin(self.angle)
        middle = (SIDE - 1) / 2
        return np.array(
            [
                [cosine, -sine, self.x - cosine * middle + sine * middle],
                [sine, cosine, self.y - sine * middle - cosine * middle],
            ]
        )

    @property
    def from_image(self) -> NDArray[np.float64]:
        """(2, 3): takes picture pixels to crop pixels."""
        inverse: NDArray[np.float64] = cv2.invertAffineTransform(self.to_image)
        return inverse

    def cut(self, image: BGR) -> BGR:
        """Return the square upright, (256, 256, 3) uint8 BGR; black where it leaves the picture."""
        matrix = self.from_image
        shrink = int(self.side / SIDE)
        if shrink >= 2:  # a plain warp would skip pixels: noise becomes flicker
            image, matrix = self._shrunk(image, matrix, shrink)
        cut: BGR = cv2.warpAffine(
            image, matrix, (SIDE, SIDE), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT
        )
        return cut

    def _shrunk(
        self, image: BGR, matrix: NDArray[np.float64], shrink: int
    ) -> tuple[BGR, NDArray[np.float64]]:
        """Average the part of the picture round the square down by a whole factor."""
        reach = self.side * (abs(np.cos(self.angle)) + abs(np.sin(self.angle))) / 2 + shrink
        height, width = image.shape[:2]
        x0, y0 = max(0, int(self.x - reach)), max(0, int(self.y - reach))
        columns = (min(width, int(self.x + reach)) - x0) // shrink
        rows = (min(height, int(self.y + reach)) - y0) // shrink
        if columns < 1 or rows < 1:
            return image, matrix
        part = image[y0 : y0 + rows * shrink, x0 : x0 + columns * shrink]
        small: BGR = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
        # a small pixel's centre lies (shrink - 1) / 2 from its first pixel's
        offset = (shrink - 1) / 2
        shifted = matrix @ np.array([[shrink, 0, x0 + offset], [0, shrink, y0 + offset], [0, 0, 1]])
        return small, shifted
