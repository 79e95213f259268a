"""What a signal is, as an exercise file says it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from mirror.core.skeleton import LANDMARKS

Measure = Literal["angle", "height", "distance", "ratio", "lean", "ahead", "sideways", "offset"]
Sides = Literal["both", "left", "right", "lower", "higher"]
Space = Literal["world", "image"]

MIDDLES = {  # points between two landmarks, or between more
    "shoulders": ("left_shoulder", "right_shoulder"),
    "hips": ("left_hip", "right_hip"),
    "knees": ("left_knee", "right_knee"),
    "ankles": ("left_ankle", "right_ankle"),
    "wrists": ("left_wrist", "right_wrist"),
    "elbows": ("left_elbow", "right_elbow"),
    "ears": ("left_ear", "right_ear"),
}
JOINTS = tuple(name.removeprefix("left_") for name in LANDMARKS if name.startswith("left_"))
POINT_COUNTS: dict[str, tuple[int, ...]] = {  # of each measure
    "angle": (3,),
    "height": (1, 2),
    "distance": (2,),
    "ratio": (4,),
    "lean": (2,),
    "ahead": (2,),
    "sideways": (2,),
    "offset": (3,),
}
_POINTS = (*LANDMARKS, *MIDDLES, *JOINTS)


class Signal(BaseModel):
    """One figure of a body that is watched over time.

    A point is a landmark (``left_knee``), a joint (``knee``: that of each side) or a middle
    (``hips``). Measures:

    - ``angle`` at the second of three points, degrees, 180 is straight;
    - ``height`` of the first point above the second, or above the picture's lower edge, metres;
    - ``distance`` between two points, metres;
    - ``ratio`` of the distance between the first two points to that between the other two;
    - ``lean`` of the line from the first point to the second, degrees from upright: 0 up, 90 level;
    - ``ahead``: how far the first point is ahead of the second, the way the person faces in the
      picture, metres;
    - ``sideways``: how far two points are apart along the line of the hips, so to the person's own
      side from wherever they are seen, metres; of landmarks in metres only (``space = "world"``);
    - ``offset``: how far the second of three points lies above the line between the others, as a
      share of that line.

    Heights and distances are metres as the landmarks in metres say them; of a parser that knows
    none, the trunk counts as half a metre.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    measure: Measure
    points: Annotated[tuple[str, ...], Field(min_length=1, max_length=4)]
    space: Space = "image"
    sides: Sides = "both"

    @model_validator(mode="after")
    def _points_fit(self) -> Signal:
        counts = POINT_COUNTS[self.measure]
        if len(self.points) not in counts:
            needed = " or ".join(map(str, counts))
            raise ValueError(f"{self.measure} takes {needed} points, got {len(self.points)}")
        for point in self.points:
            if point not in _POINTS:
                raise ValueError(f"no point is called {point}; there are {', '.join(_POINTS)}")
        if self.measure in ("height", "ahead", "offset") and self.space == "world":
            raise ValueError(f"{self.measure} is measured in the picture; leave space out")
        if self.measure == "sideways" and self.space != "world":
            raise ValueError('sideways is measured in metres; say space = "world"')
        return self
