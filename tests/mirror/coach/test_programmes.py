from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from trainees import bodies_doing, later

from mirror.coach.body import Body
from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
from mirror.coach.programmes.catalogue import (
    BadProgramme,
    find_programme,
    is_programme,
    read_programme,
    shipped_programmes,
)
from mirror.coach.programmes.definition import Programme
from mirror.coach.programmes.run import ProgrammeRun
from mirror.core.resources import config_file

SIZE = (720, 1280)
TITLE = 'title = { en = "T", zh = "T" }'


def a_programme(steps: Sequence[dict[str, object]], **others: object) -> Programme:
    said = {"name": "p", "title": {"en": "P", "zh": "P"}, "countdown_s": 5.0, **others}
    return Programme.model_validate({**said, "steps": steps})


def kinds(events: Sequence[object]) -> list[str]:
    return [event.kind for event in events]  # type: ignore[attr-defined]


def test_a_run_counts_down_works_rests_and_is_done() -> None:
    run = ProgrammeRun(
        a_programme([{"exercise": "squat", "sets": 2, "repetitions": 3, "rest_s": 20.0}])
    )
    assert run.status().state == "ready"
    assert kinds(run.start(10.0)) == ["countdown"]
    assert run.status().remaining_s == 5.0
    assert kinds(run.update(12.0)) == ["soon"]
    assert kinds(run.update(15.0)) == ["soon", "soon", "work"]
    assert run.update(20.0, count=2) == ()
    assert (run.status().count, run.status().remaining_s) == (2, None)
    assert kinds(run.update(22.0, count=3)) == ["set-done", "rest"]
    (one,) = run.results
    assert (one.start, one.end, one.count, one.reached) == (15.0, 22.0, 3, True)
    assert run.status().planned.number == 2
    assert kinds(run.update(41.0)) == ["soon", "soon", "soon"]
    assert [event.time for event in run.update(43.0)] == [42.0]
    assert kinds(run.update(50.0, count=3)) == ["set-done", "done"]
    assert run.status().state == "done"
    assert len(run.status().done) == 2


def test_a_late_call_goes_through_every_interval_at_its_own_time() -> None:
    steps = [{"exercise": "squat", "sets": 3, "work_s": 20.0, "rest_s": 10.0}]
    run = ProgrammeRun(a_programme(steps))
    run.start(0.0)
    run.update(100.0)
    assert [(one.start, one.end) for one in run.results] == [(5, 25), (35, 55), (65, 85)]
    assert run.state == "done"


def test_pauses_stop_the_clock_and_do_not_count_as_work() -> None:
    run = ProgrammeRun(a_programme([{"exercise": "squat", "work_s": 20.0}]))
    run.start(0.0)
    run.update(10.0)  # five seconds of work
    assert kinds(run.pause(10.0)) == ["paused"]
    run.update(70.0)
    status = run.status()
    assert (status.state, status.paused_in, status.remaining_s) == ("paused", "work", 15.0)
    assert kinds(run.resume(70.0)) == ["resumed"]
    assert run.update(84.0) == ()
    run.update(85.0)
    (one,) = run.results
    assert (one.end, one.worked_s) == (85.0, 20.0)


def test_a_skipped_or_stopped_set_is_kept_as_not_reached() -> None:
    run = ProgrammeRun(a_programme([{"exercise": "squat", "sets": 2, "repetitions": 9}]))
    run.start(0.0)
    assert kinds(run.skip(1.0)) == ["work"]
    run.update(4.0, count=4)
    assert kinds(run.skip(5.0)) == ["set-done", "work"]  # without a rest it goes right on
    run.update(8.0, count=2)
    run.pause(9.0)
    assert kinds(run.stop(30.0)) == ["set-done", "done"]
    assert [(one.count, one.reached) for one in run.results] == [(4, False), (2, False)]
    assert run.results[1].worked_s == 4.0
    assert run.start(40.0) == run.pause(41.0) == run.skip(42.0) == run.stop(43.0) == ()


def test_rounds_have_a_rest_of_their_own_and_nothing_comes_after_the_last() -> None:
    steps = [
        {"exercise": "squat", "work_s": 1.0, "rest_s": 2.0},
        {"exercise": "dip", "work_s": 1.0},
    ]
    sets = a_programme(steps, rounds=2, round_rest_s=30.0).sets()
    assert [one.rest_s for one in sets] == [2.0, 30.0, 2.0, 0.0]
    assert [(one.round, one.exercise) for one in sets][2:] == [(2, "squat"), (2, "dip")]


