"""What can be asked of a parsed image: of cardboard, whose every pixel is known."""

from __future__ import annotations

import gc
import json
import weakref

import cv2
import numpy as np
import pytest
import result_schemas
from mannequins import HEAD, LEFT_SHIN, TORSO
from parsed_images import IMAGE, PARTS, parsing_of_two, two_people

from mirror.api.errors import NoSuchName
from mirror.api.parsed_image import ParsedImage
from mirror.core.parsing import Parsing, Person
from mirror.outputs.json_lines import frame_line
from mirror.rendering.overlay import Style, draw
from pipeline.frame import Frame


def test_the_maps_are_as_large_as_the_image_and_read_only(two: ParsedImage) -> None:
    assert two.size == two.labels.shape == two.instances.shape == (120, 320)
    assert (two.image == IMAGE).all()
    for array in (two.labels, two.instances, two.image):
        assert not array.flags.writeable


def test_a_mask_is_of_a_part_a_person_or_both(two: ParsedImage) -> None:
    left = np.arange(320) < 160
    assert (two.mask() == (two.labels > 0)).all()
    assert (two.mask("head") == (two.labels == HEAD)).all()
    assert (two.mask(person=1) == ((two.labels > 0) & left)).all()
    assert (two.mask("torso", person=2) == ((two.labels == TORSO) & ~left)).all()
    several = (two.labels == HEAD) | (two.labels == LEFT_SHIN)
    assert (two.mask(["head", "left-shin"]) == several).all()
    assert (two.people[1].mask("torso") == two.mask("torso", person=2)).all()
    assert two.mask().dtype == np.bool_


def test_a_part_or_a_person_that_is_not_there_is_a_key_error_that_helps(two: ParsedImage) -> None:
    with pytest.raises(NoSuchName, match=r"^no part is called 'tors'; did you mean torso\?$"):
        two.mask("tors")
    with pytest.raises(KeyError, match=r"^no person has the id 7; there are: 1, 2$"):
        two.mask(person=7)


def test_nobody_in_the_image_is_said_too(nobody: ParsedImage) -> None:
    with pytest.raises(NoSuchName, match="no person has the id 1; nobody was found"):
        nobody.mask(person=1)
    assert nobody.people == ()
    assert nobody.areas == {}
    assert not nobody.mask("head").any()
    assert (nobody.draw() == IMAGE).all()


def test_landmarks_have_names_places_and_how_sure_they_are(two: ParsedImage) -> None:
    found = two.people[0]
    knee = found.landmarks["left_knee"]
    assert knee.xy == pytest.approx((86, 84))
    assert knee.visibility == pytest.approx(0.9)
    assert knee.world == pytest.approx((0.15, 0.5, 0.1))
    assert found.angles["left_knee"] == pytest.approx(171.25)
    assert found.box == pytest.approx((66, 6, 94, 108))
    assert next(iter(found.landmarks)) == "nose"
    assert len(found.landmarks) == 6
    assert found.landmarks.xy.shape == (6, 2)
    assert found.landmarks.visibility.shape == (6,)
    assert found.landmarks.world is not None
    assert found.landmarks.world.shape == (6, 3)


def test_a_landmark_that_is_not_there_is_a_key_error_that_helps(two: ParsedImage) -> None:
    landmarks = two.people[0].landmarks
    with pytest.raises(KeyError, match=r"^no landmark is called 'left_kne'; did you mean left_"):
        landmarks["left_kne"]
    assert landmarks.get("left_kne") is None
    assert "left_knee" in landmarks


def test_a_parser_without_landmarks_gives_none() -> None:
    parsing = parsing_of_two()
    plain = tuple(Person(one.id, one.score, one.box) for one in parsing.people)
    parsing = Parsing(labels=parsing.labels, people=plain, instances=parsing.instances)
    image = ParsedImage(Frame.from_bgr(IMAGE.copy(), 0.0), parsing, PARTS)
    found = image.people[0]
    assert len(found.landmarks) == 0
    assert found.angles == {}
    assert found.landmarks.xy.shape == (0, 2)
    assert found.landmarks.visibility.shape == (0,)
    assert found.landmarks.world is None
    with pytest.raises(NoSuchName, match="'nose': this parser finds no landmarks"):
        found.landmarks["nose"]


def test_drawing_makes_a_new_image_in_either_order(two: ParsedImage) -> None:
    style = Style.of(PARTS, opacity=0.9, parts=["head"], outlines=False, labels="people")
    expected = draw(IMAGE, parsing_of_two(), style)
    drawn = two.draw(opacity=0.9, parts=["head"], outlines=False, labels="people")
    assert (drawn == expected).all()
    again = two.draw(opacity=0.9, parts=["head"], outlines=False, labels="people", rgb=True)
    assert (again[:, :, ::-1] == expected).all()
    drawn[:] = 0  # it is the caller's own
    assert (two.image == IMAGE).all()


def test_a_name_that_cannot_be_drawn_is_refused_with_the_nearest(two: ParsedImage) -> None:
    with pytest.raises(ValueError, match="did you mean torso"):
        two.draw(parts=["torsi"])
    with pytest.raises(ValueError, match="did you mean colour-blind"):
        two.draw(palette="color-blind")


def test_the_dictionary_has_the_keys_of_a_results_line(two: ParsedImage) -> None:
    line = two.to_dict()
    assert json.loads(json.dumps(line)) == line
    expected = frame_line(0, Frame.from_bgr(IMAGE.copy(), 0.0), parsing_of_two(), PARTS)
    assert line == expected
    result_schemas.check_lines([line])
    pytest.importorskip("pycocotools", reason="needs pip install smart-mirror[coco]")
    assert set(two.to_dict(rle=True)) == {*expected, "rle"}


def test_a_glance_says_what_is_there(two: ParsedImage) -> None:
    assert repr(two) == "<image 320 x 120, 0.000 s: 2 people, 6 parts>"
    assert repr(two.people[0]) == "<person 1: box (66, 6, 94, 108), 6 landmarks>"
    assert (
        repr(two.people[0].landmarks) == "<6 landmarks: nose, left_shoulder, right_shoulder, ...>"
    )
    assert repr(two.people[0].landmarks["nose"]).startswith("Landmark(name='nose', xy=(80.0, ")


def test_a_notebook_shows_it_drawn(two: ParsedImage) -> None:
    shown = cv2.imdecode(np.frombuffer(two._repr_png_(), np.uint8), cv2.IMREAD_COLOR)
    assert shown is not None
    assert np.array_equal(shown, two.draw())


def test_areas_are_counted_in_pixels(two: ParsedImage) -> None:
    assert two.areas["head"] == (two.labels == HEAD).sum()
    assert "left-hand" not in two.areas


def test_a_frame_that_nobody_wants_any_more_is_freed_at_once() -> None:
    gc.collect()
    gc.disable()
    try:
        image = two_people()
        assert image.people[0].mask("head").any()
        is_there = weakref.ref(image)
        del image
        assert is_there() is None
    finally:
        gc.enable()
