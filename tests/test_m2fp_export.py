from __future__ import annotations

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from m2fp_golden import checkpoint, golden

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
pytest.importorskip("onnx", reason="needs onnx: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp import export, runtimes
from mirror.parsers.m2fp.answers import Answer, parts_of
from mirror.parsers.m2fp.checkpoint import load_checkpoint
from mirror.parsers.m2fp.graphs import ExportKey, ExportRefused, exported
from mirror.parsers.m2fp.network import Network
from mirror.parsers.m2fp.pictures import NetworkInput, fitted
from mirror.parsers.m2fp.runtimes import (
    RuntimeMissing,
    choose_runtime,
    run_onnxruntime,
    run_openvino,
    run_torch,
)

RUNNERS = {"onnxruntime": run_onnxruntime, "openvino": run_openvino}


def network() -> Network:
    return load_checkpoint(checkpoint("single")).network


def picture() -> NetworkInput:
    return fitted(golden("single", "portrait").image, 128, 96)


@pytest.mark.parametrize("runtime", RUNNERS)
@pytest.mark.parametrize("layers", [0, 2])
def test_an_export_answers_as_torch_does(tmp_path: Path, runtime: str, layers: int) -> None:
    if importlib.util.find_spec(runtime) is None:  # importing it would tell its makers
        pytest.skip(f"needs {runtime}: pip install {runtime}")
    key = ExportKey("c" * 64, 128, 96, runtime, layers)
    made = exported(key, tmp_path, network)
    assert made.difference < 2e-3
    fast = network()
    fast.make_fast(decoder_layers=layers or None)
    given = picture()
    ours, theirs = RUNNERS[runtime](made.path, 1)(given.pixels), run_torch(fast, 1)(given.pixels)
    assert np.abs(ours.logits - theirs.logits).max() < 2e-3 * np.abs(theirs.logits).max()
    same = parts_of(ours, 20, given.placement) == parts_of(theirs, 20, given.placement)
    assert same.mean() >= 0.999


@pytest.mark.parametrize("runtime", RUNNERS)
def test_a_backbone_of_8_bits_says_how_far_off_it_is(tmp_path: Path, runtime: str) -> None:
    if importlib.util.find_spec(runtime) is None:
        pytest.skip(f"needs {runtime}: pip install {runtime}")
    made = exported(ExportKey("c" * 64, 64, 64, runtime, int8=True), tmp_path, network)
    plain = exported(ExportKey("c" * 64, 64, 64, runtime), tmp_path, network)
    assert made.difference > plain.difference
    assert made.path != plain.path
    ending = ".bin" if runtime == "openvino" else ".onnx"
    assert (
        made.path.with_suffix(ending).stat().st_size < plain.path.with_suffix(ending).stat().st_size
    )
    answer = RUNNERS[runtime](made.path, 1)(np.zeros((1, 3, 64, 64), np.float32))
    assert np.isfinite(answer.logits).all()
    assert len(list(tmp_path.iterdir())) == (6 if runtime == "openvino" else 4)


def test_an_export_is_made_once(tmp_path: Path) -> None:
    key = ExportKey("c" * 64, 64, 64, "onnxruntime")
    first = exported(key, tmp_path, network)

    def load() -> Network:
        raise AssertionError("made twice")

    assert exported(key, tmp_path, load) == first
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".json", ".onnx"]


def test_an_export_of_another_checkpoint_is_refused(tmp_path: Path) -> None:
    key = ExportKey("c" * 64, 64, 64, "onnxruntime")
    path = exported(key, tmp_path, network).path
    record = path.with_suffix(".json")
    record.write_text(record.read_text().replace("ccc", "ddd"))
    with pytest.raises(ExportRefused, match=r"was made for another checkpoint, .*; delete it"):
        exported(key, tmp_path, network)
    record.unlink()
    with pytest.raises(ExportRefused, match="nothing says for which; delete it"):
        exported(key, tmp_path, network)


def test_a_graph_that_answers_otherwise_is_not_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = Answer(np.zeros((24, 21), np.float32), np.zeros((24, 16, 16), np.float32))
    monkeypatch.setattr(export, "run_onnxruntime", lambda path, threads: lambda pixels: wrong)
    with pytest.raises(ExportRefused, match=r"differs from torch by .*, more than 0\.002; use --r"):
        exported(ExportKey("c" * 64, 64, 64, "onnxruntime"), tmp_path, network)
    assert list(tmp_path.iterdir()) == []


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
    with pytest.raises(RuntimeMissing, match=r"finds no CUDA device\. Install .* or leave --dev"):
        choose_runtime("auto", "cuda")
    with pytest.raises(RuntimeMissing, match="openvino runs on the CPU here; use --runtime torch"):
        choose_runtime("openvino", "cuda")
