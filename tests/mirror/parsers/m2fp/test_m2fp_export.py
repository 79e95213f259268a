from __future__ import annotations

import dataclasses
import importlib.util
import itertools
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from m2fp_golden import checkpoint, golden
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
pytest.importorskip("onnx", reason="needs onnx: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp import runtimes
from mirror.parsers.m2fp.checkpoint.cache_folder import CacheRefused
from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint
from mirror.parsers.m2fp.graphs import exporter
from mirror.parsers.m2fp.graphs.export_key import ExportKey, ExportRefused
from mirror.parsers.m2fp.graphs.export_process import make_here
from mirror.parsers.m2fp.graphs.exporter import largest_difference
from mirror.parsers.m2fp.graphs.graph_store import Exported, exported
from mirror.parsers.m2fp.network import winograd
from mirror.parsers.m2fp.network.model import Network
from mirror.parsers.m2fp.preprocessing import NetworkInput, fitted
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput, parts_of
from mirror.parsers.m2fp.runtimes import (
    Run,
    RuntimeMissing,
    choose_runtime,
    run_onnxruntime,
    run_openvino,
    run_torch,
)

RUNNERS = {"onnxruntime": run_onnxruntime, "openvino": run_openvino}


KEY = ExportKey("c" * 64, 64, 64, "onnxruntime")


def exported_here(key: ExportKey, folder: Path, load: Callable[[], Network]) -> Exported:
    return exported(key, folder, load, make_here)


def network() -> Network:
    return load_checkpoint(checkpoint("single")).network


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Exported:
    """What is made of ``KEY``, which takes two seconds."""
    return exported_here(KEY, tmp_path_factory.mktemp("plain"), network)


@pytest.fixture
def written_before(plain: Exported, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same graph is taken for what is written, for tests of what comes after that."""
    monkeypatch.setattr(
        exporter, "write", lambda _network, _key, path: shutil.copy(plain.path, path)
    )


def picture() -> NetworkInput:
    return fitted(golden("single", "portrait").image, 128, 96)


@pytest.mark.parametrize(
    ("runtime", "layers"), [("onnxruntime", 0), ("onnxruntime", 2), ("openvino", 0)]
)
def test_an_export_answers_as_torch_does(tmp_path: Path, runtime: str, layers: int) -> None:
    if importlib.util.find_spec(runtime) is None:  # importing it would tell its makers
        pytest.skip(f"needs {runtime}: pip install {runtime}")
    key = ExportKey("c" * 64, 128, 96, runtime, layers)
    made = exported_here(key, tmp_path, network)
    assert made.accuracy.difference < 2e-3
    fast = network()
    fast.make_fast(decoder_layers=layers or None)
    given = picture()
    ours, theirs = RUNNERS[runtime](made.path, 1)(given.pixels), run_torch(fast, 1)(given.pixels)
    assert np.abs(ours.logits - theirs.logits).max() < 2e-3 * np.abs(theirs.logits).max()
    same = parts_of(ours, 20, given.placement) == parts_of(theirs, 20, given.placement)
    assert same.mean() >= 0.999


def test_a_backbone_of_8_bits_says_how_far_off_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], plain: Exported
) -> None:
    made = exported_here(dataclasses.replace(KEY, int8=True), tmp_path, network)
    assert made.accuracy.difference > plain.accuracy.difference
    assert "reprocess" not in capfd.readouterr().err  # what the quantiser advises
    assert made.path.stat().st_size < plain.path.stat().st_size
    output = run_onnxruntime(made.path, 1)(np.zeros((1, 3, 64, 64), np.float32))
    assert np.isfinite(output.logits).all()
    assert len(list(tmp_path.iterdir())) == 2


def test_what_follows_a_backbone_of_8_bits_is_as_fast_as_without(tmp_path: Path) -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino: pip install openvino")
    key = dataclasses.replace(KEY, runtime="openvino", int8=True)
    made = exported_here(key, tmp_path, network)
    layers = re.findall(r'<layer [^>]*type="(\w+)"', made.path.read_text())
    assert "FakeQuantize" in layers
    assert "GridSample" not in layers
    assert 0 < made.accuracy.difference < np.inf
    assert len(list(tmp_path.iterdir())) == 3


def test_an_export_is_made_once(tmp_path: Path) -> None:
    first = exported_here(KEY, tmp_path, network)
    assert first.is_new
    assert first.accuracy.labels >= 0.999
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".onnx"]
    again = exported_here(KEY, tmp_path, network)
    assert again == dataclasses.replace(first, is_new=False)


def answering(logits: float) -> Callable[[Path, int], Run]:
    wrong = NetworkOutput(np.full((24, 21), logits, np.float32), np.zeros((24, 16, 16), np.float32))
    return lambda path, threads: lambda pixels: wrong


@pytest.mark.usefixtures("written_before")
@pytest.mark.parametrize(("logits", "said"), [(9.0, r"by \d"), (np.nan, "by inf")])
def test_a_graph_that_answers_otherwise_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, logits: float, said: str
) -> None:
    monkeypatch.setattr(exporter, "run_onnxruntime", answering(logits))
    with pytest.raises(ExportRefused, match=rf"torch {said}.*, more than 0\.002; use torch"):
        exported_here(KEY, tmp_path, network)
    assert list(tmp_path.iterdir()) == []


def test_a_fault_of_the_formulation_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if importlib.util.find_spec("openvino") is None:
        pytest.skip("needs openvino: pip install smart-mirror[openvino]")
    monkeypatch.setattr(winograd, "_LEAST_CHANNELS", 8)  # the golden network is narrow
    monkeypatch.setattr(winograd, "_LEAST_TILES", 1)
    monkeypatch.setattr(winograd, "_BACK", winograd._BACK + (winograd._BACK == 8))
    with pytest.raises(ExportRefused, match="differs from torch by"):
        exported_here(dataclasses.replace(KEY, runtime="openvino"), tmp_path, network)


@pytest.mark.usefixtures("written_before")
def test_one_picture_on_which_rounding_decides_is_no_reason_to_refuse_a_graph(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[int] = []

    def open_graph(path: Path, threads: int) -> Run:
        run = run_onnxruntime(path, threads)

        def wrong_at_first(pixels: NDArray[np.float32]) -> NetworkOutput:
            seen.append(len(seen))
            output = run(pixels)
            return NetworkOutput(output.logits + (9.0 if seen == [0] else 0.0), output.masks)

        return wrong_at_first

    monkeypatch.setattr(exporter, "run_onnxruntime", open_graph)
    made = exported_here(KEY, tmp_path, network)
    assert made.accuracy.difference < 2e-3
    assert len(seen) > 1


@pytest.mark.usefixtures("written_before")
def test_8_bits_that_give_no_numbers_are_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporter, "run_onnxruntime", answering(np.nan))
    with pytest.raises(ExportRefused, match="in 8 bits at 64x64 differs from torch by inf"):
        exported_here(dataclasses.replace(KEY, int8=True), tmp_path, network)


def test_no_number_is_far_from_every_number() -> None:
    right = NetworkOutput(np.zeros((2, 3), np.float32), np.zeros((2, 4, 4), np.float32))
    for wrong in (
        NetworkOutput(np.full((2, 3), np.nan, np.float32), right.masks),
        NetworkOutput(right.logits, np.full((2, 4, 4), np.nan, np.float32)),
    ):
        assert largest_difference(wrong, right) == largest_difference(right, wrong) == np.inf


@pytest.mark.usefixtures("written_before")
def test_a_graph_that_gives_other_parts_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maps = itertools.cycle([np.zeros((100, 10), np.uint8), np.eye(100, 10, dtype=np.uint8)])
    monkeypatch.setattr(exporter, "parts_of", lambda *_: next(maps))
    with pytest.raises(ExportRefused, match=r"gives 99\.00% of a picture the parts .* not 99\.9%"):
        exported_here(KEY, tmp_path, network)


def test_a_graph_that_cannot_be_made_says_so_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("no such operator\nand the whole graph")

    monkeypatch.setattr(exporter, "write", fail)
    with pytest.raises(ExportRefused, match=r"cannot be made \(RuntimeError: no such operator\)"):
        exported_here(KEY, tmp_path, network)


def test_a_disk_without_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = type("Usage", (), {"free": 1_000_000})
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(CacheRefused, match=r"takes 3 MB while it is made, and 1 are free for"):
        exported_here(KEY, tmp_path, network)


@pytest.mark.parametrize("runtime", RUNNERS)
def test_a_graph_that_cannot_be_opened_says_what_to_do(tmp_path: Path, runtime: str) -> None:
    if importlib.util.find_spec(runtime) is None:
        pytest.skip(f"needs {runtime}: pip install {runtime}")
    path = tmp_path / "noise.onnx"
    path.write_bytes(b"noise")
    with pytest.raises(ExportRefused, match=r"cannot open .*noise\.onnx .*have it made anew"):
        RUNNERS[runtime](path, 1)


def test_the_fastest_runtime_that_is_installed_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    installed = {"torch", "onnxruntime"}
    monkeypatch.setattr(runtimes, "_is_installed", lambda name: name in installed)
    assert choose_runtime("auto").runtime == "torch"
    assert choose_runtime("onnxruntime").runtime == "onnxruntime"
    with pytest.raises(RuntimeMissing, match="openvino is not installed: pip install openvino, or"):
        choose_runtime("openvino")
    with pytest.raises(RuntimeMissing, match="no runtime is called 'tensorrt'; there are: openvi"):
        choose_runtime("tensorrt")


def test_cuda_that_is_absent_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(RuntimeMissing, match=r"no CUDA device\. Install .* or run on the CPU"):
        choose_runtime("auto", "cuda")
    with pytest.raises(RuntimeMissing, match="openvino runs on the CPU here; only torch uses CUDA"):
        choose_runtime("openvino", "cuda")
