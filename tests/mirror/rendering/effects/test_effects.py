"""Effects on made pictures: a grey person with a blue head before a coloured background."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from mirror.core.instance_map import InstanceMap
from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person
from mirror.core.schema import ConfigError
from mirror.core.soft_mask import SoftMask
from mirror.rendering.effects import registry
from mirror.rendering.effects.registry import effect_of, renderer_with
from mirror.rendering.overlay import OverlayRenderer, Style
from pipeline.errors import SourceError
from pipeline.frame import BGR, Frame

PARTS = label_set("built-in")
HEAD, TORSO = PARTS.names.index("head"), PARTS.names.index("torso")
HIGH, WIDE = 120, 160
BODY = slice(40, 110), slice(60, 100)
FACE = slice(20, 40), slice(70, 90)


def scene() -> tuple[Frame, Parsing]:
    """Stripes of red and green behind somebody."""
    image = np.zeros((HIGH, WIDE, 3), np.uint8)
    image[:, :, 1] = np.where(np.arange(WIDE) // 4 % 2 == 0, 200, 20)
    image[:, :, 2] = np.where(np.arange(WIDE) // 4 % 2 == 0, 20, 200)
    labels = np.zeros((HIGH, WIDE), np.uint8)
    labels[BODY], labels[FACE] = TORSO, HEAD
    image[BODY], image[FACE] = 128, (200, 80, 80)
    image[60:64, 60:100] = 90  # a crease in the cloth
    image[20:40:3, 70:90] = (90, 20, 20)  # and hair in the face
    instances: InstanceMap = (labels > 0).astype(np.uint8)
    logits = np.where(labels > 0, np.float32(6), np.float32(-6))
    soft = SoftMask(cv2.GaussianBlur(logits, (5, 5), 0), np.eye(2, 3))
    person = Person(1, 0.9, (60.0, 20.0, 100.0, 110.0), None, soft)
    return Frame.from_bgr(image, 0.0), Parsing(labels, instances, (person,))


def rendered(effect: str) -> tuple[BGR, BGR, NDArray[np.uint8]]:
    """What came in, what came out, and whose pixels are whose."""
    frame, parsing = scene()
    before = frame.bgr.copy()
    out = effect_of(effect, PARTS).render(frame, parsing).bgr
    assert np.array_equal(frame.bgr, before)  # nobody writes into what others show, too
    return before, out, parsing.labels


def test_blur_leaves_people_and_takes_the_background_its_edges() -> None:
    before, out, _ = rendered("blur")
    inner = slice(46, 104), slice(66, 94)
    assert np.array_equal(out[inner], before[inner])
    assert before[10, :, 2].std() > 80
    assert out[10, 10:-10, 2].std() < 30


def test_no_colour_of_people_runs_into_a_blurred_background() -> None:
    frame, parsing = scene()
    image = frame.bgr.copy()
    image[parsing.labels > 0] = (255, 0, 0)
    out = effect_of("blur:10", PARTS).render(Frame.from_bgr(image, 0.0), parsing).bgr
    assert out[75, 40:54, 0].max() < 20  # six pixels from somebody, and nothing blue
    assert out[5, :, 0].max() < 20


@pytest.mark.parametrize(
    ("effect", "colour"), [("replace:#204060", (0x60, 0x40, 0x20)), ("green", (0x40, 0xB1, 0x00))]
)
def test_another_background_shows_nothing_of_the_old_one(
    effect: str, colour: tuple[int, int, int]
) -> None:
    before, out, labels = rendered(effect)
    away = cv2.dilate((labels > 0).astype(np.uint8), np.ones((9, 9), np.uint8)) == 0
    assert (out[away] == colour).all()
    assert np.array_equal(out[70:100, 70:90], before[70:100, 70:90])
    rim = (labels > 0) & (cv2.erode((labels > 0).astype(np.uint8), np.ones((3, 3), np.uint8)) == 0)
    reddest = int((out[rim][:, 2].astype(int) - out[rim][:, 0]).max())
    assert reddest < 60  # the old background's red was 200 there


def test_a_picture_behind_people_fills_the_frame_in_its_proportions(tmp_path: Path) -> None:
    picture = np.zeros((50, 200, 3), np.uint8)
    picture[:, 95:105] = 255  # a narrow bar in the middle of a wide picture
    cv2.imwrite(str(tmp_path / "b.png"), picture)
    _, out, _ = rendered(f"replace:{tmp_path / 'b.png'}")
    bar = np.flatnonzero(out[5, :, 0] > 128)
    assert 20 <= len(bar) <= 28  # 10 of 200 wide at 50 high: 24 at 120
    assert abs(bar.mean() - WIDE / 2) < 3


def test_recolouring_changes_the_hue_and_keeps_the_folds() -> None:
    before, out, _ = rendered("recolour:torso=#c03030")
    cloth, fold = out[80, 80].astype(int), out[62, 80].astype(int)
    assert cloth[2] > cloth[0] + 60
    shade_before = int(before[80, 80].mean()) - int(before[62, 80].mean())
    assert cloth.mean() - fold.mean() == pytest.approx(shade_before, abs=12)
    assert np.array_equal(out[25:35, 75:85], before[25:35, 75:85])  # the head
    assert np.array_equal(out[:, :50], before[:, :50])


@pytest.mark.parametrize("how", ["solid", "pixels", "blur"])
def test_a_hidden_face_is_hidden_beyond_its_mask_and_nothing_else_is(how: str) -> None:
    before, out, labels = rendered(f"privacy:faces,{how}")
    assert (out[labels == HEAD] != before[labels == HEAD]).any(axis=1).mean() > 0.5
    assert (out[FACE[0], 66:94] != before[FACE[0], 66:94]).any()
    assert np.array_equal(out[80:], before[80:])


def test_a_hole_in_a_face_s_mask_shows_nothing_of_it() -> None:
    frame, parsing = scene()
    rows, columns = np.nonzero(parsing.labels == HEAD)
    middle = int(rows.mean()), int(columns.mean())
    labels, instances = parsing.labels.copy(), parsing.instances.copy()
    hole = np.hypot(*(np.indices(labels.shape) - np.array(middle)[:, None, None])) < 8
    labels[hole], instances[hole] = 0, 0
    out = effect_of("privacy", PARTS).render(frame, Parsing(labels, instances, parsing.people)).bgr
    assert len(np.unique(out[hole], axis=0)) == 1


def test_what_is_solid_says_nothing_of_what_was_there() -> None:
    frame, parsing = scene()
    other = frame.bgr.copy()
    other[parsing.labels == HEAD] = (1, 2, 3)
    hidden = effect_of("privacy", PARTS)
    one = hidden.render(frame, parsing).bgr
    two = hidden.render(Frame.from_bgr(other, 0.0), parsing).bgr
    assert np.array_equal(one, two)


def test_whole_people_are_hidden_on_request() -> None:
    _, out, labels = rendered("privacy:people,solid")
    assert len(np.unique(out[labels > 0].reshape(-1, 3), axis=0)) == 1


def test_a_spotlight_leaves_people_in_colour_and_light() -> None:
    before, out, _ = rendered("spotlight:80")
    assert np.array_equal(out[70:100, 70:90], before[70:100, 70:90])
    background = out[5, 5].astype(int)
    assert background.max() - background.min() <= 1
    assert background.mean() < 0.4 * before[5, 5].mean()


_OPTIONS = {"replace": ":#102030", "recolour": ":head=#ffffff", "hide": ":2", "show": ":1"}


def test_nobody_there_is_no_error() -> None:
    frame, _ = scene()
    nobody = Parsing.undivided(np.zeros((HIGH, WIDE), np.uint8))
    for name in registry.NAMES[:-1]:
        options = _OPTIONS.get(name, "")
        out = effect_of(name + options, PARTS).render(frame, nobody)
        assert out.bgr.shape == frame.bgr.shape


def test_effects_are_chained_and_may_have_the_parts_among_them() -> None:
    frame, parsing = scene()
    overlay = OverlayRenderer(Style.of(PARTS))
    alone = renderer_with([], overlay, PARTS).render(frame, parsing).bgr
    assert np.array_equal(alone, overlay.render(frame, parsing).bgr)
    both = renderer_with(["green", "parts"], overlay, PARTS).render(frame, parsing).bgr
    assert tuple(both[2, 2]) == (0x40, 0xB1, 0x00)
    assert not np.array_equal(both[80, 80], frame.bgr[80, 80])


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        ("blurr", "did you mean blur"),
        ("blur:much", "percentage"),
        ("blur:0", "percentage"),
        ("spotlight:101", "percentage"),
        ("replace", "picture's or a video's file"),
        ("green:blue", "nothing"),
        ("recolour:torso", "PART=#rrggbb"),
        ("recolour:torsoo=#ffffff", "takes names of parts: .* did you mean torso"),
        ("privacy:hands", "faces, people or others"),
        ("privacy:faces,paint", "solid, pixels, blur"),
    ],
)
def test_an_effect_that_cannot_be_says_what_can(effect: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        effect_of(effect, PARTS)


def test_a_background_that_is_not_there_is_said_before_anything_is_drawn(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        effect_of(f"replace:{tmp_path / 'none.png'}", PARTS)
