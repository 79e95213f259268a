"""What the lines say of a person is what was found."""

from __future__ import annotations

import numpy as np
import pytest
from mannequins import parsing_of_one

from mirror.core.label_set import label_set
from mirror.outputs.json_lines import frame_line
from pipeline.frame import Frame

PARTS = label_set("built-in")


def test_landmarks_and_angles_are_those_of_the_person() -> None:
    parsing = parsing_of_one()
    frame = Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 0.0)
    (found,), (person,) = frame_line(0, frame, parsing, PARTS)["people"], parsing.people
    pose = person.pose
    assert pose is not None
    assert pose.world is not None
    assert (found["id"], found["instance"], found["box"]) == (1, 1, list(person.box))
    assert [one["name"] for one in found["landmarks"]] == list(pose.names)
    for one, (x, y, score), world in zip(found["landmarks"], pose.image, pose.world, strict=True):
        assert (one["x"], one["y"]) == pytest.approx((x, y), abs=0.051)
        assert one["score"] == pytest.approx(score, abs=0.00051)
        assert one["world"] == pytest.approx(world.tolist(), abs=0.000051)
    assert found["angles"] == {"left_knee": pytest.approx(171.25, abs=0.051)}


def test_areas_are_the_pixels_of_each_part() -> None:
    parsing = parsing_of_one()
    frame = Frame.from_bgr(np.zeros((120, 160, 3), np.uint8), 0.0)
    areas = frame_line(0, frame, parsing, PARTS)["areas"]
    assert areas["torso"] == int((parsing.labels == PARTS.names.index("torso")).sum())
    assert sum(areas.values()) == int((parsing.labels > 0).sum())
