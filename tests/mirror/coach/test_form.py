"""Form rules: what is told of figures that do it wrong, and of those that do not."""

from __future__ import annotations

import pytest
from trainees import bodies_doing, coached, repetitions_in

from mirror.coach.exercises.catalogue import shipped
from mirror.coach.exercises.definition import Exercise, View

YAW: dict[View, float] = {"side": 90.0, "front": 0.0, "back": 180.0}
FAULTS = [
    (exercise.name, fault.name)
    for exercise in shipped().values()
    for fault in exercise.faults
    if exercise.hold is None
]


def yaw_for(exercise: Exercise, fault: str) -> float:
    (rule,) = (one for one in exercise.faults if one.name == fault)
    return YAW[(rule.views or exercise.views)[0]]


@pytest.mark.parametrize(("name", "fault"), FAULTS)
def test_a_fault_is_found_in_every_repetition_that_has_it(name: str, fault: str) -> None:
    yaw = yaw_for(shipped()[name], fault)
    found = repetitions_in(bodies_doing(name, 3, fault=fault, yaw=yaw), name)
    assert len(found) == 3
    for repetition in found:
        assert fault in [one.name for one in repetition.faults]
        assert repetition.quality < 1.0


@pytest.mark.parametrize("name", [name for name, one in shipped().items() if one.hold is None])
def test_somebody_who_does_it_well_is_told_nothing(name: str) -> None:
    yaw = YAW[shipped()[name].views[0]]
    found = repetitions_in(bodies_doing(name, 3, yaw=yaw), name)
    assert len(found) == 3
    assert [one.faults for one in found] == [()] * 3


@pytest.mark.parametrize("fault", ["hips-high", "hips-low"])
def test_a_plank_with_its_hips_out_of_line_is_held_and_told_so(fault: str) -> None:
    (person,) = coached(bodies_doing("plank", 3, fault=fault), "plank").people
    assert person.found is not None
    assert [one.name for held in person.found.done.held for one in held.faults] == [fault]


def test_a_rule_for_the_side_says_nothing_from_the_front() -> None:
    found = repetitions_in(
        bodies_doing("biceps-curl", 3, fault="leaning-back", yaw=0.0), "biceps-curl"
    )
    assert all(fault.name != "leaning-back" for one in found for fault in one.faults)


def test_strictness_moves_a_limit_by_its_tolerance() -> None:
    bodies = bodies_doing("squat", depths=[0.36] * 3)  # knees at about 115 degrees: limit 110

    def faults(strictness: float) -> set[str]:
        (person,) = coached(bodies, "squat", strictness=strictness).people
        assert person.found is not None
        return {fault.name for one in person.found.done.repetitions for fault in one.faults}

    assert "shallow" in faults(1.0)
    assert "shallow" not in faults(0.0)
