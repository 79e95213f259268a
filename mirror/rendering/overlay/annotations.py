"""What is written and drawn on people besides their parts: names, numbers, joints and bones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.parsing import Parsing, Person, Pose
from mirror.rendering.overlay.colour_tables import DARK, WHITE
from mirror.rendering.overlay.layer import Layer, around
from mirror.rendering.overlay.name_placement import Box, Spot, places, spots
from mirror.rendering.overlay.style import Style

_SURE = 0.5  # a joint's score from which it is drawn
_SIDES = ("left", "right")
HAS_EVERY_LETTER = hasattr(cv2, "FontFace")  # from OpenCV 5 on; before, ASCII only
_BOLD = 600  # thin strokes of Chinese would not stand out
_ON_EACH = (
    ("shoulder", "elbow"), ("elbow", "wrist"), ("wrist", "index"), ("wrist", "pinky"),
    ("shoulder", "hip"), ("hip", "knee"), ("knee", "ankle"), ("ankle", "heel"),
    ("ankle", "foot_index"),
)  # fmt: skip
BONES = (
    *((f"{side}_{one}", f"{side}_{other}") for side in _SIDES for one, other in _ON_EACH),
    ("left_shoulder", "right_shoulder"),
    ("left_hip", "right_hip"),
)

Size = tuple[int, ...]


def landmark_layers(people: Sequence[Person], size: Size) -> Iterator[Layer]:
    """Yield one layer a person: bones and joints, light with a dark rim."""
    width = line_width(size)
    for person in people:
        if person.pose is None:
            continue
        points = _points(person.pose)
        if not points:
            continue
        xs, ys = [x for x, _ in points.values()], [y for _, y in points.values()]
        room = 4 * width
        box = (min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room)
        if (canvas := _Canvas.on(box, size)) is not None:
            for thickness, colour_id in ((3 * width, DARK), (width, WHITE)):
                _draw_skeleton(canvas, points, thickness, colour_id)
            yield canvas.layer()


def label_layers(parsing: Parsing, style: Style) -> Iterator[Layer]:
    """Yield small layers: people's numbers above them, parts' names on each person's parts."""
    size = parsing.labels.shape
    if style.labels == "people":
        for person in parsing.people:
            x0, y0, x1, _ = person.box
            yield from _written(str(person.id), (x0 + x1) / 2, y0, size)
    elif style.labels == "parts":
        yield from _names_of_parts(parsing, style, size)


def _names_of_parts(parsing: Parsing, style: Style, size: Size) -> Iterator[Layer]:
    """Every name on a plate of its own; a line leads from one that found no room on its part."""
    named = []
    for spot in spots(parsing, style.parts):
        name = style.names[spot.part] if spot.part < len(style.names) else str(spot.part)
        named.append((spot, _Plate.of(name, size)))
    plates = {spot: plate for spot, plate in named}
    placed = list(places([(spot, plate.size) for spot, plate in named], size))
    for spot, box in placed:
        if not (box[0] <= spot.x < box[2] and box[1] <= spot.y < box[3]):
            yield from _leader(spot, box, size)
    for spot, box in placed:
        yield from plates[spot].layers(box[0], box[1], size)


def _leader(spot: Spot, box: Box, size: Size) -> Iterator[Layer]:
    """A line from a plate to the part that it names, light with a dark rim."""
    end = (float(np.clip(spot.x, box[0], box[2])), float(np.clip(spot.y, box[1], box[3])))
    width = line_width(size)
    xs, ys = (spot.x, end[0]), (spot.y, end[1])
    room = 3 * width
    canvas = _Canvas.on((min(xs) - room, min(ys) - room, max(xs) + room, max(ys) + room), size)
    if canvas is None:
        return
    for thickness, colour_id in ((3 * width, DARK), (width, WHITE)):
        for plane, value in ((canvas.colour_ids, colour_id), (canvas.alpha, 255)):
            cv2.line(plane, canvas.place(spot.x, spot.y), canvas.place(*end), value, thickness)
    yield canvas.layer()


def line_width(size: Size) -> int:
    """Return 1 pixel up to 480p, 2 up to 1080p, and 3 above."""
    return min(3, max(1, round(min(size[:2]) / 480)))


class _Canvas:
    """A region of a picture to draw colours on."""

    def __init__(self, x0: int, y0: int, x1: int, y1: int) -> None:
        self._x, self._y = x0, y0
        self.colour_ids = np.zeros((y1 - y0, x1 - x0), np.uint8)
        self.alpha = np.zeros_like(self.colour_ids)

    @classmethod
    def on(cls, box: tuple[float, float, float, float], size: Size) -> _Canvas | None:
        """Return a canvas over a box; None where nothing of it lies in the picture."""
        x0, y0, x1, y1 = around(*box, size)
        return cls(x0, y0, x1, y1) if x1 > x0 and y1 > y0 else None

    def place(self, x: float, y: float) -> tuple[int, int]:
        """Return where on the canvas a point of the picture lies."""
        return round(x) - self._x, round(y) - self._y

    def layer(self) -> Layer:
        """Return what was drawn."""
        return Layer(self._x, self._y, self.colour_ids, self.alpha)


