"""``--report`` of ``mirror coach``: what it needs of the run, and the page in the end."""

from __future__ import annotations

from collections.abc import Sequence

from mirror.coach.coach import Coach
from mirror.jobs.host import RunContext
from mirror.outputs import Output
from mirror.outputs.coach_history import KeptSet
from mirror.outputs.coach_report.page import report_page
from mirror.outputs.coach_report.thumbnails import Thumbnails
from mirror.rendering.effects.registry import effect_of


class CoachReportMaker:
    """Makes the page of one run.

    Args:
        coach: that the run is given to.
        title: of the page.
        has_thumbnails: whether pictures are kept.
        hides_faces: whether heads are hidden in them.
    """

    def __init__(self, coach: Coach, title: str, has_thumbnails: bool, hides_faces: bool) -> None:
        self._coach, self._title = coach, title
        self._has_thumbnails, self._hides_faces = has_thumbnails, hides_faces
        self._thumbnails: Thumbnails | None = None

    def consumers(self, context: RunContext) -> Sequence[Output]:
        """Return what takes results besides the coach, and after it.

        Raises:
            ConfigError: faces are to be hidden, and the parser knows no heads.
        """
        if not self._has_thumbnails:
            return ()
        engine = context.engine
        hiding = effect_of("privacy:faces,solid", engine.kind.parts) if self._hides_faces else None
        self._thumbnails = Thumbnails(self._coach, engine.style, engine.kind.parts, hiding)
        return (self._thumbnails,)

    def page(self, past: Sequence[KeptSet] = ()) -> str:
        """Return the page, once the run is over; past sets come the oldest first."""
        return report_page(self._title, self._coach, self._thumbnails, past)
