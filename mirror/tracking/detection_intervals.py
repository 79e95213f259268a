"""How often people are looked for: what detecting them costs, and how soon they are found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DetectionIntervals:
    """Seconds of the frames' own time between detections.

    Attributes:
        min_detect_s: between searches of the whole picture when somebody may have come, gone or
            been mistaken. While what moves turns out to be nobody, it grows to the next.
        max_detect_s: between such searches when all is well: 1 ms a frame at 30 fps.
        min_redetect_s: between detections of one person whom the flow has lost already.
        max_redetect_s: of one who moves fast.

    Raises:
        ValueError: a shortest one is not above 0, or longer than the longest.
    """

    min_detect_s: float = 0.2
    max_detect_s: float = 1.0
    min_redetect_s: float = 0.1
    max_redetect_s: float = 0.4

    def __post_init__(self) -> None:
        for shortest, longest in (
            (self.min_detect_s, self.max_detect_s),
            (self.min_redetect_s, self.max_redetect_s),
        ):
            if not 0 < shortest <= longest:
                raise ValueError(
                    f"an interval is above 0 s, and the shortest no longer than the longest, got "
                    f"{shortest:g} and {longest:g} s"
                )

    def times(self, factor: float) -> DetectionIntervals:
        """Return intervals all of which are so many times as long."""
        return DetectionIntervals(
            self.min_detect_s * factor,
            self.max_detect_s * factor,
            self.min_redetect_s * factor,
            self.max_redetect_s * factor,
        )
