"""One set after the other, as the user likes or as a programme says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from mirror.coach.body import Body
from mirror.coach.feedback.live_coaching import Coached
from mirror.coach.gestures.set_control import SetStatus
from mirror.live.coaching.set_results import SetResult

Request = Literal["toggle", "end"]


@dataclass(frozen=True, slots=True, eq=False)
class SetView:
    """How a set stands at one frame.

    Attributes:
        coached: what there is to be shown of everybody.
        status: of the set.
        has_set: whether a set runs that could be ended.
        last: what was done in the set before; none where that is not told.
    """

    coached: Coached
    status: SetStatus
    has_set: bool = False
    last: tuple[SetResult, ...] = ()


class Routine(Protocol):
    """Coaches sets, frame by frame, from one thread."""

    @property
    def results(self) -> tuple[SetResult, ...]:
        """What was done in all sets that are over, the oldest first."""
        ...

    def watch(
        self,
        bodies: Sequence[Body],
        size: tuple[int, int],
        time: float,
        requests: Sequence[Request],
    ) -> SetView:
        """Take in the bodies of one frame; return how the set stands.

        Args:
            bodies: of everybody in it.
            size: its height and width.
            time: its media time in seconds.
            requests: what was asked of the set since the frame before.
        """
        ...
