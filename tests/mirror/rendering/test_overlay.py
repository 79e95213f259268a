import dataclasses
from typing import Literal

import cv2
import numpy as np
import pytest
from mannequins import colourful, frame_in, labels_of_one, parsing_of_one, tagged

from mirror.core.label_set import LabelMap, label_set
from mirror.core.parsing import Parsing
from mirror.rendering.overlay import Style, draw, paint, paintable_format, painted, plan_drawing
from mirror.rendering.overlay.annotations import HAS_EVERY_LETTER
from pipeline.frame import Frame, planes_of

PARTS = label_set("built-in")
STYLE = Style.of(PARTS)
FAR = np.ones((17, 17), np.uint8)  # beyond what the coarsest chroma smears
YUV = ["yuv420p", "yuv422p", "yuv444p", "yuv411p", "yuv410p", "yuvj420p", "yuva420p"]
SEMIPLANAR = ["nv12", "nv16", "nv21", "nv24"]
RGB = ["bgr24", "rgb24", "bgra", "rgb0", "gbrp"]
GREY = ["gray", "gray10le", "gray16le"]
DEEP = ["yuv420p10le", "yuv422p10le", "yuv444p12le", "gbrp12le"]


def full_block(height: int = 40, width: int = 60, part: int = 2) -> LabelMap:
    labels = np.zeros((height, width), np.uint8)
    labels[8:32, 8:52] = part
    return labels


def test_a_part_takes_its_colour_in_the_measure_of_the_opacity() -> None:
    style = Style.of(PARTS, opacity=0.5, outlines=False)
    drawn = draw(np.full((40, 60, 3), 100, np.uint8), Parsing.undivided(full_block()), style)
    colour = np.array(tuple(bytes.fromhex(PARTS.palette()[2][1:])))[::-1]
    assert drawn[20, 30] == pytest.approx((100 + colour) / 2, abs=1)


def test_drawing_leaves_the_image_itself_alone() -> None:
    image = colourful()
    before = image.copy()
    drawn = draw(image, parsing_of_one(), STYLE)
    assert np.array_equal(image, before)
    assert not np.array_equal(drawn, before)


@pytest.mark.parametrize("outlines", [True, False])
def test_pixels_outside_bodies_stay_bit_for_bit(outlines: bool) -> None:
    labels = labels_of_one()
    noise = np.random.default_rng(0).integers(0, 256, (*labels.shape, 3)).astype(np.uint8)
    drawn = draw(noise, Parsing.undivided(labels), Style.of(PARTS, outlines=outlines))
    assert np.array_equal(drawn[labels == 0], noise[labels == 0])


def test_outside_bodies_even_chroma_keeps_its_bits() -> None:
    labels = labels_of_one()
    frame = frame_in("yuv420p")
    picture = painted(frame, plan_drawing(Parsing.undivided(labels), STYLE))
    body = cv2.resize(labels, (80, 60), interpolation=cv2.INTER_AREA) > 0
    body |= cv2.dilate(labels, np.ones((2, 2)))[::2, ::2] > 0
    for after, before in zip(planes_of(picture)[1:], planes_of(frame.picture)[1:], strict=True):
        outside = cv2.dilate(body.astype(np.uint8), np.ones((3, 3))) == 0
        assert np.array_equal(after[outside], before[outside])
        assert not np.array_equal(after, before)


@pytest.mark.parametrize("size", [(240, 320), (241, 323)])
@pytest.mark.parametrize("pixel_format", YUV + SEMIPLANAR + RGB + GREY + DEEP)
def test_every_format_looks_as_if_drawn_in_bgr(pixel_format: str, size: tuple[int, int]) -> None:
    frame = frame_in(pixel_format, *size)
    parsing = parsing_of_one(*size)
    ours = Frame(painted(frame, plan_drawing(parsing, STYLE)), 0.0)
    reference = draw(frame.bgr, parsing, STYLE)
    if pixel_format in GREY:
        reference = cv2.cvtColor(cv2.cvtColor(reference, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    away = np.abs(ours.bgr.astype(int) - reference)
    inside = cv2.erode(parsing.labels, FAR) > 0
    seams = cv2.morphologyEx(parsing.labels, cv2.MORPH_GRADIENT, FAR) > 0
    assert away[inside & ~seams].max() <= 5
    assert away.mean() < 3  # thin lines and chroma subsampling differ


@pytest.mark.parametrize("full_range", [True, False])
@pytest.mark.parametrize("matrix", [1, 6, 7, 9, 10])
def test_colours_follow_the_matrix_and_the_range_of_the_picture(
    matrix: int, full_range: bool
) -> None:
    frame = tagged(frame_in("yuv444p", 40, 60), matrix, full_range)
    style = Style.of(PARTS, opacity=1, outlines=False)
    picture = painted(frame, plan_drawing(Parsing.undivided(full_block()), style))
    colour = np.array(tuple(bytes.fromhex(PARTS.palette()[2][1:])))[::-1]
    assert Frame(picture, 0.0).bgr[20, 30] == pytest.approx(colour, abs=2)
    assert (picture.colorspace, picture.color_range) == (matrix, 2 if full_range else 1)


def test_without_ink_a_frame_goes_out_as_it_came() -> None:
    frame = frame_in("yuv420p")
    nobody = plan_drawing(Parsing.undivided(np.zeros((120, 160), np.uint8)), STYLE)
    assert nobody.layers == ()
    assert painted(frame, nobody) is frame.picture


def test_only_chosen_parts_are_drawn() -> None:
    labels = labels_of_one()
    image = colourful()
    drawn = draw(image, Parsing.undivided(labels), Style.of(PARTS, parts=["head"]))
    assert np.array_equal(drawn[labels != 1], image[labels != 1])
    assert not np.array_equal(drawn[labels == 1], image[labels == 1])


def test_choosing_no_part_that_is_there_draws_nothing() -> None:
    style = Style.of(PARTS, parts=["left-hand"])
    assert plan_drawing(parsing_of_one(), style).layers == ()


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        ("yuv420p", "yuv420p"),
        ("yuyv422", "yuv422p"),
        ("p010le", "yuv420p10le"),
        ("nv42", "yuv444p"),
        ("yuv420p10be", "yuv420p10le"),
        ("pal8", "bgr24"),
        ("rgb48be", "gbrp16le"),
        ("monob", "gray"),
        ("ya8", "gray"),
    ],
)
def test_formats_that_cannot_be_painted_have_one_near_that_can(theirs: str, ours: str) -> None:
    assert paintable_format(theirs) == ours


