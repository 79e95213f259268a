"""What every kind of parser keeps to."""

import numpy as np
import pytest
from clip import frames_of, man, on_ground

from mirror.core.parsing import Parsing
from mirror.core.settings import load
from mirror.parsers.catalogue import AnyKind, find_parser
from pipeline.frame import Frame


@pytest.fixture(params=["built-in", "none", "contract_parser:bright"])
def kind(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AnyKind:
    if ":" in request.param:
        folder = tmp_path_factory.mktemp("own")
        (folder / "contract_parser.py").write_text(
            "def bright():\n    return lambda image: (image.max(axis=2) > 128).astype('uint8')\n"
            "bright.parts = ['background', 'bright']\n"
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.syspath_prepend(str(folder))
            return find_parser(request.param, load().parser)
    return find_parser(request.param, load().parser)


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
