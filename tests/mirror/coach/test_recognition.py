"""Which exercise it is, and exercises that are learnt from being shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from trainees import bodies_doing, coached, repetitions_in

from mirror.coach.coach import Coach
from mirror.coach.exercises.catalogue import BadExercise, find_exercise, shipped
from mirror.coach.exercises.learning import as_toml
from mirror.coach.learner import Learner

YAW = {"side": 90.0, "front": 0.0, "back": 180.0}


@pytest.mark.parametrize("name", list(shipped()))
def test_every_exercise_is_recognised(name: str) -> None:
    report = coached(bodies_doing(name, 3, yaw=YAW[shipped()[name].views[0]]), *shipped())
    assert report.exercise == name
    (person,) = report.people
    assert person.found is not None
    assert 0.0 < person.found.confidence <= 1.0


def test_what_is_done_is_recognised_while_it_is_done() -> None:
    coach = Coach(list(shipped().values()))
    for body in bodies_doing("pull-up", 6, yaw=0.0):
        (progress,) = coach.watch([body])
    assert progress.exercise == "pull-up"
    assert progress.count == 6


def learnt(name: str, count: int) -> Learner:
    learner = Learner(list(shipped().values()))
    for body in bodies_doing(name, count):
        learner.watch([body])
    learner.close()
    return learner


@pytest.mark.parametrize("name", ["squat", "biceps-curl", "sit-up"])
def test_an_exercise_that_is_learnt_counts_others_who_do_it(name: str, tmp_path: Path) -> None:
    file = tmp_path / "learnt.toml"
    file.write_text(as_toml(learnt(name, 4).proposed(4, "learnt")), encoding="utf-8")
    assert find_exercise(str(file)).name == "learnt"
    assert len(repetitions_in(bodies_doing(name, 6, seconds=2.6), str(file))) == 6


def test_a_wrong_number_of_repetitions_is_not_learnt() -> None:
    with pytest.raises(BadExercise, match=r"no signal was seen to move 9 times; they moved .*4"):
        learnt("squat", 4).proposed(9, "learnt")


def test_nothing_is_learnt_of_nobody() -> None:
    learner = Learner(list(shipped().values()))
    learner.close()
    with pytest.raises(BadExercise, match="nobody was seen"):
        learner.proposed(3, "learnt")