def test_a_format_that_cannot_be_painted_says_which_can() -> None:
    picture = frame_in("yuyv422").copy()
    with pytest.raises(ValueError, match="no colours can be painted into yuyv422; yuv422p can"):
        paint(picture, plan_drawing(parsing_of_one(), STYLE))


def test_a_body_cut_by_the_edge_is_painted_up_to_the_edge() -> None:
    labels = np.full((31, 45), 2, np.uint8)
    drawn = draw(
        np.zeros((31, 45, 3), np.uint8), Parsing.undivided(labels), Style.of(PARTS, outlines=False)
    )
    assert np.ptp(drawn.reshape(-1, 3), axis=0).max() == 0


def test_silhouettes_fade_over_their_outermost_pixel() -> None:
    style = Style.of(PARTS, opacity=1, outlines=False)
    drawn = draw(np.zeros((40, 60, 3), np.uint8), Parsing.undivided(full_block()), style)
    green = drawn[20, :, 1].astype(int)
    assert green[7] == 0 < green[8] < green[9] == green[30]


@pytest.mark.parametrize("opacity", [-0.1, 1.1, float("nan")])
def test_an_opacity_is_between_nothing_and_all(opacity: float) -> None:
    with pytest.raises(ValueError, match="opacity is 0 to 1, got"):
        Style.of(PARTS, opacity=opacity)


def test_landmarks_are_drawn_where_they_are_sure() -> None:
    plain = draw(colourful(), parsing_of_one(), STYLE)
    style = Style.of(PARTS, landmarks=True)
    parsing = parsing_of_one()
    drawn = draw(colourful(), parsing, style)
    assert parsing.people[0].pose is not None
    for x, y, _ in parsing.people[0].pose.image:
        assert drawn[round(float(y)), round(float(x))].min() > 180
    parsing.people[0].pose.image[:, 2] = 0.1
    assert np.array_equal(draw(colourful(), parsing, style), plain)


def test_a_joint_outside_the_picture_is_left_out() -> None:
    parsing = parsing_of_one()
    assert parsing.people[0].pose is not None
    parsing.people[0].pose.image[:, :2] += 10_000
    plain = draw(colourful(), parsing_of_one(), STYLE)
    assert np.array_equal(draw(colourful(), parsing, Style.of(PARTS, landmarks=True)), plain)


def test_a_label_stays_within_the_picture() -> None:
    labels = np.zeros((40, 60), np.uint8)
    labels[:12, :12] = 1
    style = Style.of(PARTS, labels="parts")
    drawn = draw(np.full((40, 60, 3), 128, np.uint8), Parsing.undivided(labels), style)
    assert (drawn[:, :40].min(axis=2) > 200).any()


@pytest.mark.parametrize("labels", ["people", "parts"])
def test_labels_stand_out_from_any_body(labels: Literal["people", "parts"]) -> None:
    style = Style.of(PARTS, labels=labels)
    plain, labelled = (draw(colourful(), parsing_of_one(), one) for one in (STYLE, style))
    changed = labelled[(plain != labelled).any(axis=2)]
    assert (changed.min(axis=1) > 200).sum() > 5
    assert (changed.max(axis=1) < 160).sum() > 10


@pytest.mark.skipif(not HAS_EVERY_LETTER, reason="OpenCV 4 has no letters but ASCII's")
def test_names_are_written_in_chinese_too() -> None:
    image, parsing = (
        np.zeros((400, 400, 3), np.uint8),
        Parsing.undivided(np.full((400, 400), 2, np.uint8)),
    )
    style = Style.of(PARTS, labels="parts", opacity=0.0, outlines=False)
    written = [
        draw(image, parsing, dataclasses.replace(style, names=("background", "head", name)))
        for name in ("躯干", "上衣")
    ]
    assert all((picture > 200).any() for picture in written)
    one, other = written
    assert not np.array_equal(one, other)  # neither is two question marks
