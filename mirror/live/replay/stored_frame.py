"""A frame with its parsing, made small enough that many can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from mirror.coach.feedback.live_coaching import Coached
from mirror.core.parsing import Parsing, Person
from mirror.core.parsing_geometry import resized
from pipeline.frame import Frame

_LONGEST_SIDE = 640  # pixels: enough to see a knee, little enough to keep 150 of them
_QUALITY = 80
_QUICK = [cv2.IMWRITE_PNG_COMPRESSION, 1]


@dataclass(frozen=True, slots=True, eq=False)
class StoredFrame:
    """One frame of the last seconds.

    Attributes:
        time: media time in seconds.
        picture: JPEG.
        labels, instances: PNG, of the picture's size.
        people: whoever is in it, in the picture's pixels; without soft masks.
        coached: what was said of them.
    """

    time: float
    picture: bytes
    labels: bytes
    instances: bytes
    people: tuple[Person, ...]
    coached: Coached

    @property
    def size(self) -> int:
        """How many bytes it takes, people left out: they are some kilobytes."""
        return len(self.picture) + len(self.labels) + len(self.instances)

    def unpacked(self, captured_at: float) -> tuple[Frame, Parsing]:
        """Return picture and parsing again, as captured at another time."""
        image, labels, instances = (
            _decoded(one, way)
            for one, way in (
                (self.picture, cv2.IMREAD_COLOR),
                (self.labels, cv2.IMREAD_UNCHANGED),
                (self.instances, cv2.IMREAD_UNCHANGED),
            )
        )
        return Frame.from_bgr(image, captured_at), Parsing(labels, instances, self.people)


def stored(frame: Frame, parsing: Parsing, coached: Coached) -> StoredFrame:
    """Return a frame to be kept; 3 to 5 ms at 720p on one core."""
    scale = min(1.0, _LONGEST_SIDE / max(frame.width, frame.height))
    size = max(1, round(frame.width * scale)), max(1, round(frame.height * scale))
    image = cv2.resize(frame.bgr, size, interpolation=cv2.INTER_AREA)
    small = resized(parsing, size[1], size[0])
    people = tuple(
        Person(one.id, one.score, one.box, one.pose) for one in small.people
    )  # without what hangs on the frame
    _, picture = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    labels, instances = (
        cv2.imencode(".png", plane, _QUICK)[1].tobytes()
        for plane in (small.labels, small.instances)
    )
    return StoredFrame(frame.time, picture.tobytes(), labels, instances, people, coached)


def _decoded(data: bytes, way: int) -> Any:  # noqa: ANN401  # 8 or 16 bits
    image = cv2.imdecode(np.frombuffer(data, np.uint8), way)
    assert image is not None, "what was encoded here can be decoded"
    return image
