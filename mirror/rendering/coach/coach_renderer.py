"""Draws what the coach says over a picture: large enough to be read from three metres."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from mirror.coach.feedback.live_coaching import Coached, Feedback
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing, Person
from mirror.rendering.coach.board import PALETTE, Rect
from mirror.rendering.coach.countdown import number_board, number_sizes, ring_layers
from mirror.rendering.coach.cue_strip import cue_strip, strip_size
from mirror.rendering.coach.fault_marks import fault_marks
from mirror.rendering.coach.glass import Glass, Strip, glass_of
from mirror.rendering.coach.leader import leader
from mirror.rendering.coach.panel import PanelLayout, layouts, panel
from mirror.rendering.coach.placement import Occupancy
from mirror.rendering.coach.programme_strip import (
    programme_board,
    programme_size,
    programme_text,
)
from mirror.rendering.overlay.drawing_plan import DrawingPlan
from mirror.rendering.overlay.layer import Layer
from mirror.rendering.overlay.painting import draw_plan, painted
from pipeline.frame import Frame

_MOST_PANELS = 4
_BYSTANDER = 0.6  # as tall as this share of the tallest: nobody looks at them
_COVERING = 0.03  # of a panel may be over somebody before it moves
_STAYS_S = 1.5  # a panel that jumps is not read
_CORNER = (0.4, 0.06)  # of the picture's shorter side, where a player writes its own line

_Place = tuple[PanelLayout, Rect]


class CoachRenderer:
    """Draws counts, gauges, cues and parts at fault; see ``Renderer``.

    Args:
        coached: says what there is to be shown of a parsing.
        parts: what the parser can name.
        keeps_corner: whether the left upper corner is left to others.
    """

    def __init__(
        self,
        coached: Callable[[Parsing], Coached],
        parts: LabelSet,
        keeps_corner: bool = False,
    ) -> None:
        self._coached, self._parts = coached, parts
        self._keeps_corner = keeps_corner
        self.end_scene()

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the frame with what is said of it; the frame itself where nothing is."""
        return self.draw(frame, parsing, glass_of(self._coached(parsing)))

    def draw(self, frame: Frame, parsing: Parsing, glass: Glass) -> Frame:
        """Return the frame with what is to be drawn over it; itself where nothing is."""
        self._occupancy.update(parsing.labels, frame.time)
        layers = tuple(self._layers(glass, parsing))
        if not layers:
            return frame
        plan = DrawingPlan(PALETTE, layers)
        if frame.pixel_format == "bgr24":
            return frame.with_bgr(draw_plan(frame.bgr, plan))
        return frame.with_picture(painted(frame, plan))

    def end_scene(self) -> None:
        """Forget where people were, and where panels are."""
        self._occupancy = Occupancy()
        self._panels: dict[int, tuple[_Place, float]] = {}  # person -> where, since when
        self._strip: tuple[Strip, Rect] | None = None
        self._line: Rect | None = None  # of the programme
        self._number: tuple[Rect, tuple[int, int]] | None = None

    def _layers(self, glass: Glass, parsing: Parsing) -> Iterator[Layer]:
        height, width = size = parsing.labels.shape[0], parsing.labels.shape[1]
        coached, people = glass.coached, _shown(parsing.people, glass.coached)
        for person in people:
            names = [part for fault in coached.people[person.id].faults for part in fault.parts]
            yield from fault_marks(parsing, person.instance, names, self._parts)
        rects = self._corner(size)
        if coached.programme is not None:
            text = programme_text(coached.programme, glass.language)
            x, y, wide, tall = rect = self._programme_at(text, size, rects)
            rects.append((x, y, wide, tall + tall // 4))  # with a gap below
            yield from programme_board(text, rect, size, coached.programme.is_working).layers()
        sizes = layouts(size, bool(glass.set_line))
        for person in people:
            layout, rect = self._panel_at(person, sizes, coached.time, rects)
            rects.append(rect)
            if len(people) > 1:
                yield from leader(rect, person.box, size)
            yield from panel(coached.people[person.id], layout, rect, size, glass).layers()
        if glass.strip is not None:
            rect = self._strip_at(glass.strip, (height, width), rects)
            rects.append(rect)
            yield from cue_strip(glass.strip, rect, size).layers()
        if not glass.big:
            self._number = None
        else:
            rect = self._number_at(glass.big, size, rects)
            yield from number_board(glass.big, rect, size).layers()
        if glass.ring is not None:
            yield from ring_layers(glass.ring, parsing.people, size)

    def _corner(self, size: tuple[int, int]) -> list[Rect]:
        wide, tall = (round(one * min(size)) for one in _CORNER)
        return [(0, 0, wide, tall)] if self._keeps_corner else []

    def _panel_at(
        self, person: Person, sizes: Sequence[PanelLayout], time: float, taken: Sequence[Rect]
    ) -> _Place:
        """Where somebody's panel is: it stays, unless people come there."""
        place, since = self._panels.get(person.id, (None, 0.0))
        if (
            place is not None
            and place[0] in sizes
            and (time - since < _STAYS_S or not self._covers(place[1]))
        ):
            return place
        place = self._room_for(person, sizes, taken)
        self._panels[person.id] = place, time
        return place

    def _room_for(
        self, person: Person, sizes: Sequence[PanelLayout], taken: Sequence[Rect]
    ) -> _Place:
        """The largest panel for which there is room; of none, the smallest."""
        for layout in sizes:
            wide, tall = layout.size
            near = ((person.box[0] + person.box[2]) / 2, person.box[1] + tall / 2)
            rect = self._occupancy.quietest(wide, tall, near, taken)
            if not self._covers(rect):
                break
        return layout, rect

    def _number_at(self, text: str, size: tuple[int, int], taken: Sequence[Rect]) -> Rect:
        """Where a number that is counted down is: it stays."""
        if self._number is None or self._number[1] != size:
            for wide, tall in number_sizes(text, size):
                near = (size[1] / 2, tall / 2)
                rect = self._occupancy.quietest(wide, tall, near, taken)
                if not self._covers(rect):
                    break
            self._number = rect, size
        return self._number[0]

    def _covers(self, rect: Rect) -> bool:
        return self._occupancy.share(rect) > _COVERING

    def _programme_at(self, text: str, size: tuple[int, int], taken: Sequence[Rect]) -> Rect:
        """Where the programme's line is: at the top, if nobody is there; it stays there."""
        wide, tall = programme_size(text, size)
        if self._line is None or self._covers(self._line):
            self._line = self._occupancy.quietest(wide, tall, (size[1] / 2, tall / 2), taken)
        x, y, before, _ = self._line
        x = max(0, min(x + (before - wide) // 2, size[1] - wide))  # its middle stays
        self._line = x, y, wide, tall
        return self._line

    def _strip_at(self, strip: Strip, size: tuple[int, int], taken: Sequence[Rect]) -> Rect:
        """Where the strip is: it stays while about as much is told, and nobody comes there."""
        wide, tall = strip_size(strip, size)
        if self._strip is None or not self._fits(strip, wide, tall, taken):
            near = (size[1] / 2, size[0] - tall)
            self._strip = strip, self._occupancy.quietest(wide, tall, near, taken)
        x, y, *_ = self._strip[1]
        return x, y, wide, tall

    def _fits(self, strip: Strip, wide: int, tall: int, taken: Sequence[Rect]) -> bool:
        assert self._strip is not None
        before, rect = self._strip
        is_alike = strip.tone == before.tone and tall == rect[3] and abs(wide - rect[2]) <= tall
        here = (rect[0], rect[1], wide, tall)
        is_free = not self._covers(here) and not any(_meet(here, one) for one in taken)
        return is_alike and is_free


def _meet(one: Rect, other: Rect) -> bool:
    """Whether two rectangles have a pixel in common."""
    return all(
        one[axis] < other[axis] + other[axis + 2] and other[axis] < one[axis] + one[axis + 2]
        for axis in (0, 1)
    )


def _shown(people: Sequence[Person], coached: Coached) -> list[Person]:
    """Who gets a panel: whoever counts, and the tallest of the others; from left to right."""
    known = [one for one in people if one.id in coached.people]
    tallest = max((_height(one) for one in known), default=0.0)
    chosen = [
        one
        for one in known
        if _has_begun(coached.people[one.id]) or _height(one) >= _BYSTANDER * tallest
    ]
    chosen.sort(key=lambda one: (-coached.people[one.id].count, -_height(one)))
    return sorted(chosen[:_MOST_PANELS], key=lambda one: one.box[0])


def _height(person: Person) -> float:
    return person.box[3] - person.box[1]


def _has_begun(feedback: Feedback) -> bool:
    return feedback.count > 0 or feedback.held_s > 0