def _points(pose: Pose) -> dict[str, tuple[float, float]]:
    return {
        name: (float(x), float(y))
        for name, (x, y, score) in zip(pose.names, pose.image, strict=True)
        if score >= _SURE
    }


def _draw_skeleton(
    canvas: _Canvas, points: dict[str, tuple[float, float]], thickness: int, colour_id: int
) -> None:
    places = {name: canvas.place(*point) for name, point in points.items()}
    for one, other in BONES:
        if one in places and other in places:
            for plane, value in ((canvas.colour_ids, colour_id), (canvas.alpha, 255)):
                cv2.line(plane, places[one], places[other], value, thickness)
    for place in places.values():
        for plane, value in ((canvas.colour_ids, colour_id), (canvas.alpha, 255)):
            cv2.circle(plane, place, thickness, value, cv2.FILLED)


def _written(text: str, x: float, y: float, size: Size) -> Iterator[Layer]:
    """A text in white on a dark plate, centred on a point, within the picture."""
    plate = _Plate.of(text, size)
    wide, tall = plate.size
    x0 = int(np.clip(x - wide / 2, 0, max(0, size[1] - wide)))
    y0 = int(np.clip(y - tall / 2, 0, max(0, size[0] - tall)))
    yield from plate.layers(x0, y0, size)


class _Plate:
    """A text in white on a dark plate, as large as suits a picture.

    Attributes:
        size: pixels across and down.
    """

    def __init__(self, text: str, pen: _Strokes | _TrueType, margin: int) -> None:
        self._text, self._pen, self._margin = text, pen, margin
        across, self._up, down = pen.measured(text)
        self.size = across + 2 * margin, self._up + down + 2 * margin

    @classmethod
    def of(cls, text: str, size: Size) -> _Plate:
        """Return the plate for a picture of some size."""
        scale = max(0.4, min(size[:2]) / 1000)
        pen = _TrueType(scale) if HAS_EVERY_LETTER and not text.isascii() else _Strokes(scale)
        return cls(text, pen, round(6 * scale) + 1)

    def layers(self, x0: int, y0: int, size: Size) -> Iterator[Layer]:
        """Yield the plate, and the letters on it, where its upper left corner is to be."""
        wide, tall = self.size
        plate = _Canvas.on((x0, y0, x0 + wide, y0 + tall), size)
        letters = _Canvas.on((x0, y0, x0 + wide, y0 + tall), size)
        if plate is None or letters is None:
            return
        left, top = plate.place(x0, y0)
        plate.colour_ids[:], letters.colour_ids[:] = DARK, WHITE
        plate.alpha[max(0, top) : top + tall, max(0, left) : left + wide] = 160
        origin = (left + self._margin, top + self._margin + self._up)
        self._pen.write(letters.alpha, self._text, origin)
        yield plate.layer()
        yield letters.layer()


class _Strokes:
    """OpenCV's own letters: the quickest, but only ASCII."""

    def __init__(self, scale: float) -> None:
        self._scale, self._thickness = scale, max(1, round(scale * 1.6))

    def measured(self, text: str) -> tuple[int, int, int]:
        """Return pixels across, above the line and below it."""
        font = cv2.FONT_HERSHEY_SIMPLEX
        (across, up), down = cv2.getTextSize(text, font, self._scale, self._thickness)
        return across, up, down

    def write(self, plane: NDArray[np.uint8], text: str, origin: tuple[int, int]) -> None:
        font = cv2.FONT_HERSHEY_SIMPLEX
        cv2.putText(plane, text, origin, font, self._scale, 255, self._thickness)


class _TrueType:
    """The font within OpenCV 5, which has Chinese too."""

    def __init__(self, scale: float) -> None:
        self._font, self._size = cv2.FontFace("sans"), max(14, round(30 * scale))

    def measured(self, text: str) -> tuple[int, int, int]:
        """Return pixels across, above the line and below it."""
        _, top, across, tall = cv2.getTextSize((0, 0), text, (0, 0), self._font, self._size, _BOLD)
        return across, -top, tall + top

    def write(self, plane: NDArray[np.uint8], text: str, origin: tuple[int, int]) -> None:
        cv2.putText(plane, text, origin, 255, self._font, self._size, _BOLD)
