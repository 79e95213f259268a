from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest
from m2fp_golden import checkpoint, golden

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
pytest.importorskip("threadpoolctl", reason="needs threadpoolctl: pip install smart-mirror[m2fp]")

from mirror.cli.error_words import worded
from mirror.cli.main import main
from mirror.core.instance_map import UNASSIGNED
from mirror.core.parsing import Parsing
from mirror.core.settings import ConfigError, ParserConfig, load, size_of
from mirror.jobs.composition import NotEnoughMemory, check_memory
from mirror.parsers.catalogue import find_parser
from mirror.parsers.custom import ParserNotUsable
from mirror.parsers.m2fp.checkpoint import download
from mirror.parsers.m2fp.graphs.export_key import ExportKey
from mirror.parsers.m2fp.model_factory import ModelFactory, RandomWeights, StoredWeights
from mirror.parsers.m2fp.multi_person import size_for
from mirror.parsers.m2fp.network.configuration import read_settings
from mirror.parsers.m2fp.network.published import published
from mirror.parsers.m2fp.runtimes import RuntimeChoice
from mirror.parsers.m2fp.single_person import PersonOutput, merged, window_round
from mirror.tracking.crop import Crop
from mirror.tracking.crop_planner import PersonCrop
from pipeline.errors import PipelineError
from pipeline.frame import Frame


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    download.copy_from("m2fp", checkpoint("multiple"), tmp_path)
    download.copy_from("m2fp-single", checkpoint("single"), tmp_path)
    return tmp_path


def config(**changes: object) -> ParserConfig:
    flags = {f"parser.{key}": value for key, value in changes.items()}
    return load(flags={"parser.runtime": "torch", **flags}).parser


def frame(picture: str) -> Frame:
    return Frame.from_bgr(golden("multiple", picture).image.copy(), 0.0)


def parsed(name: str, given: Frame, plan: object, settings: ParserConfig) -> Parsing:
    kind = find_parser(name, settings)
    return kind.make_settle()(given, plan, kind.make_parse(threads=1)(given, plan))


@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_several_people_are_parsed_at_the_pictures_own_size(picture: str) -> None:
    given = frame(picture)
    parsing = parsed("m2fp", given, None, config(input_size="160x160"))
    assert parsing.labels.shape == (given.height, given.width)
    assert len(np.unique(parsing.labels)) > 2
    assert [person.id for person in parsing.people] == list(range(1, len(parsing.people) + 1))
    known = {person.instance for person in parsing.people}
    assert set(np.unique(parsing.instances).tolist()) <= {0, UNASSIGNED, *known}


def test_a_static_graph_gives_the_same_labels(cache: Path) -> None:
    pytest.importorskip("onnx", reason="needs onnx: pip install smart-mirror[m2fp]")
    given = frame("landscape")
    plain = parsed("m2fp", given, None, config(input_size="96x160"))
    onnx = config(input_size="96x160", runtime="onnxruntime")
    # made before anybody parses: a parse has a limit
    find_parser("m2fp", onnx).make_prepare(live=False)(given)
    assert len(list((cache / "smart-mirror-exports").glob("*96x160*.onnx"))) == 1
    assert (plain.labels == parsed("m2fp", given, None, onnx).labels).mean() >= 0.999


def test_torch_has_no_8_bits() -> None:
    with pytest.raises(PipelineError, match="torch has no 8-bit form of M2FP here; use onnxr"):
        find_parser("m2fp", config(int8=True))


def look(key: int, x: float) -> PersonCrop:
    joints = np.full((17, 3), 0.9, np.float32)
    joints[:, 0] = np.linspace(x, x + 40, 17)
    joints[:, 1] = np.linspace(60, 220, 17)
    return PersonCrop(key, Crop(x, 100.0, 100.0, 0.0), joints, trust=1.0, finds=3, calm=0.5)


def test_a_single_persons_network_looks_at_each_person() -> None:
    given = frame("landscape")
    parsing = parsed("m2fp-single", given, (look(7, 50), look(9, 250)), config())
    assert parsing.labels.shape == (given.height, given.width)
    assert [person.id for person in parsing.people] == [1, 2]
    assert not parsing.labels[:, 500:].any()  # no window reaches there
    nobody = parsed("m2fp-single", given, (), config())
    assert not nobody.labels.any()


