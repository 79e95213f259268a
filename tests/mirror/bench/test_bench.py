import io
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from mirror.bench import effects, engine, footage, motion
from mirror.bench.parser import PeerFailed, _ask_peer
from mirror.bench.rows import Row, as_table
from mirror.bench.stopwatch import costs_in_turns
from mirror.cli.main import main


@pytest.mark.parametrize(
    ("value", "better", "met"),
    [(1.9, "more", True), (1.7, "more", False), (1.7, "less", True), (1.9, "less", False)],
)
def test_a_goal_is_the_least_or_the_most(value: float, better: str, met: bool) -> None:
    assert Row("speed", value, "x", 1.8, better).met is met  # type: ignore[arg-type]


def test_a_row_without_a_goal_is_for_the_record() -> None:
    row = Row("speed", 30.0, "fps")
    assert row.met is None
    assert row.as_json()["goal"] is None


def test_the_table_says_what_was_met() -> None:
    text = io.StringIO()
    rows = [Row("speed", 2.0, "x", 1.8, note="MediaPipe"), Row("cost", 5.0, "ms", 4.0, "less")]
    Console(file=text, width=100).print(as_table("parser", rows, 100))
    first, second = [line for line in text.getvalue().splitlines() if "≥" in line or "≤" in line]
    assert "2 x" in first
    assert "✓" in first
    assert "MediaPipe" in first
    assert "✗" in second


def test_a_narrow_terminal_has_what_a_figure_is_held_against_below_it() -> None:
    text = io.StringIO()
    rows = [Row("speed", 2.0, "x", 1.8, note="MediaPipe Pose, which had 52 fps here")]
    Console(file=text, width=58).print(as_table("parser", rows, 58))
    lines = text.getvalue().splitlines()
    assert "2 x" in lines[2]
    assert lines[3].strip() == rows[0].note


def test_pieces_of_work_are_run_in_turns() -> None:
    order: list[str] = []
    costs = costs_in_turns({"a": lambda: order.append("a"), "b": lambda: order.append("b")}, 3)
    assert order == ["a", "b"] * 3
    assert costs["a"].wall_s >= 0


def test_the_footage_is_what_the_figures_say_of_it() -> None:
    one, two = footage.one_person(), footage.two_people()
    assert {image.shape for image in [*one, *two]} == {(640, 480, 3)}
    assert len(one) == len(two) == 196
    steps = [np.abs(a.astype(int) - b).mean() for a, b in itertools.pairwise(one)]
    assert max(steps) < 12  # there and back: nothing that the parser takes for a cut


def test_the_engine_is_measured_from_the_command_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engine, "FRAMES", 200)
    path = tmp_path / "figures.json"
    assert main(["bench", "engine", "--rounds", "1", "--json", str(path)]) == 0
    assert "a parser that does nothing" in capsys.readouterr().out
    (row,) = json.loads(path.read_text())["engine"]
    assert row["unit"] == "ms CPU a frame"
    assert row["value"] > 0
    path.write_text("figures of last year")
    assert main(["bench", "engine", "--rounds", "1", "--json", str(path)]) == 1
    assert path.read_text() == "figures of last year"
    assert main(["bench", "engine", "--rounds", "1", "--json", str(path), "--overwrite"]) == 0
    assert "engine" in json.loads(path.read_text())


def test_a_peer_that_does_not_run_is_named(tmp_path: Path) -> None:
    false = tmp_path / "python"
    false.write_text("#!/bin/sh\necho no module named mediapipe >&2\nexit 1\n")
    false.chmod(0o755)
    with pytest.raises(PeerFailed, match="did not run MediaPipe: no module named mediapipe"):
        _ask_peer(false, [np.zeros((2, 2, 3), np.uint8)])


def test_the_cost_of_carrying_masks_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(motion, "FRAMES", 12)
    seen, moved, carried, by_body = motion.measure(rounds=1)
    assert seen.value > 0
    assert carried.value > moved.value > 0
    assert carried.goal == by_body.goal == motion.GOAL_MS
    assert by_body.value > moved.value


def test_sending_the_bones_of_an_avatar_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pythonosc", reason="needs python-osc: pip install smart-mirror[vmc]")
    monkeypatch.setattr(effects, "FRAMES", 3)
    monkeypatch.setattr(effects, "_WARM", 0)
    monkeypatch.setattr(effects, "_SEEN", effects._SEEN[-1:])
    monkeypatch.setattr(effects, "EFFECTS", ("light",))
    rows = {row.name: row for row in effects.measure(rounds=1)}
    assert rows["bones of an avatar, sent"].value > 0
    assert rows["bones of an avatar, jitter, one at 480 x 640, --quality fast"].value > 0
    assert rows["CPU with blur over CPU without"].value > 0
    assert rows["light"].value > 0
    assert rows["frames a second, parsed and painted with blur"].value > 0
