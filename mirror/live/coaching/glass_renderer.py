"""Draws what the coach of a session says: over what is shown, saved and recorded."""

from __future__ import annotations

from collections.abc import Callable

from mirror.coach.feedback.live_coaching import NOBODY
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from mirror.live.coaching.glass_words import glass_of
from mirror.live.coaching.session_coach import Moment
from mirror.rendering.coach.coach_renderer import CoachRenderer
from mirror.rendering.coach.glass import Glass
from pipeline.frame import Frame


class GlassRenderer:
    """Draws moments of a session; see ``Renderer``. One thread uses it.

    Args:
        moment: returns what there is to be shown of a frame's parsing; None for nothing.
        is_mirror: whether somebody stands before it.
        keeps_corner: whether the left upper corner is left to others.
    """

    def __init__(
        self,
        moment: Callable[[Parsing], Moment | None],
        is_mirror: bool,
        keeps_corner: bool = False,
    ) -> None:
        self._moment, self._is_mirror = moment, is_mirror
        self._keeps_corner = keeps_corner
        self._renderer: CoachRenderer | None = None
        self._drawn: tuple[LabelSet, tuple[int, int]] | None = None
        self.language = "en"
        self.parts: LabelSet | None = None

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return a frame with what is said of its parsing; the frame itself for nothing."""
        glass = self.glass(parsing)
        return frame if glass is None else self.draw(frame, parsing, glass)

    def glass(self, parsing: Parsing) -> Glass | None:
        """Return what is to be drawn for a frame's own parsing, whole and as it came."""
        moment = self._moment(parsing)
        return None if moment is None else glass_of(moment, self.language, self._is_mirror)

    def draw(self, frame: Frame, parsing: Parsing, glass: Glass) -> Frame:
        """Draw it over a frame whose parsing may have been mirrored, cropped or resized."""
        if self.parts is None:
            return frame
        size = parsing.labels.shape[0], parsing.labels.shape[1]
        if self._renderer is None or (self.parts, size) != self._drawn:
            self._renderer = CoachRenderer(lambda _: NOBODY, self.parts, self._keeps_corner)
            self._drawn = self.parts, size
        return self._renderer.draw(frame, parsing, glass)

    def end_scene(self) -> None:
        """Forget where people were."""
        self._renderer = None
