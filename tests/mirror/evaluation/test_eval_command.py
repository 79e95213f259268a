"""``mirror eval`` from end to end, on data sets made here."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from truths import Labels, labels_of, picture_of, write_plain

from mirror.cli.main import main
from mirror.evaluation.metrics.flicker import EdgeFlicker
from pipeline.frame import BGR

BODY = (10, 20, 50, 40)
SHIFTED = (10, 24, 50, 44)  # by a fifth of the width


def evaluate(*arguments: str | Path, parser: str = "truths:bright") -> int:
    return main(["eval", *map(str, arguments), "--parser", parser])


def figures_of(path: Path) -> dict[str, Any]:
    (dataset,) = json.loads(path.read_text())["datasets"]
    found: dict[str, Any] = dataset
    return found


def test_a_mask_that_is_right_gets_one_and_a_shifted_one_four_sixths(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pictures = [picture_of(labels_of(BODY)), picture_of(labels_of(SHIFTED))]
    truths = [{"persons": labels_of(BODY)}] * 2
    data = write_plain(tmp_path / "made", pictures, truths, single=True)
    assert evaluate("person", data, "--json", tmp_path / "e.json", "--csv", tmp_path / "e.csv") == 0
    found = figures_of(tmp_path / "e.json")
    assert [row["iou"] for row in found["pictures"]] == [1.0, pytest.approx(4 / 6)]
    assert found["figures"]["iou"] == pytest.approx(5 / 6)
    assert found["figures"]["f_2px"] < 1.0
    assert "0.833" in capsys.readouterr().out
    with (tmp_path / "e.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["dataset"], row["id"]) for row in rows] == [("made", "000"), ("made", "001")]
    assert float(rows[1]["iou"]) == pytest.approx(4 / 6)


def test_a_matte_is_judged_over_time_and_costed_at_720p(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    ground = rng.integers(0, 9, (60, 80, 1)).repeat(3, 2).astype(np.uint8)
    pictures = [picture_of(labels_of(BODY)) + ground for _ in range(3)]
    truths = [{"persons": labels_of(BODY)}] * 3
    data = write_plain(tmp_path / "made", pictures, truths, clip=True)
    out = tmp_path / "e.json"
    flags = ("--quiet", "--workers", "1", "--threads", "1", "--json", out, "--edges", "refined")
    assert evaluate("matte", data, *flags, parser="truths:light") == 0
    figures = figures_of(out)["figures"]
    assert figures["j"] > 0.9
    assert figures["flicker"] < 0.1
    assert figures["flicker_of_truth"] == pytest.approx(0, abs=0.02)
    assert figures["cpu_ms_720p"] > 0


def test_a_matte_that_comes_and_goes_flickers() -> None:
    image = np.random.default_rng(0).integers(0, 255, (60, 80, 3)).astype(np.uint8)
    one, other = labels_of(BODY) * np.uint8(255), labels_of((14, 24, 46, 36)) * np.uint8(255)
    flicker = EdgeFlicker()
    assert flicker.flickered(image, one) is None
    still, changed = flicker.flickered(image, one), flicker.flickered(image, other)
    assert still is not None
    assert changed is not None
    assert still < 0.02 < 0.2 < changed


def test_halves_and_a_limit_choose_the_pictures(tmp_path: Path) -> None:
    pictures = [picture_of(labels_of(BODY))] * 5
    data = write_plain(tmp_path / "made", pictures, [{"persons": labels_of(BODY)}] * 5)

    def judged(*flags: str) -> list[str]:
        assert evaluate("person", data, "--quiet", "--overwrite", "--json", out, *flags) == 0
        return [row["id"] for row in figures_of(out)["pictures"]]

    out = tmp_path / "e.json"
    assert judged() == ["000", "001", "002", "003", "004"]
    assert judged("--half", "even") == ["000", "002", "004"]
    assert judged("--half", "odd") == ["001", "003"]
    assert judged("--limit", "2") == ["000", "001"]
    assert judged("--limit", "4", "--half", "odd") == ["001", "003"]


def test_parts_are_judged_by_name_and_exchanged_sides_are_counted(tmp_path: Path) -> None:
    arms = np.zeros((60, 80), np.uint8)
    arms[10:20, 20:30], arms[10:20, 40:50] = 3, 4  # left-upper-arm, right-upper-arm
    arms[10:50, 30:40] = 2
    crossed = np.choose(arms, [0, 1, 2, 4, 3]).astype(np.uint8)
    truth = {"persons": (arms > 0).astype(np.uint8), "parts": arms}
    data = write_plain(tmp_path / "made", [picture_of(arms), picture_of(crossed)], [truth] * 2)
    assert evaluate("parts", data, "--quiet", "--json", tmp_path / "e.json") == 0
    found = figures_of(tmp_path / "e.json")
    ious = found["tables"]["IoU in the classes of built-in"]
    assert ious["torso"]["iou"] == 1.0
    assert ious["left-upper-arm"]["iou"] == pytest.approx(1 / 3)  # 100 right, 100 missed, 100 false
    assert ious["head"]["iou"] is None  # neither there nor found
    assert found["figures"]["miou_15"] == pytest.approx((1 + 1 + 2 / 3) / 4)
    assert found["figures"]["sides_exchanged"] == 1
    assert found["figures"]["sides_told"] == 2


def test_clips_are_parsed_as_a_video_and_half_of_it_judged(tmp_path: Path) -> None:
    pictures = [picture_of(labels_of(BODY))] * 6
    truths = [{"persons": labels_of(BODY)}] * 6
    data = write_plain(tmp_path / "made", pictures, truths, single=True, clip=True)
    out = tmp_path / "e.json"
    assert evaluate("person", data, "--quiet", "--half", "odd", "--json", out) == 0
    assert [row["id"] for row in figures_of(out)["pictures"]] == ["001", "003", "005"]


def timid() -> Callable[[BGR], Labels]:
    """A custom parser that fails on a picture of nobody."""

    def parse(image: BGR) -> Labels:
        if not image.any():
            raise ValueError("nobody there")
        return image[:, :, 0] // 20

    return parse


@pytest.mark.parametrize("clip", [False, True])
def test_a_parser_s_failures_are_told_or_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], clip: bool
) -> None:
    pictures = [picture_of(labels_of(BODY)), picture_of(labels_of())]
    data = write_plain(tmp_path / "made", pictures, [{"persons": labels_of(BODY)}] * 2, clip=clip)
    arguments = ["eval", "person", str(data), "--parser", "test_eval_command:timid", "--json"]
    assert main([*arguments, str(tmp_path / "no.json")]) == 1
    assert "nobody there" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "e.json"), "--skip-failures"]) == 0
    found = figures_of(tmp_path / "e.json")
    assert [row["iou"] for row in found["pictures"]] == [1.0, 0.0]
    assert found["remarks"] == ["the parser failed on 1 pictures, in which nobody was found then"]


def test_what_cannot_be_judged_is_said_in_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert evaluate("person", tmp_path / "nowhere") == 1
    assert capsys.readouterr().err.count("\n") == 1
    data = write_plain(
        tmp_path / "made", [picture_of(labels_of(BODY))], [{"persons": labels_of(BODY)}]
    )
    assert evaluate("parts", data) == 1
    assert "has no parts labelled" in capsys.readouterr().err
    np.savez(data / "labels" / "000.npz", persons=labels_of(BODY, size=(30, 80)))
    assert evaluate("person", data) == 1
    assert "80 x 60, its labels are 80 x 30" in capsys.readouterr().err


def test_a_file_that_is_there_is_not_overwritten_unasked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_plain(
        tmp_path / "made", [picture_of(labels_of(BODY))], [{"persons": labels_of(BODY)}]
    )
    out = tmp_path / "e.json"
    out.write_text("mine")
    assert evaluate("person", data, "--json", out) == 1
    assert out.read_text() == "mine"
    assert "--overwrite" in capsys.readouterr().err


def test_figures_are_not_written_over_what_is_judged_or_over_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = write_plain(
        tmp_path / "made", [picture_of(labels_of(BODY))], [{"persons": labels_of(BODY)}]
    )
    (picture,) = (data / "images").iterdir()
    content = picture.read_bytes()
    assert evaluate("person", data, "--sheet", picture, "--overwrite") == 1
    assert "is one of the source's pictures" in capsys.readouterr().err
    assert picture.read_bytes() == content
    out = tmp_path / "out"
    assert evaluate("person", data, "--json", out, "--csv", out) == 1
    assert "is named twice, with --json and with --csv" in capsys.readouterr().err
    assert not out.exists()