@pytest.mark.parametrize("name", ["legs", "intervals", "tabata-squats"])
def test_shipped_programmes_find_their_exercises(name: str) -> None:
    found = find_programme(name)
    assert set(found.exercises) == {step.exercise for step in found.programme.steps}
    assert is_programme(name)


def test_all_shipped_programmes_are_named_as_their_files() -> None:
    assert set(shipped_programmes()) == {"legs", "intervals", "tabata-squats"}
    assert not is_programme("squat")


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ('[[steps]]\nexercise = "sqat"\nrepetitions = 3', "did you mean squat?"),
        ('[[steps]]\nexercise = "squat"', "steps[1]: say repetitions, held_s or work_s"),
        ('[[steps]]\nexercise = "squat"\nheld_s = 3.0', "squat is not held"),
        ('[[steps]]\nexercise = "plank"\nrepetitions = 3', "plank is held; say held_s"),
        ('[[steps]]\nexercise = "squat"\nreps = 3\nwork_s = 1.0', "steps[1].reps is no key here"),
        ("steps = 3", "steps: input should be a valid tuple"),
        ("", "steps is missing"),
        ("[[steps", "is not TOML"),
    ],
)
def test_a_mistake_in_a_file_is_said_with_its_place(tmp_path: Path, steps: str, said: str) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(f'name = "mine"\n{TITLE}\n{steps}\n')
    with pytest.raises(BadProgramme) as caught:
        read_programme(file)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_exercises_of_ones_own_lies_beside_the_programme(tmp_path: Path) -> None:
    mine, own = tmp_path / "mine.toml", tmp_path / "own.toml"
    mine.write_text(f'name = "mine"\n{TITLE}\n[[steps]]\nexercise = "own.toml"\nwork_s = 1.0\n')
    with pytest.raises(BadProgramme, match=r"own\.toml cannot be read"):
        read_programme(mine)
    text = config_file("exercises").joinpath("squat.toml").read_text("utf-8")
    own.write_text(text.replace('name = "squat"', 'name = "my-squat"', 1), "utf-8")
    found = read_programme(mine)
    assert found.exercises["own.toml"].name == "my-squat"
    assert found.files == (mine, own)
    assert is_programme(str(mine))
    assert not is_programme(str(own))


def _bodies() -> Iterator[list[Body]]:
    """Somebody who waits, squats thrice, rests and moves about, and does two more."""
    first = bodies_doing("squat", 3, rest_s=6.0)
    second = later(bodies_doing("squat", 4, rest_s=2.0), first[-1].time + 0.1)
    yield from ([one] for one in (*first, *second))


def test_a_programme_counts_in_its_sets_and_nothing_in_between() -> None:
    steps = [{"exercise": "squat", "sets": 2, "repetitions": 3, "rest_s": 5.0}]
    found = find_programme("legs")
    programme = type(found)(a_programme(steps), found.exercises)
    coaching = ProgrammeCoaching(programme)
    states, counts = [], []
    for bodies in _bodies():
        shown = coaching.watch(bodies, SIZE, bodies[0].time)
        assert shown.programme is not None
        states.append(shown.programme.state)
        counts.append(shown.people[1].count if shown.people else 0)
        if shown.programme.state != "work":
            assert all(one.count == 0 for one in shown.people.values()) or shown.events
    assert list(dict.fromkeys(states)) == ["countdown", "work", "rest", "done"]
    assert max(counts) == 3
    assert [one.result.count for one in coaching.sets] == [3, 3]
    assert [len(one.report.people[0].found.done.repetitions) for one in coaching.sets] == [3, 3]  # type: ignore[union-attr]
    said = coaching.report()
    assert [one["reached"] for one in said["sets"]] == [True, True]
    assert said["planned"] == 2


def test_a_programme_waits_for_somebody_and_does_what_it_is_asked() -> None:
    coaching = ProgrammeCoaching(find_programme("tabata-squats"), starts=False)
    (bodies,) = [next(_bodies())]
    assert coaching.watch(bodies, SIZE, 0.0).programme.state == "ready"  # type: ignore[union-attr]
    coaching.ask("start")
    assert kinds(coaching.watch([], SIZE, 1.0).events) == ["countdown"]
    coaching.ask("skip")
    assert kinds(coaching.watch([], SIZE, 2.0).events) == ["work"]
    coaching.ask("pause")
    assert coaching.watch(bodies, SIZE, 3.0).people == {}
    assert coaching.status.state == "paused"
    coaching.ask("resume")
    coaching.watch([], SIZE, 4.0)
    assert coaching.status.remaining_s == 19.0
    coaching.close()
    assert [one.result.reached for one in coaching.sets] == [False]
