"""Instance maps as files."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from mirror.core.instance_map import UNASSIGNED, InstanceMap, instance_of, numbered
from mirror.core.parsing import Parsing, Person
from mirror.outputs.instance_folder import INSTANCES, InstanceFolder
from pipeline.targets.part_folder import PartFolder

PLACES = np.array([[0, 1, 1, 0], [2, 2, UNASSIGNED, 0]], np.uint8)


def read(parsing: Parsing, folder: Path) -> InstanceMap:
    """What a program finds in the file."""
    path = folder / "one.png"
    path.write_bytes(InstanceFolder(PartFolder(folder / "maps", INSTANCES)).png_of(parsing))
    found = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    assert found is not None
    return np.asarray(found)


@pytest.mark.parametrize(("ids", "bits"), [((1, 254), 8), ((3, 255), 16), ((1, 60_000), 16)])
def test_a_file_holds_peoples_numbers_in_as_many_bits_as_they_need(
    ids: tuple[int, int], bits: int, tmp_path: Path
) -> None:
    people = tuple(Person(id, 1.0, (0.0, 0.0, 4.0, 2.0)) for id in ids)
    instances = numbered(PLACES, [person.instance for person in people])
    found = read(Parsing((PLACES > 0).astype(np.uint8), instances, people), tmp_path)
    assert found.dtype.itemsize * 8 == bits
    one, other = (instance_of(id) for id in ids)
    assert found.tolist() == [[0, one, one, 0], [other, other, UNASSIGNED, 0]]


def test_a_frame_without_anybody_is_a_file_all_the_same(tmp_path: Path) -> None:
    nothing = np.broadcast_to(np.zeros((1, 1), np.uint8), (6, 8))
    assert read(Parsing(nothing, nothing), tmp_path).tolist() == [[0] * 8] * 6
