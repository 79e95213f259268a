"""What every kind of parser keeps to."""

from pathlib import Path

import numpy as np
import pytest
from clip import frames_of, man, on_ground
from m2fp_golden import checkpoint

from mirror.core.instance_map import UNASSIGNED
from mirror.core.parsing import Parsing
from mirror.core.settings import load
from mirror.parsers.catalogue import AnyKind, find_parser
from pipeline.frame import BGR, Frame

OWN = """
def bright():
    return lambda image: (image.max(axis=2) > 128).astype('uint8')

bright.parts = ['background', 'bright']

def halves():
    def parse(image):
        labels = (image.max(axis=2) > 128).astype('uint8')
        sides = labels.astype(int) * 70_000
        sides[:, image.shape[1] // 2:] //= 7
        return labels, sides
    return parse

halves.parts = ['background', 'bright']
"""


KINDS = (
    "built-in",
    "none",
    "contract_parser:bright",
    "contract_parser:halves",
    "m2fp",
    "m2fp-single",
)


@pytest.fixture(params=KINDS)
def kind(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AnyKind:
    if ":" in request.param:
        (tmp_path / "contract_parser.py").write_text(OWN)
        monkeypatch.syspath_prepend(str(tmp_path))
    if request.param.startswith("m2fp"):
        for package in ("torch", "PIL", "threadpoolctl"):
            pytest.importorskip(package, reason="needs pip install smart-mirror[m2fp]")
        from mirror.parsers.m2fp.checkpoint import download

        monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
        which = "single" if request.param.endswith("single") else "multiple"
        download.copy_from(request.param, checkpoint(which), tmp_path)
    flags = {"parser.runtime": "torch", "parser.input_size": "160x160"}
    return find_parser(request.param, load(flags=flags).parser)


def parse(kind: AnyKind, frames: list[Frame]) -> list[Parsing]:
    prepare, work, settle = kind.make_prepare(False), kind.make_parse(1), kind.make_settle()
    found = []
    for frame in frames:
        plan = prepare(frame)
        found.append(settle(frame, plan, work(frame, plan)))
    return found


def test_a_label_map_is_of_the_frames_own_size_and_read_only(kind: AnyKind) -> None:
    for picture in (man(1)[0], on_ground(man(1, 90)[0], 95, 131, 7, 3)):
        (parsing,) = parse(kind, frames_of([picture]))
        assert parsing.labels.shape == picture.shape[:2]
        assert parsing.labels.dtype == np.uint8
        assert not parsing.labels.flags.writeable


def two_men(count: int) -> list[BGR]:
    return [np.hstack([picture, picture[:, ::-1]]) for picture in man(count)]


def test_every_labelled_pixel_is_somebodys_and_no_other_is(kind: AnyKind) -> None:
    for parsing in parse(kind, frames_of(two_men(3))):
        assert parsing.instances.shape == parsing.labels.shape
        assert parsing.instances.dtype == np.uint8  # they are few
        assert not parsing.instances.flags.writeable
        assert np.array_equal(parsing.instances > 0, parsing.labels > 0)
        known = {person.instance for person in parsing.people}
        assert len(known) == len(parsing.people)
        assert set(np.unique(parsing.instances).tolist()) <= {0, UNASSIGNED, *known}


def test_a_box_is_round_its_persons_pixels(kind: AnyKind) -> None:
    people = 0
    for parsing in parse(kind, frames_of(two_men(3))):
        for person in parsing.people:
            rows, columns = np.nonzero(parsing.instances == person.instance)
            if len(rows):
                box = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1)
                assert person.box == box
                people += 1
    if kind.name in ("built-in", "m2fp-single", "contract_parser:halves"):
        assert people == 2 * 3


def test_a_soft_mask_has_its_edge_where_the_person_ends(kind: AnyKind) -> None:
    masks = 0
    for parsing in parse(kind, frames_of(two_men(2))):
        height, width = parsing.labels.shape
        for person in parsing.people:
            if person.soft_mask is None:
                continue
            masks += 1
            alpha = person.soft_mask.alpha((0, 0, width, height))
            mine = parsing.instances == person.instance
            assert (alpha[mine] > 127).all()
            assert np.count_nonzero(alpha[parsing.instances == 0] > 127) == 0
            assert 0 < np.count_nonzero((alpha > 0) & (alpha < 255)) < mine.sum()
    assert masks == (4 if kind.name == "built-in" else 0)


def test_every_label_has_a_name_and_every_palette_a_colour_for_it(kind: AnyKind) -> None:
    parsings = parse(kind, frames_of(man(3)))
    assert max(int(parsing.labels.max()) for parsing in parsings) < len(kind.parts.names)
    assert kind.parts.names[0] == "background"
    for palette in kind.parts.palettes.values():
        assert len(palette) == len(kind.parts.names)


def test_the_same_frames_get_the_same_answer(kind: AnyKind) -> None:
    once, again = (parse(kind, frames_of(man(4))) for _ in range(2))
    assert [p.labels.tobytes() for p in once] == [p.labels.tobytes() for p in again]


def test_a_worker_remembers_nothing(kind: AnyKind) -> None:
    frames = frames_of(man(4))
    prepare = kind.make_prepare(False)
    jobs = [(frame, prepare(frame)) for frame in frames]
    settle_one, settle_other = kind.make_settle(), kind.make_settle()
    forwards, backwards = kind.make_parse(1), kind.make_parse(1)
    one = [forwards(*job) for job in jobs]
    other = [backwards(*job) for job in reversed(jobs)][::-1]
    for (frame, plan), raw, same in zip(jobs, one, other, strict=True):
        labels = settle_one(frame, plan, raw).labels
        assert np.array_equal(labels, settle_other(frame, plan, same).labels)


def test_an_unknown_name_has_a_nearest() -> None:
    with pytest.raises(Exception, match="did you mean built-in"):
        find_parser("builtin", load().parser)
