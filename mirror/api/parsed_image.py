"""A parsed image: what a program gets for a picture, and for every frame of a video."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.api.errors import NoSuchName
from mirror.api.masks import mask_of
from mirror.api.parsed_person import ParsedPerson
from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing
from mirror.core.settings import Labels
from mirror.outputs.json_lines import frame_line
from mirror.outputs.result_keys import FrameLine
from mirror.rendering.overlay import Style, draw
from pipeline.frame import BGR, Frame

if TYPE_CHECKING:
    from supervision import Detections


class ParsedImage:
    """A picture, or a frame of a video, and what was found in it.

    Attributes:
        number: of the frame, from 0.
    """

    def __init__(self, frame: Frame, parsing: Parsing, parts: LabelSet, number: int = 0) -> None:
        self.number = number
        self._frame, self._parsing, self._parts = frame, parsing, parts

    @property
    def image(self) -> BGR:
        """(H, W, 3) uint8 BGR, read-only: what was parsed."""
        return self._frame.bgr

    @property
    def size(self) -> tuple[int, int]:
        """Height and width."""
        return self._frame.height, self._frame.width

    @property
    def time(self) -> float:
        """Seconds from the beginning of a video; of a live source, on the monotonic clock."""
        return self._frame.time

    @property
    def labels(self) -> LabelMap:
        """(H, W) uint8, read-only: the part of every pixel, a place in ``parts``."""
        return self._parsing.labels

    @property
    def instances(self) -> InstanceMap:
        """(H, W) uint8 or uint16, read-only: whose every pixel is, as ``ParsedPerson.instance``.

        0 is background, 255 what belongs to somebody who is not among ``people``.
        """
        return self._parsing.instances

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the parts; the place of a name is its value in ``labels``."""
        return self._parts.names

    @functools.cached_property
    def people(self) -> tuple[ParsedPerson, ...]:
        """Whoever was found, the surest first."""
        # they do not know this image: a circle would keep every frame until the garbage collector
        people = self._parsing.people
        return tuple(ParsedPerson(person, self._parsing, self._parts) for person in people)

    @functools.cached_property
    def areas(self) -> Mapping[str, int]:
        """Part to pixels, of the parts that are there."""
        counts = np.bincount(self.labels.ravel(), minlength=len(self.parts)).tolist()
        return {
            name: count for name, count in zip(self.parts[1:], counts[1:], strict=True) if count
        }

    def mask(
        self, part: str | Iterable[str] | None = None, person: ParsedPerson | int | None = None
    ) -> NDArray[np.bool_]:
        """Return (H, W) bool: where a part is, or a person, or the part of the person.

        Args:
            part: the name of a part, or several; None is all of them.
            person: one of ``people``, or their id; None is everybody.

        Raises:
            NoSuchName: there is no such part or person; says which there are.
        """
        instance = None if person is None else self._instance(person)
        return mask_of(self._parsing, self._parts, part, instance)

    def draw(
        self,
        *,
        palette: str | None = None,
        opacity: float = 0.6,
        parts: Iterable[str] = (),
        outlines: bool = True,
        labels: Labels = "none",
        landmarks: bool = False,
        rgb: bool = False,
    ) -> NDArray[np.uint8]:
        """Return a new image, (H, W, 3) uint8, with the parts drawn over it.

        Args:
            palette: the name of a palette in ``configs/parts.toml``; None is the first.
            opacity: 0-1, of the colours over the image.
            parts: the names of those that are drawn; none draws all.
            outlines: whether people and parts get a thin light line round them.
            labels: ``people`` writes each person's id, ``parts`` each part's name.
            landmarks: whether joints and bones are drawn.
            rgb: whether the image is in red-green-blue order; the default is OpenCV's.

        Raises:
            ValueError: there is no such part or palette; says which comes nearest.
        """
        style = Style.of(
            self._parts,
            palette=palette,
            opacity=opacity,
            parts=parts,
            outlines=outlines,
            labels=labels,
            landmarks=landmarks,
        )
        drawn = draw(self.image, self._parsing, style)
        return np.ascontiguousarray(drawn[:, :, ::-1]) if rgb else drawn

    def to_dict(self, *, rle: bool = False) -> FrameLine:
        """Return what a line of ``mirror video --results`` holds for one frame, ready for JSON.

        Args:
            rle: whether to add every part's mask in COCO's run-length encoding, which needs
                pycocotools.
        """
        return frame_line(self.number, self._frame, self._parsing, self._parts, rle)

    def to_coco(self, *, parts: bool = False) -> dict[str, Any]:
        """Return a COCO data set of this one image; see ``mirror.coco_dataset``."""
        from mirror.api.coco import coco_dataset

        return coco_dataset([self], parts=parts)

    def to_supervision(self) -> Detections:
        """Return supervision's ``Detections``: boxes, masks, scores and tracker ids of people.

        Raises:
            PackageMissing: supervision is not installed.
        """
        from mirror.api.detections import detections_of

        return detections_of(self.people)

    def __repr__(self) -> str:
        height, width = self.size
        people = "1 person" if len(self.people) == 1 else f"{len(self.people)} people"
        return f"<image {width} x {height}, {self.time:.3f} s: {people}, {len(self.areas)} parts>"

    def _repr_png_(self) -> bytes:
        """What a notebook shows."""
        return cv2.imencode(".png", self.draw())[1].tobytes()

    def _instance(self, person: ParsedPerson | int) -> int:
        if isinstance(person, ParsedPerson):
            return person.instance
        for found in self.people:
            if found.id == person:
                return found.instance
        ids = [str(found.id) for found in self.people]
        there = f"there are: {', '.join(ids)}" if ids else "nobody was found"
        raise NoSuchName(
            "person.unknown", "no person has the id {id}; {hint}", id=person, hint=there
        )
