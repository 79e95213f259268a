"""What bounds one client's frames: memory, lateness, and how long anything may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pipeline.pool.intake import IntakeLimits, WhenFull

# Python does not look at a signal that comes just before a wait until that is over: Ctrl-C would
# be lost to whoever waits for a worker that is stuck
_LOOKS_UP_AFTER_S = 1.0


@dataclass(frozen=True, slots=True)
class LaneLimits:
    """What bounds a lane: memory, lateness, and how long anything may take.

    All but ``stop_within_s`` may be changed while the lane runs; see ``Lane.set_limits``.

    Attributes:
        queue_size: frames that may wait between the source and prepare; two are 67 ms at 30 fps.
        in_flight: frames between taken and handed out: the one bound on memory and on the reorder
            stage, and on the workers that the lane can hold at once. None: one more than the
            workers when live, twice as many and two otherwise.
        when_full: what a full queue means. None: drop the oldest when live, wait otherwise.
        max_age_s: frames that waited longer than this are dropped instead of parsed.
        parse_limit_s: a worker that takes longer over a frame is given up.
        stop_within_s: how long leaving the block may wait for the threads; a third of a second at
            most where StageStuck ends it, or no Exception, such as KeyboardInterrupt.
        deadline_s: frames that no worker has begun this long after their capture are overdue.
        when_overdue: whether such a frame is dropped and counted, or ends the lane.

    Raises:
        ValueError: nothing could move within them.
    """

    queue_size: int = 2
    in_flight: int | None = None
    when_full: WhenFull | None = None
    max_age_s: float | None = None
    parse_limit_s: float | None = None
    stop_within_s: float = 5.0
    deadline_s: float | None = None
    when_overdue: Literal["drop", "raise"] = "drop"

    def __post_init__(self) -> None:
        if self.queue_size < 1:
            raise ValueError(f"queue_size is 1 or more, got {self.queue_size}")
        if self.in_flight is not None and self.in_flight < 1:
            raise ValueError(f"in_flight is 1 or more, got {self.in_flight}")

    def of_intake(self, is_live: bool, workers: int) -> IntakeLimits:
        """Return what bounds the way in of a lane that shares so many active workers."""
        return IntakeLimits(
            self.queue_size,
            self.in_flight or (workers + 1 if is_live else 2 * workers + 2),
            self.when_full or ("drop-oldest" if is_live else "wait"),
            self.max_age_s,
        )

    def looks_up_after_s(self, load_limit_s: float | None) -> float:
        """Return how long a consumer waits for a result before it looks after the workers."""
        bounds = (self.parse_limit_s, self.deadline_s, load_limit_s, _LOOKS_UP_AFTER_S)
        return max(0.01, min(bound for bound in bounds if bound is not None))
