from __future__ import annotations

import sys
from pathlib import Path

import pytest
from m2fp_golden import checkpoint

from mirror.cli import main


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "cache"


def test_models_are_listed_with_how_to_get_them(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    told = capsys.readouterr().out
    assert "CC BY-NC 4.0" in told
    assert "not here: mirror models download m2fp-single" in told


def test_a_folder_is_taken_with_a_word_about_the_licence(
    capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    assert main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))]) == 0
    told = capsys.readouterr().out
    assert str(cache) in told
    assert "do not use them commercially" in told
    assert main(["models", "verify"]) == 0
    assert capsys.readouterr().out.count("right") == 3


def test_a_damaged_model_ends_with_1(capsys: pytest.CaptureFixture[str], cache: Path) -> None:
    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    weights = next(cache.rglob("pytorch_model.pt"))
    weights.write_bytes(weights.read_bytes()[:1000])
    assert main(["models", "verify"]) == 1
    assert "is damaged" in capsys.readouterr().out.replace("\n", " ")


def test_an_export_says_how_far_it_is_from_torch(capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    pytest.importorskip("onnx", reason="needs onnx: pip install smart-mirror[m2fp]")
    pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    capsys.readouterr()
    command = ["models", "export", "m2fp", "--runtime", "onnx", "--size", "64x64"]
    assert main(command) == 0
    assert "differs from torch by" in capsys.readouterr().out
    assert main([*command[:-1], "60x60"]) == 1
    assert "--size is HxW in multiples of 32, such as 384x512, got 60x60" in capsys.readouterr().err


def test_without_a_checkpoint_one_line_says_both_ways(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "export", "m2fp"]) == 1
    told = capsys.readouterr().err
    assert told.count("\n") == 1
    assert "mirror models download m2fp; or, offline" in told


def test_an_export_names_a_package_that_is_missing(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    for name in [name for name in sys.modules if name.startswith("mirror.parsers.m2fp.")]:
        if not name.endswith((".hub", ".settings")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["models", "export", "m2fp"]) == 1
    assert "pip install 'smart-mirror[m2fp]'" in capsys.readouterr().err


def test_the_doctor_says_how_to_get_a_checkpoint(capsys: pytest.CaptureFixture[str]) -> None:
    main(["doctor"])
    told = " ".join(capsys.readouterr().out.split())
    assert "mirror models download m2fp-single" in told
    assert "CC BY-NC 4.0" in told
