"""The worst pictures of a data set at a glance: picture, truth and what was found, side by side."""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import cv2
import numpy as np

from mirror.core.label_set import LabelMap, label_set
from mirror.core.parsing import Parsing
from mirror.evaluation.class_mapping import CLASS_SETS
from mirror.evaluation.judges import Seen
from mirror.evaluation.prediction import Prediction
from mirror.evaluation.truth import UNJUDGED, BadDataSet, Truth
from mirror.rendering.overlay import Style, draw
from pipeline.frame import BGR
from pipeline.targets.claims import OutputFile, write_whole

WORST = 20
_PANEL = 300  # pixels of a panel's longer side
_CAPTION = 22
_GAP = 6
_COLUMNS = 2
_GREY, _UNJUDGED_ID = "#808080", 30
_VOCABULARIES = ("built-in", "cihp", "lip")


class WorstSheet:
    """Keeps the worst pictures that it is shown, drawn, and writes them as one.

    Args:
        truth_classes: name of the set of classes that the truth's parts are of; None without.
        found_parts: names of the system's parts; None without.
    """

    def __init__(self, truth_classes: str | None, found_parts: tuple[str, ...] | None) -> None:
        self._truth = _palette(CLASS_SETS[truth_classes] if truth_classes else None)
        self._found = _palette(found_parts)
        self._tiles: list[tuple[float, int, BGR]] = []  # a heap, the best of the worst on top
        self._count = 0

    def show(self, seen: Seen, image: BGR, truth: Truth, found: Prediction) -> None:
        """Take in one picture, if it is among the worst so far."""
        self._count += 1
        if len(self._tiles) == WORST and -seen.rank <= self._tiles[0][0]:
            return
        labelled = truth.persons if truth.parts is None else truth.parts
        told = found.persons if found.parts is None else found.parts
        part = _around(truth.persons, found.persons)
        drawn = [
            image.copy(),
            _drawn(image, labelled, self._truth if truth.parts is not None else _PEOPLE),
            _drawn(image, told, self._found if found.parts is not None else _PEOPLE),
        ]
        if truth.keypoints:
            _dot(drawn[1], [one.points for one in truth.keypoints], 0.5)
            _dot(drawn[2], found.joints, 0.3)
        panels = [_fitted(picture[part]) for picture in drawn]
        tile = _captioned(np.hstack(panels), f"{seen.id}  {seen.rank:.3f}")
        entry = (-seen.rank, self._count, tile)
        (heapq.heappush if len(self._tiles) < WORST else heapq.heapreplace)(self._tiles, entry)

    def write(self, file: OutputFile) -> None:
        """Write what was kept, the worst first, as PNG or JPEG.

        Raises:
            BadDataSet: nothing was shown, or the file's name ends in neither.
            SinkError: it cannot be written.
        """
        path = file.path
        if not self._tiles:
            raise BadDataSet(
                "dataset.nothing_to_show", "{path}: there is no picture to show", path=path
            )
        tiles = [tile for _, _, tile in sorted(self._tiles, key=lambda entry: -entry[0])]
        height, width = tiles[0].shape[:2]
        columns = min(_COLUMNS, len(tiles))
        rows = -(-len(tiles) // columns)
        ground = np.full(
            (rows * (height + _GAP) + _GAP, columns * (width + _GAP) + _GAP, 3), 24, np.uint8
        )
        for place, tile in enumerate(tiles):
            row, column = divmod(place, columns)
            y, x = _GAP + row * (height + _GAP), _GAP + column * (width + _GAP)
            ground[y : y + height, x : x + width] = tile
        try:
            coded = cv2.imencode(path.suffix, ground)[1]
        except cv2.error as error:
            raise BadDataSet(
                "sheet.unknown_ending",
                "{path} is no name of a picture; a sheet is a .png or a .jpg",
                path=path,
            ) from error
        write_whole(file, coded.tobytes())


def _palette(names: tuple[str, ...] | None) -> tuple[str, ...]:
    for known in _VOCABULARIES:
        if names and names == label_set(known).names[: len(names)]:
            return label_set(known).palette()
    return _PEOPLE


_PEOPLE = (
    "#000000", "#35a7ff", "#ff7a59", "#3fbf6b", "#f5b642", "#8a7bff", "#f0569c", "#1fa59a",
    "#b8d94a", "#d94fc1", "#4f6bd0", "#e0483e", "#7fdcc0", "#8c5a2b", "#b9b0ff", "#ffe08a",
)  # fmt: skip


def _drawn(image: BGR, labels: LabelMap, palette: tuple[str, ...]) -> BGR:
    """Labels over a picture; what is not judged in grey, and colours again where there are many."""
    table = np.zeros(256, np.uint8)
    table[1:] = np.arange(255) % (len(palette) - 1) + 1
    table[UNJUDGED] = _UNJUDGED_ID
    colours = (*palette, *(_GREY for _ in range(_UNJUDGED_ID + 1 - len(palette))))
    return draw(image, Parsing.undivided(table[labels]), Style(colours, opacity=0.55))


def _fitted(image: BGR) -> BGR:
    """A picture in the middle of a square panel."""
    scale = _PANEL / max(image.shape[:2])
    size = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    small = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    panel = np.full((_PANEL, _PANEL, 3), 40, np.uint8)
    y, x = (_PANEL - size[1]) // 2, (_PANEL - size[0]) // 2
    panel[y : y + size[1], x : x + size[0]] = small
    return panel


def _dot(picture: BGR, people: Sequence[np.ndarray], least: float) -> None:
    size = max(2, max(picture.shape) // 150)
    for x, y, sure in np.concatenate(people) if people else ():
        if sure >= least and np.isfinite((x, y)).all():
            for radius, colour in ((size + 1, (24, 24, 24)), (size, (255, 255, 255))):
                cv2.circle(picture, (round(x), round(y)), radius, colour, -1, cv2.LINE_AA)


def _around(*people: LabelMap) -> tuple[slice, slice]:
    """The rows and columns round everybody, with some room; all where nobody is."""
    height, width = people[0].shape
    anybody = np.any([(labels > 0) & (labels != UNJUDGED) for labels in people], axis=0)
    x, y, across, down = cv2.boundingRect(anybody.astype(np.uint8))
    if not across:
        return slice(0, height), slice(0, width)
    room = max(across, down) // 6
    rows = slice(max(0, y - room), min(height, y + down + room))
    return rows, slice(max(0, x - room), min(width, x + across + room))


def _captioned(tile: BGR, text: str) -> BGR:
    strip = np.full((_CAPTION, tile.shape[1], 3), 24, np.uint8)
    light, font = (235, 235, 235), cv2.FONT_HERSHEY_SIMPLEX
    cv2.putText(strip, text, (4, 16), font, 0.5, light, 1, cv2.LINE_AA)
    return np.vstack([strip, tile])
