"""Exercises as files: those that ship, and what is said of one that is wrong."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mirror.coach.exercises.catalogue import BadExercise, find_exercise, read_exercise, shipped
from mirror.evaluation.synthetic.figure import FOREARM, SHIN, THIGH, TRUNK, UPPER_ARM

GOOD = """
name = "my-squat"
title = { en = "My squat", zh = "我的深蹲" }
[[signals]]
name = "knee"
measure = "angle"
points = ["hip", "knee", "ankle"]
far = "low"
least = 40.0
"""


def mistakes_in(text: str, folder: Path) -> str:
    file = folder / "mine.toml"
    file.write_text(text)
    with pytest.raises(BadExercise) as raised:
        read_exercise(file)
    return str(raised.value)


def test_all_exercises_that_are_promised_ship() -> None:
    assert {
        "squat", "front-squat", "lunge", "push-up", "pull-up", "dip", "sit-up", "jumping-jack",
        "shoulder-press", "biceps-curl", "front-raise", "lateral-leg-raise", "deadlift",
        "high-knees", "bench-press", "plank", "wall-sit",
    } <= set(shipped())  # fmt: skip


@pytest.mark.parametrize("name", list(shipped()))
def test_every_shipped_figure_has_a_source_and_every_cue_two_languages(name: str) -> None:
    exercise = shipped()[name]
    assert all(signal.source for signal in exercise.signals)
    assert exercise.faults
    for fault in exercise.faults:
        assert fault.source
        assert fault.cue.en.isascii()
        assert not fault.cue.zh.isascii()


def test_a_file_of_ones_own_is_an_exercise(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(GOOD)
    assert find_exercise(str(tmp_path / "mine.toml")).name == "my-squat"


def test_an_unknown_exercise_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(BadExercise, match=r"no exercise is called sqat; did you mean squat\?"):
        find_exercise("sqat")


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ('name = "my-squat"', 'nam = "my-squat"', "nam is no key here; did you mean name?"),
        ("least = 40.0", "leest = 40.0", "signals[1].leest is no key here; did you mean least?"),
        ("least = 40.0", "", "signals[1].least is missing"),
        ("least = 40.0", "least = -1", "signals[1].least: input should be greater than 0, got -1"),
        ('"knee", "ankle"]', '"knee"]', "angle takes 3 points, got 2"),
        ('"hip", "knee"', '"hip", "nee"', "no point is called nee"),
        ('far = "low"', 'far = "down"', "signals[1].far: input should be 'low' or 'high'"),
    ],
)
def test_each_mistake_is_told_with_its_place(
    right: str, wrong: str, said: str, tmp_path: Path
) -> None:
    assert said in mistakes_in(GOOD.replace(right, wrong), tmp_path)


def test_all_mistakes_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    told = mistakes_in('name = "a b"\nkind = "sometimes"\n', tmp_path)
    assert "name:" in told
    assert "title is missing" in told
    assert "kind:" in told


def test_a_rule_has_to_name_a_signal_that_there_is(tmp_path: Path) -> None:
    rule = """
[[faults]]
name = "odd"
signal = "elbow"
at_most = 3.0
tolerance = 1.0
source = "ours"
cue = { en = "no", zh = "不" }
"""
    assert "no signal is called elbow; there are knee" in mistakes_in(GOOD + rule, tmp_path)


def test_what_is_no_toml_says_where(tmp_path: Path) -> None:
    assert "mine.toml is not TOML" in mistakes_in("name = ", tmp_path)


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadExercise, match="cannot be read: No such file"):
        read_exercise(tmp_path / "none.toml")


def test_what_files_say_of_lengths_follows_from_the_proportions_of_a_person() -> None:
    bent = np.radians(50.0)
    shorter = THIGH + SHIN - np.sqrt(THIGH**2 + SHIN**2 + 2 * THIGH * SHIN * np.cos(bent))
    for name, metres in (
        ("bench-press", UPPER_ARM),
        ("biceps-curl", FOREARM),
        ("deadlift", TRUNK * (1 - np.cos(np.pi / 4))),
        ("dip", UPPER_ARM + FOREARM - between_ends(UPPER_ARM, FOREARM, 120.0)),
        ("front-raise", UPPER_ARM + FOREARM),
        ("high-knees", THIGH),
        ("jumping-jack", UPPER_ARM + FOREARM),
        ("lateral-leg-raise", (THIGH + SHIN) * np.sin(np.radians(10.0))),
        ("lunge", THIGH),
        ("pull-up", UPPER_ARM + FOREARM - between_ends(UPPER_ARM, FOREARM, 90.0)),
        ("push-up", UPPER_ARM + FOREARM - between_ends(UPPER_ARM, FOREARM, 120.0)),
        ("shoulder-press", UPPER_ARM + FOREARM),
        ("sit-up", TRUNK * np.sin(np.radians(30.0))),
        ("squat", shorter),
        ("front-squat", shorter),
        ("triceps-pushdown", FOREARM),
    ):
        sources = [one.source for one in find_exercise(name).signals if "geometry" in one.source]
        assert any(f"{metres:.2f} m" in source for source in sources), name


def between_ends(first: float, second: float, degrees: float) -> float:
    """How far the ends of two limbs are apart, with such an angle between them."""
    squared = first**2 + second**2 - 2 * first * second * np.cos(np.radians(degrees))
    return float(np.sqrt(squared))
