"""A user's own parser, named on the command line as ``module:factory``.

    # mine.py
    import cv2, numpy as np

    def skin():
        def parse(image):  # (H, W, 3) uint8 BGR, read-only
            ycrcb = cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb)
            return cv2.inRange(ycrcb, (0, 135, 85), (255, 180, 135)) // 255  # (H, W) part ids
        return parse

    skin.parts = ["background", "skin"]  # optional

A parser that tells people apart answers with two maps, ``return labels, instances``: the second
holds one number a person, 0 where nobody is.

The factory is called once in every worker's thread, so that each has a model copy of its own.
A module of an installed package's name is not found: installed ones come first.
"""

from __future__ import annotations

import colorsys
import importlib
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirror.core.errors import MirrorError
from mirror.core.instance_map import UNASSIGNED, Box, InstanceMap, box_of, numbered, unassigned
from mirror.core.label_set import LabelMap, LabelSet
from mirror.core.parsing import Parsing, Person
from mirror.tracking.box_tracks import BoxTracks
from pipeline.frame import BGR, Frame

LabelsOfUser = NDArray[np.integer]
ParseImage = Callable[[BGR], LabelsOfUser | tuple[LabelsOfUser, LabelsOfUser]]
Factory = Callable[[], ParseImage]


class ParserNotUsable(MirrorError):
    """A parser that the user named cannot be had, or answers with something else than labels."""


@dataclass(frozen=True, slots=True, eq=False)
class PlacedPeople:
    """People in one frame, as a user's parser told them apart.

    Attributes:
        places: (H, W): the place of whoever a pixel belongs to, from 1, or ``UNASSIGNED``.
        boxes: round each person's pixels.
    """

    places: InstanceMap
    boxes: list[Box]


@dataclass(frozen=True, slots=True, eq=False)
class CustomOutput:
    """A worker's output for one frame.

    Attributes:
        labels: (H, W) part ids.
        people: None where the user's parser does not tell them apart.
    """

    labels: LabelMap
    people: PlacedPeople | None


class Custom:
    """Wraps a factory of functions from an image to a label map, and maybe an instance map.

    Args:
        name: ``module:factory``, as on the command line; or what messages call the factory.
        factory: the factory itself, which then need not be found.

    Raises:
        ParserNotUsable: the module or the factory in it is not there.
    """

    worker_memory_mb = 0  # nobody knows

    def __init__(self, name: str, factory: Factory | None = None) -> None:
        self.name = name
        self._factory = factory or _imported(name)
        names = getattr(self._factory, "parts", None)
        self.parts = _vocabulary(
            name, names or ["background", *(f"part-{n}" for n in range(1, 32))]
        )

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        """Return a step that plans nothing."""
        return lambda _: None

    def make_parse(self, threads: int) -> Callable[[Frame, None], CustomOutput]:
        """Call the factory; the answer is checked with every frame."""
        parse_image: ParseImage = self._factory()

        def parse(frame: Frame, _: None) -> CustomOutput:
            answer = parse_image(frame.bgr)
            if not isinstance(answer, tuple):
                return CustomOutput(self._labels(answer, frame), None)
            if len(answer) != 2:
                raise ParserNotUsable(
                    "parser.bad_answer_count",
                    "the parser {parser} answered with {count} things; it must return a label map, "
                    "or a label map and an instance map",
                    parser=self.name,
                    count=len(answer),
                )
            labels = self._labels(answer[0], frame)
            return CustomOutput(labels, self._places(answer[1], labels, frame))

        return parse

    def make_settle(self) -> Callable[[Frame, None, CustomOutput], Parsing]:
        """Return the step that numbers people from frame to frame, where they are told apart."""
        tracks = BoxTracks()

        def settle(frame: Frame, _: None, output: CustomOutput) -> Parsing:
            if output.people is None:
                return Parsing.undivided(output.labels)
            people = output.people
            ids = tracks.meet(people.boxes, frame.time)
            found = tuple(Person(id, 1.0, box) for id, box in zip(ids, people.boxes, strict=True))
            instances = numbered(people.places, [person.instance for person in found])
            return Parsing(output.labels, instances, found)

        return settle

    def _check_size(self, answer: LabelsOfUser, what: str, frame: Frame) -> None:
        expected = (frame.height, frame.width)
        if not isinstance(answer, np.ndarray) or answer.shape != expected:
            got = getattr(answer, "shape", type(answer).__name__)
            raise ParserNotUsable(
                "parser.bad_answer",
                "the parser {parser} answered with {got}; it must return {what} of the picture's "
                "own size, here {expected}",
                parser=self.name,
                got=str(got),
                what=what,
                expected=str(expected),
            )

    def _labels(self, labels: LabelsOfUser, frame: Frame) -> LabelMap:
        self._check_size(labels, "a label map", frame)
        if labels.size and not 0 <= labels.min() <= labels.max() < len(self.parts.names):
            raise ParserNotUsable(
                "parser.bad_part_ids",
                "the parser {parser} answered with part ids {least} to {most}; it has parts 0 "
                "to {last}: name them all in its `parts`",
                parser=self.name,
                least=int(labels.min()),
                most=int(labels.max()),
                last=len(self.parts.names) - 1,
            )
        return labels.astype(np.uint8)

    def _places(self, answer: LabelsOfUser, labels: LabelMap, frame: Frame) -> PlacedPeople:
        """Number whoever has labelled pixels from 1, by the numbers that the user's map has."""
        self._check_size(answer, "an instance map", frame)
        is_person = (labels > 0) & (answer != 0)
        numbers, found = np.unique(answer[is_person], return_inverse=True)
        if len(numbers) >= UNASSIGNED:
            raise ParserNotUsable(
                "parser.too_many_people",
                "the parser {parser} answered with {count} people; a frame holds {most} at most",
                parser=self.name,
                count=len(numbers),
                most=UNASSIGNED - 1,
            )
        places = unassigned(labels)
        places[is_person] = found + 1
        boxes = (box_of(places, place) for place in range(1, len(numbers) + 1))
        return PlacedPeople(places, [box for box in boxes if box is not None])


def _imported(name: str) -> Factory:
    module_name, _, factory_name = name.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), factory_name)):
        raise ParserNotUsable(
            "parser.no_function",
            "{name!r} names no function; a parser of one's own is module:factory",
            name=name,
        )
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last: what lies about in a folder must not stand for a package
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ParserNotUsable(
            "parser.not_importable",
            "the parser {parser} cannot be imported: {reason}. Run where {module}.py lies, or "
            "install its package",
            parser=name,
            reason=str(error),
            module=module_name,
        ) from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        raise ParserNotUsable(
            "parser.function_missing",
            "{module} has no function called {function!r}. It was found in {where}",
            module=module_name,
            function=factory_name,
            where=getattr(module, "__file__", "Python itself"),
        )
    found: Factory = factory
    return found


def _vocabulary(name: str, names: Sequence[str]) -> LabelSet:
    return LabelSet(name, tuple(names), {"even": tuple(_even_colours(len(names)))})


def _even_colours(count: int) -> list[str]:
    """Hues a golden angle apart, so that any two neighbours in the list differ well."""
    colours = ["#000000"]
    for place in range(1, count):
        red, green, blue = colorsys.hsv_to_rgb(place * 0.618034 % 1.0, 0.65, 0.95)
        colours.append(f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}")
    return colours
