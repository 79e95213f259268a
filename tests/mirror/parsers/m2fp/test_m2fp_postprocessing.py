from __future__ import annotations

import numpy as np
import pytest
from m2fp_golden import CASES, check_result, checkpoint, golden
from numpy.typing import NDArray

pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

import cv2

from mirror.bench.m2fp.synthetic_output import drawn_output
from mirror.parsers.m2fp.network.configuration import read_settings
from mirror.parsers.m2fp.preprocessing import Placement, letterboxed, scaled
from mirror.parsers.m2fp.results import class_planes
from mirror.parsers.m2fp.results.modelscope_format import modelscope_result
from mirror.parsers.m2fp.results.postprocessing import (
    NetworkOutput,
    class_scores,
    humans_of,
    instances_of,
    parts_of,
)

Array = NDArray[np.float32]


def placement(kind: str, picture: str) -> Placement:
    image = golden(kind, picture).image
    prepared = scaled(image, 160, 320) if kind == "multiple" else letterboxed(image, 256, 192)
    return prepared.placement


def output(kind: str, picture: str) -> NetworkOutput:
    arrays = golden(kind, picture).arrays
    return NetworkOutput(arrays["pred_logits"], arrays["pred_masks"])


def plain_sums(given: NetworkOutput, parts: int, place: Placement) -> NDArray[np.float64]:
    """(parts, H, W) as ModelScope makes them: every query enlarged, every class enlarged."""
    height, width = place.size
    x0, y0, x1, y1 = place.inside
    scores = class_scores(given.logits)[:, :parts]
    masks = np.stack([cv2.resize(mask, (width, height)) for mask in given.masks])
    planes = np.einsum("qc,qhw->chw", scores, 1 / (1 + np.exp(-masks.astype(np.float64))))
    size = (place.width, place.height)
    return np.stack(
        [cv2.resize(np.ascontiguousarray(plane[y0:y1, x0:x1]), size) for plane in planes]
    )


def plainly(given: NetworkOutput, parts: int, place: Placement) -> NDArray[np.int64]:
    """The label map as ModelScope makes it."""
    result: NDArray[np.int64] = plain_sums(given, parts, place).argmax(axis=0)
    return result


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_masks_labels_and_scores_are_modelscopes(kind: str, picture: str) -> None:
    case, place = golden(kind, picture), placement(kind, picture)
    settings = read_settings(checkpoint(kind) / "configuration.json")
    result = modelscope_result(output(kind, picture), settings, place)
    assert result.labels == tuple(settings.classes[label] for label in result.ids)
    check_result(result, case, nearly=1e-4, overlap=0.999)


def test_parts_come_before_people() -> None:
    settings = read_settings(checkpoint("multiple") / "configuration.json")
    given = output("multiple", "landscape")
    ids = modelscope_result(given, settings, placement("multiple", "landscape")).ids
    humans = [label == 20 for label in ids]
    assert humans == sorted(humans)
    assert 0 < sum(humans) < len(humans)


@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_the_label_map_is_modelscopes_semantic_map(picture: str) -> None:
    labels = parts_of(output("single", picture), 20, placement("single", picture))
    assert labels.dtype == np.uint8
    assert np.mean(labels == golden("single", picture).arrays["semantic"]) > 0.9999


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("size", [(60, 80), (97, 131), (45, 30)])
def test_what_is_left_out_changes_no_label(seed: int, size: tuple[int, int]) -> None:
    random = np.random.default_rng(seed)
    coarse = random.normal(0, 6, (12, 4, 5)).astype(np.float32)
    masks = np.stack([cv2.resize(mask, (20, 16)) for mask in coarse])
    given = NetworkOutput(random.normal(0, 2, (12, 8)).astype(np.float32), masks)
    place = Placement((3, 2, 77, 61), (64, 80), *size)
    assert np.mean(parts_of(given, 6, place) == plainly(given, 6, place)) > 0.9999


# one part of the input is enlarged at a time only where both sides have a ratio of small numbers
@pytest.mark.parametrize(("height", "width"), [(60, 100), (75, 125), (120, 160)])
@pytest.mark.parametrize("blocks", [(2, 3), (4, 6), (8, 12)])  # of cells, which agree
def test_no_pixel_is_given_to_a_part_that_is_not_the_highest(
    height: int, width: int, blocks: tuple[int, int]
) -> None:
    place = Placement((6, 2, 86, 62), (64, 96), height, width)
    for seed in range(40):
        random = np.random.default_rng(seed)
        coarse = random.normal(0, 6, (24, *blocks)).astype(np.float32)
        masks = np.stack([cv2.resize(mask, (24, 16)) for mask in coarse])
        given = NetworkOutput(random.normal(0, 2, (24, 8)).astype(np.float32), masks)
        sums = plain_sums(given, 6, place)
        ours = np.take_along_axis(sums, parts_of(given, 6, place)[None].astype(np.intp), axis=0)
        assert float((sums.max(axis=0) - ours[0]).max()) < 1e-4, seed


