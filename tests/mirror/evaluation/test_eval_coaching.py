"""``mirror eval repetitions`` and ``form``, on figures whose truth is known."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from trainees import bodies_doing

from mirror.cli.main import main
from mirror.coach.body import Body
from mirror.coach.exercises.catalogue import shipped
from mirror.core.resources import media_file
from mirror.core.skeleton import LANDMARKS


def write_poses(folder: Path, sequences: dict[str, tuple[str, int, list[Body]]]) -> None:
    """As RepCount's poses are: every frame scaled along every axis, all zero where nobody is."""
    folder.mkdir()
    arrays = {}
    with (folder / "made.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["type", "name", "repetitions"])
        for name, (kind, count, bodies) in sequences.items():
            table.writerow([kind, name, count])
            rows = []
            for body in bodies:
                assert body.world is not None
                low, high = body.world.min(axis=0), body.world.max(axis=0)
                rows.append(((body.world - low) / (high - low)).ravel())
            arrays[name] = np.array([np.zeros(99), *rows, np.zeros(99)], np.float16)
    np.savez(folder / "made.npz", **arrays)  # type: ignore[arg-type]


def write_lines(path: Path, bodies: list[Body]) -> None:
    """As ``mirror video --results`` does."""
    lines: list[dict[str, Any]] = [{"mirror": "0"}]
    for number, body in enumerate(bodies):
        assert body.world is not None
        marks = [
            {"name": name, "x": x, "y": y, "score": score, "world": world}
            for name, (x, y), score, world in zip(
                LANDMARKS,
                body.image.tolist(),
                body.visibility.tolist(),
                body.world.tolist(),
                strict=True,
            )
        ]
        people = [{"id": 1, "landmarks": marks}]
        lines.append({"frame": number, "time": body.time, "people": people})
    path.write_text("\n".join(map(json.dumps, lines)))


def figures_of(path: Path) -> dict[str, Any]:
    (dataset,) = json.loads(path.read_text())["datasets"]
    figures: dict[str, Any] = dataset
    return figures


def test_poses_that_are_scaled_along_every_axis_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sequences = {
        "one": ("squat", 4, bodies_doing("squat", 4)),
        "two": ("pull_ups", 3, bodies_doing("pull-up", 3, yaw=0.0)),
        "nobody": ("squat", 5, []),
    }
    write_poses(tmp_path / "set", sequences)
    out = tmp_path / "e.json"
    assert main(["eval", "repetitions", str(tmp_path / "set"), "--json", str(out)]) == 0
    found = figures_of(out)
    ours = found["figures"]["coach"]
    assert ours["sequences"] == 3
    assert ours["obo"] == pytest.approx(2 / 3)
    assert ours["obo_seen"] == 1.0
    assert ours["mae"] == pytest.approx(1 / 3)
    assert [row["counts"]["coach"]["counted"] for row in found["sequences"]] == [4, 3, 0]
    assert {"two thresholds", "nearest poses", "coach, auto"} <= set(found["figures"])
    assert "nobody" in capsys.readouterr().out


def test_clips_are_judged_from_result_lines(tmp_path: Path) -> None:
    clips, lines = tmp_path / "clips", tmp_path / "lines"
    clips.mkdir()
    lines.mkdir()
    (clips / "truth.csv").write_text(
        "file,exercise,repetitions,note\na.mp4,squat,3,\nb.mp4,dip,,nobody has counted it\n"
    )
    bodies = [body for body in bodies_doing("squat", 4) if body.time < 1.0 + 3.5 * 2.0]
    write_lines(lines / "a.mp4.jsonl", bodies)
    out = tmp_path / "e.json"
    command = ["eval", "repetitions", str(clips), "--predictions", str(lines), "--json", str(out)]
    assert main([*command, "--quiet"]) == 0
    ours = figures_of(out)["figures"]["coach, auto"]
    assert ours["sequences"] == 1
    assert ours["recognised"] == 1.0
    assert ours["exact"] == 0.0  # the fourth is cut off at its far end
    assert ours["exact_or_cut_off"] == 1.0


def test_a_clip_is_parsed_where_no_lines_are_given(tmp_path: Path) -> None:
    (tmp_path / "leg-raise.mp4").symlink_to(media_file("leg-raise.mp4"))
    (tmp_path / "truth.csv").write_text("file,exercise,repetitions,note\nleg-raise.mp4,squat,0,\n")
    out = tmp_path / "e.json"
    assert main(["eval", "repetitions", str(tmp_path), "--json", str(out), "--quiet"]) == 0
    found = figures_of(out)
    (clip,) = found["sequences"]
    assert clip["seen"] > 40  # how well it is counted is for real clips to say
    assert found["figures"]["coach"]["sequences"] == 1


def test_labelled_poses_are_judged_by_the_form_rules(tmp_path: Path) -> None:
    rows = [
        (label, body)
        for label, fault in (("C", None), ("H", "hips-high"), ("L", "hips-low"))
        for body in bodies_doing("plank", 1, fault=fault)[:5]
    ]
    with (tmp_path / "plank_hips.csv").open("w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["label", *(f"{name}_{axis}" for name in LANDMARKS for axis in "xyzv")])
        for label, body in rows:
            places = body.image / [1280.0, 720.0]
            table.writerow([label, *(v for x, y in places for v in (x, y, 0.0, 1.0))])
    out = tmp_path / "e.json"
    assert main(["eval", "form", str(tmp_path), "--json", str(out)]) == 0
    (judged,) = figures_of(out)["files"]
    assert judged["exercise"] == "plank"
    assert judged["figures"]["poses"] == 15
    assert judged["figures"]["right_H"] == judged["figures"]["right_L"] == 1.0


@pytest.mark.parametrize(
    ("what", "said"),
    [("repetitions", "NAME.npz with NAME.csv"), ("form", "their names begin with biceps-curl")],
)
def test_a_folder_without_any_of_it_says_what_it_should_have(
    what: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["eval", what, str(tmp_path)]) == 1
    assert said in capsys.readouterr().err


def test_figures_are_judged_as_often_as_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {name: shipped()[name] for name in ("squat", "plank")}
    monkeypatch.setattr("mirror.cli.commands.eval_coach.shipped", lambda: some)
    out = tmp_path / "e.json"
    assert main(["eval", "figures", "clean", "--limit", "2", "--json", str(out)]) == 0
    found = figures_of(out)
    assert list(found["figures"]) == ["squat"]  # nobody repeats a plank
    assert found["figures"]["squat"]["sessions"] == 2
    assert found["figures"]["squat"]["exact"] == 1.0
    assert main(["eval", "figures", "sharp"]) == 1
    assert "clean, realistic, idle; got sharp" in capsys.readouterr().err


def test_who_does_no_exercise_is_counted_beside_each_activity(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = {name: shipped()[name] for name in ("squat", "plank")}
    monkeypatch.setattr("mirror.cli.commands.eval_coach.shipped", lambda: some)
    out = tmp_path / "e.json"
    assert main(["eval", "figures", "idle", "--limit", "1", "--json", str(out)]) == 0
    (found,) = json.loads(out.read_text())["datasets"]
    counted = found["counted"]["squat"]
    assert list(found["counted"]) == ["squat"]
    assert counted["walking"] == counted["walking, live"] == counted["talking"] == 0
    assert counted["sitting down"] in (0, 1)  # one squat to a chair, if it is seen as that
