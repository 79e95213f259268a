from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from m2fp_golden import checkpoint
from media import write_video

from mirror import weights
from mirror.cli.commands import models_export
from mirror.cli.main import main
from pipeline.errors import PipelineError


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
    assert capsys.readouterr().out.count("right") == len(weights.NAMES) + 1
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    assert "253 MB" in told  # of what is not here
    assert re.search(r"m2fp +2\.1 MB", told)
    assert main(["models", "verify", "m2fp"]) == 0
    assert "pose" not in capsys.readouterr().out


def test_a_damaged_model_ends_with_1(
    capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "999")  # a path of any length leaves a sentence on one line
    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    weights = next(cache.rglob("pytorch_model.pt"))
    weights.write_bytes(weights.read_bytes()[:1000])
    assert main(["models", "verify"]) == 1
    assert "is damaged" in capsys.readouterr().out


def test_an_export_says_how_far_it_is_from_torch(
    capsys: pytest.CaptureFixture[str], cache: Path
) -> None:
    pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    pytest.importorskip("onnx", reason="needs onnx: pip install smart-mirror[m2fp]")
    pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    capsys.readouterr()
    command = ["models", "export", "m2fp", "--runtime", "onnx", "--size", "64x64"]
    assert main(command) == 0
    said = capsys.readouterr()
    assert re.search(r"made; differs from torch by .*, and (100\.00|99\.9\d)% of a p", said.out)
    assert "making M2FP's graph for onnxruntime at 64x64, which is kept" in said.err
    assert re.search(r"mirror: made in \d+ s\n", said.err)
    assert main(command) == 0
    said = capsys.readouterr()
    assert re.search(r"was there; differs from torch by \d", said.out)
    assert not said.err
    for wrong in ("60x60", "32x32", "4096x64"):
        assert main([*command[:-1], wrong]) == 1
        assert f"multiples of 32 from 64 to 2048, such as 384x512; got {wrong}" in (
            capsys.readouterr().err
        )
    assert main(["models", "list"]) == 0
    told = capsys.readouterr().out
    assert re.search(r"64x64-onnxruntime-\d+ +\d MB +M2FP's graph for onnxruntime at 64x64", told)
    assert main(["models", "clean", "another"]) == 1
    assert "no exported graph is called another" in capsys.readouterr().err
    assert main(["models", "clean"]) == 0
    assert ": 1, " in capsys.readouterr().out
    assert list((cache / "smart-mirror-exports").iterdir()) == []


def test_a_graph_that_is_off_today_is_not_used_any_more(
    capsys: pytest.CaptureFixture[str], cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
    from mirror.parsers.m2fp.graphs import exporter

    main(["models", "download", "m2fp", "--from", str(checkpoint("multiple"))])
    command = ["models", "export", "m2fp", "--runtime", "onnx", "--size", "64x64"]
    assert main(command) == 0
    monkeypatch.setattr(exporter, "largest_difference", lambda *_: float("nan"))
    assert main(command) == 1
    assert "differs from torch by nan, more than 0.002" in capsys.readouterr().err
    assert not list(cache.rglob("*onnxruntime*.json"))


def test_an_export_is_of_the_size_that_a_clip_needs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")
    sizes: list[tuple[int, int]] = []
    monkeypatch.setattr(models_export, "_export", lambda copies, size, *_: sizes.append(size))
    for name, kind in (("m2fp", "multiple"), ("m2fp-single", "single")):
        main(["models", "download", name, "--from", str(checkpoint(kind))])
    clip = write_video(tmp_path / "clip.mp4", 1, size=(160, 90))
    assert main(["models", "export", "m2fp", "--for", str(clip)]) == 0
    assert main(["models", "export", "m2fp", "--size", "64x96", "--for", str(clip)]) == 0
    assert main(["models", "export"]) == 0
    assert main(["models", "export", "m2fp-single", "--for", str(clip)]) == 0
    assert sizes == [(320, 576), (64, 96), (320, 576), (384, 512), (256, 192)]


@pytest.mark.parametrize(
    "flags",
    [
        ["verify", "--size", "64x64"],
        ["list", "--int8"],
        ["list", "m2fp"],
        ["download", "--size", "64x64"],
        ["export", "--from", "folder"],
        ["export", "--decoder-layers", "-1"],
    ],
)
def test_what_an_action_does_not_use_it_does_not_take(flags: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["models", *flags])
    assert ended.value.code == 2


@pytest.mark.parametrize("action", ["download", "export", "clean"])
def test_an_actions_help_says_where_things_lie(
    action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["models", action, "--help"])
    told = capsys.readouterr().out
    assert "MODELSCOPE_CACHE" in told
    assert ("CC BY-NC 4.0" in told) == (action != "clean")


def test_torch_needs_no_export(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "export", "--runtime", "torch"]) == 1
    assert "torch needs no export" in capsys.readouterr().err


def test_an_error_can_be_looked_into_after_the_action() -> None:
    with pytest.raises(PipelineError):
        main(["models", "export", "m2fp", "--debug"])


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