@pytest.mark.parametrize(("cells", "fine_cells"), [(1024, 128), (150, 7), (1, 1)])
def test_people_are_read_in_bands_as_at_once(
    cells: int, fine_cells: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_planes, "_CELLS", cells)
    monkeypatch.setattr(class_planes, "_FINE_CELLS", fine_cells)
    place = Placement((0, 8, 192, 120), (128, 192), 170, 250)
    given = drawn_output(place)
    labels = parts_of(given, 20, place)
    assert len(np.unique(labels)) > 8
    assert np.mean(labels == plainly(given, 20, place)) > 0.9999


def test_several_queries_that_agree_shift_no_border() -> None:
    # two queries are sure of one class everywhere; three half believe another, more so in a spot
    logits = np.full((5, 3), -9, np.float32)
    logits[:2, 0] = logits[2:, 1] = 9
    masks = np.full((5, 8, 12), 9, np.float32)
    masks[2:], masks[2:, 3, 4] = 0.6, 1.5
    given, place = NetworkOutput(logits, masks), Placement((0, 0, 48, 32), (32, 48), 40, 60)
    labels = parts_of(given, 2, place)
    assert np.array_equal(labels, plainly(given, 2, place))
    assert labels.any()


def test_whose_pixels_are_whose_is_as_if_every_mask_were_enlarged() -> None:
    place = Placement((0, 8, 192, 120), (128, 192), 170, 250)
    found = humans_of(drawn_output(place), 20, 0.5, place)
    assert len(found) == 3
    whole = [cv2.resize(person.mask, (192, 128))[8:120] for person in found]
    whole = [np.full_like(whole[0], 0.5), *whole]
    enlarged = np.stack([cv2.resize(mask, (250, 170)) for mask in whole])
    assert np.array_equal(instances_of(found, place), enlarged.argmax(axis=0))


@pytest.mark.parametrize("axes", [(0, 1, 2), (0, 2, 1), (2, 1, 0)])
def test_an_answer_may_lie_in_memory_in_any_order(axes: tuple[int, int, int]) -> None:
    place = Placement((0, 8, 192, 120), (128, 192), 170, 250)
    given = drawn_output(place)
    # each order of these axes is its own reverse
    other = NetworkOutput(
        given.logits, np.ascontiguousarray(given.masks.transpose(axes)).transpose(axes)
    )
    assert np.array_equal(parts_of(other, 20, place), parts_of(given, 20, place))
    instances = [instances_of(humans_of(each, 20, 0.5, place), place) for each in (other, given)]
    assert np.array_equal(instances[0], instances[1])


def disc(x: float, y: float, radius: float) -> Array:
    rows, columns = np.mgrid[:32, :32]
    inside: Array = (3 * (radius - np.hypot(columns - x, rows - y))).astype(np.float32)
    return inside


def people(*scores_and_masks: tuple[float, Array]) -> NetworkOutput:
    logits = np.full((len(scores_and_masks), 4), -9, np.float32)  # two parts, human, nothing
    logits[:, 2] = [np.log(score / (1 - score)) for score, _ in scores_and_masks]
    logits[:, 3] = 0
    return NetworkOutput(logits, np.stack([mask for _, mask in scores_and_masks]))


WHOLE = Placement((0, 0, 128, 128), (128, 128), 256, 256)


def test_people_are_found_once_the_surest_first() -> None:
    left, right = disc(8, 16, 5), disc(24, 16, 4)
    found = humans_of(people((0.9, right), (0.99, left), (0.8, left), (0.3, left)), 2, 0.5, WHOLE)
    assert len(found) == 2
    assert found[0].score > found[1].score
    assert found[0].box == pytest.approx((24, 88, 104, 168), abs=17)  # a cell is 8 pixels here


def test_every_pixel_belongs_to_the_likelier_person() -> None:
    found = humans_of(people((0.99, disc(8, 16, 5)), (0.9, disc(24, 16, 4))), 2, 0.5, WHOLE)
    instances = instances_of(found, WHOLE)
    assert instances.shape == (256, 256)
    assert (instances[128, 68], instances[128, 196], instances[10, 10]) == (1, 2, 0)


def test_nobody_is_an_empty_answer() -> None:
    nothing = people((0.01, disc(8, 16, 5)))
    assert humans_of(nothing, 2, 0.5, WHOLE) == []
    assert not instances_of([], WHOLE).any()
    nothing.logits[:, :2] = -90
    assert not parts_of(nothing, 2, WHOLE).any()
