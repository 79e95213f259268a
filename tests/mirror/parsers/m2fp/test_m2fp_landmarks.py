"""Landmarks of people whom M2FP has found."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from cardboard import WHOLE, joints, mask
from clip import frames_of, man
from m2fp_golden import checkpoint

pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
pytest.importorskip("threadpoolctl", reason="needs threadpoolctl: pip install smart-mirror[m2fp]")

from mirror.core.label_set import LabelMap, label_set
from mirror.core.parsing import Parsing
from mirror.core.settings import load
from mirror.core.skeleton import LANDMARKS
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.parsers.m2fp import multi_person
from mirror.parsers.m2fp.checkpoint import download
from mirror.parsers.m2fp.labelled_sides import LabelledSides
from mirror.parsers.m2fp.results.postprocessing import Human
from mirror.pose.landmark_network import PoseEstimate
from pipeline.frame import Frame

CIHP = label_set("cihp")


def kind(name: str, find_landmarks: bool, cache: Path, monkeypatch: pytest.MonkeyPatch) -> AnyKind:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(cache))
    download.copy_from(name, checkpoint("single" if "single" in name else "multiple"), cache)
    flags = {
        "parser.runtime": "torch",
        "parser.input_size": "96x96",
        "parser.find_landmarks": find_landmarks,
    }
    return find_parser(name, load(flags=flags).parser)


def parsed(kind: AnyKind, frames: list[Frame]) -> list[Parsing]:
    prepare, work, settle = kind.make_prepare(False), kind.make_parse(1), kind.make_settle()
    plans = [prepare(frame) for frame in frames]
    return [
        settle(frame, plan, work(frame, plan)) for frame, plan in zip(frames, plans, strict=True)
    ]


@pytest.mark.parametrize("find_landmarks", [True, False])
@pytest.mark.parametrize("name", ["m2fp", "m2fp-single"])
def test_people_have_landmarks_and_angles_where_they_are_asked_for(
    name: str, find_landmarks: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = frames_of(man(2))
    height, width = frames[0].height, frames[0].width
    # the tiny network's weights are made up: it finds nobody where somebody is
    whole = Human(0.9, (20.0, 60.0, width - 20.0, height - 5.0), np.ones((24, 24), np.float32))
    monkeypatch.setattr(multi_person, "humans_of", lambda *_: [whole])
    for parsing in parsed(kind(name, find_landmarks, tmp_path, monkeypatch), frames):
        (person,) = parsing.people
        if not find_landmarks:
            assert person.pose is None
            continue
        assert person.pose is not None
        assert person.pose.names == LANDMARKS
        assert "left_knee" in person.pose.angles
        nose, ankle = (person.pose.image[LANDMARKS.index(one)] for one in ("nose", "left_ankle"))
        assert 0 < nose[1] < ankle[1] < height


def estimate() -> PoseEstimate:
    world = np.arange(99, dtype=np.float32).reshape(33, 3)
    return PoseEstimate(WHOLE, 0.9, joints(), world, mask(), WHOLE)


def labels_with(left: tuple[str, ...], right: tuple[str, ...]) -> LabelMap:
    """The body's own left is on our right."""
    labels = np.zeros((256, 256), np.uint8)
    for names, columns in ((left, slice(128, 256)), (right, slice(0, 128))):
        for name, rows in zip(names, (slice(80, 160), slice(160, 256)), strict=True):
            labels[rows, columns] = CIHP.names.index(name)
    return labels


STRAIGHT = labels_with(("left-arm", "left-leg"), ("right-arm", "right-leg"))
CROSSED = labels_with(("right-arm", "right-leg"), ("left-arm", "left-leg"))
LEGS_CROSSED = labels_with(("left-arm", "right-leg"), ("right-arm", "left-leg"))


@pytest.mark.parametrize(
    ("labels", "exchanged"),
    [
        (STRAIGHT, ()),
        (CROSSED, ("left_wrist", "right_elbow", "left_knee", "right_heel")),
        (LEGS_CROSSED, ("left_knee", "right_ankle")),
        (np.zeros((256, 256), np.uint8), ()),
    ],
)
def test_limbs_are_called_what_their_labels_say(
    labels: LabelMap, exchanged: tuple[str, ...]
) -> None:
    seen, named = estimate(), LabelledSides(CIHP)(estimate(), labels)
    for place, name in enumerate(LANDMARKS):
        if name in exchanged:
            other = name.replace("left", "other").replace("right", "left").replace("other", "right")
            source = LANDMARKS.index(other)
        elif name in ("left_wrist", "left_knee", "right_heel", "left_shoulder") and not exchanged:
            source = place
        else:
            continue
        assert np.array_equal(named.joints[place], seen.joints[source])
        assert np.array_equal(named.world[place], seen.world[source])
    if labels is LEGS_CROSSED:
        wrist = LANDMARKS.index("left_wrist")
        assert np.array_equal(named.joints[wrist], seen.joints[wrist])


def test_labels_of_a_window_lie_where_the_window_does() -> None:
    window = CROSSED[100:, 40:]
    named = LabelledSides(CIHP)(estimate(), window, (40, 100))
    knee, other = LANDMARKS.index("left_knee"), LANDMARKS.index("right_knee")
    assert np.array_equal(named.joints[knee], estimate().joints[other])


def test_a_limb_that_is_not_seen_says_nothing() -> None:
    unseen = estimate()
    unseen.joints[:, 2] = 0.1
    assert np.array_equal(LabelledSides(CIHP)(unseen, CROSSED).joints, unseen.joints)
