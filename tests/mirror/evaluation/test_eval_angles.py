"""``mirror eval angles`` on a made take, whose angles are known."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mirror.cli.main import main
from mirror.core.skeleton import LANDMARKS
from mirror.evaluation.coaching.angles import _TARGETS, judge_angles
from mirror.evaluation.truth import BadDataSet

FRAMES = 90


def a_take(folder: Path, off: float = 0.0, noise: float = 0.0) -> None:
    """Somebody before the camera who bends the left arm in the picture's plane.

    Args:
        folder: where its two files go.
        off: degrees that the landmarks show the elbow straighter than it is.
        noise: pixels that landmarks jump, from frame to frame.
    """
    chance = np.random.default_rng(0)
    bend = 80.0 - 60.0 * np.cos(np.linspace(0.0, 6.0 * np.pi, FRAMES))
    frames, rows = {}, []
    for number, degrees in enumerate(bend):
        at = joints(degrees)
        rows.append([*targets(at)])
        seen = joints(degrees - off)
        frames[str(number + 1)] = {
            name.capitalize(): (
                (np.array([*seen.get(name, (0.0, 0.0)), 0.0]) + [480.0, 272.0, 0.0]
                 + noise * chance.normal(size=3)) / [960.0, 544.0, 960.0]
            ).tolist()
            for name in LANDMARKS
        }  # fmt: skip
    (folder / "BP-made.json").write_text(json.dumps({"positions": frames}))
    np.savetxt(folder / "Vicon-made.txt", np.array(rows))


def joints(bend: float) -> dict[str, tuple[float, float]]:
    """Where joints are in the picture, pixels from its middle: the right of it is the left side."""
    at = {}
    for side, sign in (("left", 1.0), ("right", -1.0)):
        turned = np.radians(bend if side == "left" else 0.0)
        shoulder, elbow = np.array([sign * 40.0, -100.0]), np.array([sign * 40.0, -40.0])
        wrist = elbow + 60.0 * np.array([sign * np.sin(turned), np.cos(turned)])
        for name, place in (("shoulder", shoulder), ("elbow", elbow), ("wrist", wrist)):
            at[f"{side}_{name}"] = (float(place[0]), float(place[1]))
        at[f"{side}_hip"] = (sign * 25.0, 0.0)
    return at


def targets(at: dict[str, tuple[float, float]]) -> list[float]:
    """The same in millimetres, (ahead, across, up), with left for right: the video is mirrored."""
    there = {
        "chest": (0.0, -100.0),
        "hips": (0.0, 0.0),
        **{
            f"{other}_{target}": at[f"{side}_{joint}"]
            for side, other in (("left", "right"), ("right", "left"))
            for target, joint in (
                ("shoulder", "shoulder"), ("arm", "elbow"), ("forearm", "elbow"), ("hand", "wrist")
            )
        },
    }  # fmt: skip
    row: list[float] = []
    for name in _TARGETS:
        x, y = there.get(name, (0.0, 300.0))
        row += [0.0, 3.0 * x, -3.0 * y, 0.0, 0.0, 0.0, 1.0]
    return row


def figures(folder: Path, angle: str, how: str) -> dict[str, float]:
    (found,) = [one for one in judge_angles(folder) if (one.angle, one.how) == (angle, how)]
    return {key: float(value or 0.0) for key, value in found.figures.items()}


def test_landmarks_that_are_where_the_joints_are_have_no_error(tmp_path: Path) -> None:
    a_take(tmp_path)
    elbow = figures(tmp_path, "left_elbow", "picture")
    assert elbow["error"] == pytest.approx(0.0, abs=1e-3)
    assert elbow["bias"] == pytest.approx(0.0, abs=1e-3)
    assert elbow["range"] == pytest.approx(119.0, abs=2.0)
    assert figures(tmp_path, "right_elbow", "picture")["range"] == pytest.approx(0.0, abs=1e-3)


def test_a_constant_difference_is_bias_and_no_error(tmp_path: Path) -> None:
    a_take(tmp_path, off=12.0)
    elbow = figures(tmp_path, "left_elbow", "with depth")
    assert elbow["bias"] == pytest.approx(12.0, abs=0.5)
    assert elbow["error"] < 0.5


def test_smoothing_takes_jumps_out(tmp_path: Path) -> None:
    a_take(tmp_path, noise=4.0)
    raw, smooth = (figures(tmp_path, "left_elbow", how) for how in ("picture", "picture, smoothed"))
    assert smooth["jitter"] < 0.6 * raw["jitter"]


def test_the_command_writes_a_table_and_its_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a_take(tmp_path)
    said = tmp_path / "said.json"
    assert main(["eval", "angles", str(tmp_path), "--json", str(said)]) == 0
    assert "elbow, picture" in capsys.readouterr().out
    (one,) = json.loads(said.read_text())["datasets"]
    assert set(one["figures"]) >= {"trunk, picture", "shoulder, with depth, smoothed"}


def test_a_folder_without_takes_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataSet, match="no BP-TAKE"):
        judge_angles(tmp_path)
