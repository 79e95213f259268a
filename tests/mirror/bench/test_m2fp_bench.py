from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from m2fp_golden import CASES, checkpoint, golden, worst

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

from mirror.bench.m2fp import multi_person, single_person, worker
from mirror.bench.m2fp.plain_torch import make_plain, plain_labels, plain_result
from mirror.bench.m2fp.worker import picture
from mirror.bench.rows import Row
from mirror.cli.main import main
from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint
from mirror.parsers.m2fp.network.configuration import read_settings
from mirror.parsers.m2fp.preprocessing import letterboxed, scaled
from mirror.parsers.m2fp.runtimes import RuntimeChoice


@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_what_is_measured_against_answers_as_modelscope_does(kind: str, picture: str) -> None:
    case = golden(kind, picture)
    several = kind == "multiple"
    given = scaled(case.image, 160, 320) if several else letterboxed(case.image, 256, 192)
    network = make_plain(load_checkpoint(checkpoint(kind)).network)
    with torch.inference_mode():
        logits, masks = (out[0] for out in network(torch.from_numpy(given.pixels)))
    # one cell of one case lies 1e-5 from where attention is cut off: there rounding decides
    limit = 4e-3 if (kind, picture) == ("multiple", "portrait") else 1e-3
    assert worst(logits.numpy(), case.arrays["pred_logits"]) < limit
    assert worst(masks.numpy(), case.arrays["pred_masks"]) < limit


@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_its_masks_are_modelscopes(picture: str) -> None:
    case = golden("multiple", picture)
    found = plain_result(
        torch.from_numpy(case.arrays["pred_logits"]),
        torch.from_numpy(case.arrays["pred_masks"]),
        scaled(case.image, 160, 320).placement,
    )
    labels, scores, masks = zip(*found, strict=True)
    assert sorted(labels) == sorted(case.arrays["labels"].tolist())
    assert sorted(scores) == pytest.approx(sorted(case.arrays["scores"].tolist()), abs=1e-4)
    ours = sorted(int(mask.sum()) for mask in masks)
    theirs = sorted(int(mask.sum()) for mask in case.masks)
    assert ours == pytest.approx(theirs, abs=3)


@pytest.mark.parametrize("picture", ["landscape", "portrait"])
def test_its_label_map_of_one_person_is_modelscopes(picture: str) -> None:
    case = golden("single", picture)
    labels = plain_labels(
        torch.from_numpy(case.arrays["pred_logits"]),
        torch.from_numpy(case.arrays["pred_masks"]),
        letterboxed(case.image, 256, 192).placement,
    )
    assert (labels.numpy() == case.arrays["semantic"]).mean() > 0.9999


def test_the_network_for_one_person_is_measured_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tiny = read_settings(checkpoint("single") / "configuration.json")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    monkeypatch.setattr(multi_person, "published", lambda single: tiny)
    for bench in (multi_person, single_person):
        monkeypatch.setattr(bench, "installed", lambda: iter([RuntimeChoice("torch")]))
    monkeypatch.setattr(worker, "multiprocessing", Here)
    figures = tmp_path / "figures.json"
    command = ["bench", "--parser", "m2fp-single", "--random-weights", "--rounds", "1"]
    assert main([*command, "--json", str(figures)]) == 0
    names = [row["name"] for row in json.loads(figures.read_text())["m2fp-single"]]
    assert names == [
        "plain, window to label map",
        "torch, window to label map",
        "fastest over plain",
        "540x720, after the network",
        "peak memory of a worker",
    ]


class Here:
    """Stands for ``multiprocessing``, and runs everything in this process."""

    @classmethod
    def get_context(cls, _: str) -> type[Here]:
        return cls

    class Pool:
        def __init__(self, _: int) -> None:
            pass

        def __enter__(self) -> Here.Pool:
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def apply(self, work: Callable[..., int], arguments: tuple[object, ...]) -> int:
            return work(*arguments)


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["video", "--parser", "m2fp"], "video is measured with the built-in parser only; leave"),
        (["engine", "--random-weights"], "--random-weights is of M2FP: add --parser m2fp"),
        (["--device", "cuda"], "--device cuda is measured with --parser m2fp only"),
    ],
)
def test_what_cannot_be_measured_together_is_said(
    flags: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bench", *flags]) == 1
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("rounds", ["0", "-1", "2.5", "many"])
def test_rounds_are_counted_from_1(rounds: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["bench", "--rounds", rounds])
    assert f"{rounds} is not a whole number from 1 on" in capsys.readouterr().err


def test_a_bench_names_a_package_that_is_missing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import mirror.bench.m2fp

    for name in ("multi_person", "single_person"):
        monkeypatch.delattr(mirror.bench.m2fp, name)
        monkeypatch.delitem(sys.modules, f"mirror.bench.m2fp.{name}")
    monkeypatch.setitem(sys.modules, "torch", None)
    assert main(["bench", "--parser", "m2fp", "--random-weights"]) == 1
    assert "measuring m2fp needs torch, which is not installed: pip" in capsys.readouterr().err


def test_m2fp_is_measured_with_random_weights_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tiny = read_settings(checkpoint("multiple") / "configuration.json")
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    monkeypatch.setattr(multi_person, "published", lambda single: tiny)
    monkeypatch.setattr(multi_person, "_SGEMM", 64)
    monkeypatch.setattr(multi_person, "_PICTURES", 1)
    monkeypatch.setattr(
        multi_person, "picture", lambda height, width: picture(height // 4, width // 4)
    )
    monkeypatch.setattr(multi_person, "choose_runtime", lambda _: RuntimeChoice("torch"))
    monkeypatch.setattr(multi_person, "RUNTIMES", ("torch",))
    monkeypatch.setattr(multi_person._Bench, "peak_memory", lambda _: Row("peak memory", 1.0, "MB"))
    figures = tmp_path / "figures.json"
    command = ["bench", "--parser", "m2fp", "--random-weights", "--rounds", "1"]
    assert main([*command, "--json", str(figures)]) == 0
    assert "random weights" in capsys.readouterr().out
    names = [row["name"] for row in json.loads(figures.read_text())["m2fp"]]
    assert "fastest over plain" in names
    assert "1280x720, after the network" in names
    assert "torch, --input-size 256x352" in names


def test_without_a_checkpoint_nothing_is_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", str(tmp_path))
    assert main(["bench", "--parser", "m2fp"]) == 1
    assert "mirror models download m2fp" in capsys.readouterr().err