def test_people_keep_their_numbers_and_their_pixels() -> None:
    small = PersonOutput(4, (0, 0, 4, 4), np.full((4, 4), 5, np.uint8), 0.9)
    large = PersonOutput(2, (2, 2, 12, 12), np.full((10, 10), 7, np.uint8), 0.5)
    ids: dict[int, int] = {2: 1}
    parsing = merged((large, small), ids, 12, 16)
    assert [(person.id, person.box) for person in parsing.people] == [
        (2, (0.0, 0.0, 4.0, 4.0)),
        (1, (2.0, 2.0, 12.0, 12.0)),
    ]
    assert (parsing.labels[3, 3], parsing.instances[3, 3]) == (5, 2)
    assert (parsing.labels[9, 9], parsing.instances[9, 9]) == (7, 1)
    assert parsing.labels[11, 15] == 0


def test_a_window_has_the_networks_shape_and_stays_in_the_picture() -> None:
    joints = look(1, 100).joints
    x0, y0, x1, y1 = window_round(joints, (512, 384), 480, 640)
    assert (x1 - x0) / (y1 - y0) == pytest.approx(384 / 512, abs=0.01)
    assert x0 < 100
    assert x1 > 140
    corner = window_round(joints - np.array([100, 60, 0], np.float32), (512, 384), 480, 640)
    assert corner[:2] == (0, 0)
    assert window_round(joints, (512, 384), 100, 50) == (0, 0, 50, 100)


@pytest.mark.parametrize(
    ("picture", "size"),
    [((480, 640), (384, 512)), ((720, 1280), (320, 576)), ((1280, 720), (576, 320))],
)
def test_the_input_has_the_pictures_shape(picture: tuple[int, int], size: tuple[int, int]) -> None:
    assert size_for(*picture) == size


def test_without_a_checkpoint_both_ways_are_said(tmp_path: Path, cache: Path) -> None:
    for file in cache.rglob("pytorch_model.pt"):
        file.unlink()
    with pytest.raises(PipelineError) as missing:
        find_parser("m2fp", config())
    said = worded(missing.value)
    assert "mirror models download m2fp; or, offline" in said
    assert said.endswith("--from DIR")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "PIL", None)
    for name in [name for name in sys.modules if name.startswith("mirror.parsers.m2fp.")]:
        monkeypatch.delitem(sys.modules, name)
    with pytest.raises(ParserNotUsable, match=r"m2fp needs PIL, .* 'smart-mirror\[m2fp\]'"):
        find_parser("m2fp", config())


def test_settings_are_checked() -> None:
    assert size_of("384x512") == (384, 512)
    for wrong in ("384x500", "x", "384", "auto", 384):
        assert size_of(wrong) is None
    with pytest.raises(ConfigError, match=r"input_size is auto, or HxW .*, got '384x500'"):
        config(input_size="384x500")
    with pytest.raises(ConfigError, match=r"parser\.device is cpu or cuda, got 'tpu'"):
        config(device="tpu")
    assert config().decoder_layers == 0


def test_a_stream_asks_for_what_its_flags_say(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main(["stream", "--parser", "m2fp", "--device", "cuda"]) == 1
    assert "torch finds no CUDA device" in capsys.readouterr().err


def test_weights_with_another_configuration_are_another_network(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("multiple"), folder)
    first = StoredWeights(folder).checksum
    configuration = folder / "configuration.json"
    content = json.loads(configuration.read_text())
    content["model"]["decoder"]["nheads"] = 2
    configuration.write_text(json.dumps(content))
    assert StoredWeights(folder).checksum != first
    assert RandomWeights(published()).checksum == RandomWeights(published()).checksum
    assert RandomWeights(published()).checksum != RandomWeights(published(single=True)).checksum


def test_more_decoder_layers_than_there_are_are_all(tmp_path: Path) -> None:
    weights = RandomWeights(read_settings(checkpoint("multiple") / "configuration.json"))
    there = weights.settings.decoder.layers

    def key(layers: int) -> ExportKey:
        return ModelFactory(weights, RuntimeChoice("openvino"), tmp_path, layers).key((64, 64))

    assert key(0) == key(there) == key(99)
    assert key(there - 1).decoder_layers == there - 1


@pytest.mark.parametrize("name", ["m2fp", "m2fp-single"])
@pytest.mark.parametrize("runtime", ["torch", "onnxruntime"])
def test_a_larger_input_is_known_to_take_more_memory(name: str, runtime: str) -> None:
    small, large = (
        find_parser(name, config(runtime=runtime, input_size=size)).worker_memory_mb
        for size in ("256x352", "1024x1024")
    )
    assert 500 < small < 1500
    assert large > 2 * small
    with pytest.raises(NotEnoughMemory, match=r"2 workers of m2fp.* need about \d{4} MB, 2000 are"):
        check_memory(find_parser(name, config(runtime=runtime, input_size="1024x1024")), 2, 2000)
