"""Delays, simulated: which answers are there when a frame is shown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mirror.evaluation.judges import Figure
from mirror.evaluation.overlay.footage import Clip
from mirror.evaluation.overlay.scores import PictureFlow, Score
from mirror.evaluation.overlay.ways import WAYS, Moment, ways_of
from mirror.jobs.frame_progress import FrameProgress

DELAYS_MS = (33, 66, 100, 150, 300, 1000, 3000)
_ROUNDED_S = 1e-4


@dataclass(frozen=True, slots=True)
class Setting:
    """What is simulated.

    Attributes:
        delay_s: from a frame's capture until its mask is there.
        key_every_s: from one frame that is parsed to the next; 0: all are, None: the next one is
            begun when the one before is done, as one worker does.
        carrier_delay_s: as ``delay_s``, of the carrier; it sees every frame.
    """

    delay_s: float
    key_every_s: float | None
    carrier_delay_s: float


@dataclass(frozen=True, slots=True)
class OverlayOutcome:
    """What came out of one clip at one setting.

    Attributes:
        clip: its name.
        setting: what was simulated.
        figures: way -> name -> figure.
    """

    clip: str
    setting: Setting
    figures: dict[str, dict[str, Figure]]

    @property
    def made_up(self) -> float | None:
        """Of what the held mask's person J lacks to the oracle's, the share the carried one has."""
        return share_made_up(*(self.figures[way]["j"] for way in ("hold", "carried", "oracle")))

    def as_json(self) -> dict[str, Any]:
        """Return it in JSON's own types."""
        return {
            "clip": self.clip,
            "delay_s": self.setting.delay_s,
            "key_every_s": self.setting.key_every_s,
            "carrier_delay_s": self.setting.carrier_delay_s,
            "figures": {way: dict(figures) for way, figures in self.figures.items()},
            "made_up": self.made_up,
        }


def share_made_up(stale: Figure, found: Figure, best: Figure) -> float | None:
    """Return how much of what is missing to the best was made up; None where hardly any is."""
    if stale is None or found is None or best is None or best - stale < 0.005:
        return None
    return float((found - stale) / (best - stale))


def moments(times: Sequence[float], setting: Setting, is_alone: bool = False) -> Iterator[Moment]:
    """Yield what is known when each frame is shown; not those before the first mask.

    Args:
        times: of the frames, seconds.
        setting: what is simulated.
        is_alone: whether the judged parser is the carrier, too.
    """
    every_s = setting.delay_s if setting.key_every_s is None else setting.key_every_s
    keys, due_s = [], times[0] if times else 0.0
    for place, time_s in enumerate(times):
        if time_s >= due_s - _ROUNDED_S:
            keys.append(place)
            due_s = time_s + every_s
    for now, time_s in enumerate(times):
        done = [key for key in keys if times[key] + setting.delay_s <= time_s + _ROUNDED_S]
        seen = [
            place
            for place in range(now + 1)
            if times[place] + setting.carrier_delay_s <= time_s + _ROUNDED_S
        ]
        if done and (seen or is_alone):
            yield Moment(now, done[-1], done[-1] if is_alone else seen[-1])


def simulate(clip: Clip, settings: Sequence[Setting], quiet: bool) -> list[OverlayOutcome]:
    """Return the figures of a clip at each setting at which it shows a mask at all."""
    times = [frame.time for frame in clip.footage.frames]
    flow, outcomes = PictureFlow(clip), []
    with FrameProgress(clip.footage.name, len(settings) * len(times), quiet) as progress:
        for number, setting in enumerate(settings):
            ways = ways_of(clip)
            scores = {name: Score(clip, flow) for name in WAYS}
            count = 0
            for moment in moments(times, setting, clip.is_alone):
                for name in WAYS:
                    scores[name].add(moment.now, ways[name].show(moment))
                count += 1
                progress.show(number * len(times) + count, 0.0)
            if count:
                figures = {name: score.figures() for name, score in scores.items()}
                outcomes.append(OverlayOutcome(clip.footage.name, setting, figures))
    return outcomes
