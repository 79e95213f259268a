"""What the coach says aloud, by a program that only writes it down."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mirror.coach.exercises.catalogue import find_exercise
from mirror.coach.feedback.cues import Cue
from mirror.coach.feedback.live_coaching import NOBODY, Coached, Feedback
from mirror.coach.feedback.programme_coaching import ProgrammeCoaching
from mirror.coach.programmes.catalogue import find_programme
from mirror.outputs.spoken_coach import SpokenCoach
from mirror.outputs.voice import NoVoice, Voice

SQUAT = find_exercise("squat")


class Written:
    """A voice that writes down what it would say."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, text: str, now: float) -> None:
        self.said.append(text)

    def update(self, now: float) -> None:
        pass

    def close(self) -> None:
        self.said.append("(silence)")


def said_of(frames: Sequence[Coached], language: str = "en") -> list[str]:
    voice = Written()
    spoken = SpokenCoach(lambda _: NOBODY, voice, language)
    for number, coached in enumerate(frames):
        spoken.tell(coached, number / 10)
    return voice.said


def doing(*counts: int, cue: Cue | None = None) -> Coached:
    return Coached(0.0, {id: Feedback(id, SQUAT, count) for id, count in enumerate(counts, 1)}, cue)


def test_counts_are_said_once_each_and_a_cue_goes_before_them() -> None:
    cue = Cue.of_fault(1, SQUAT.faults[0])
    frames = [doing(0), doing(1), doing(1), doing(2, cue=cue), doing(2, cue=cue), doing(3)]
    assert said_of(frames) == ["1", "Go deeper", "3"]
    assert said_of(frames, "zh") == ["1", "再蹲低一些", "3"]


def test_counts_of_several_people_are_not_said() -> None:
    assert said_of([doing(1, 0), doing(1, 1), doing(2, 1)]) == ["1"]


def test_a_programme_is_said_as_it_goes_on() -> None:
    coaching = ProgrammeCoaching(find_programme("tabata-squats"), starts=False)
    coaching.ask("start")
    times = [0.0, 7.0, 8.0, 9.0, 10.0, 30.0]
    frames = [coaching.watch([], (720, 1280), time) for time in times]
    assert said_of(frames) == ["Squat", "3", "2", "1", "Go", "Rest. Squat"]
    assert said_of([dataclasses.replace(frames[-1])], "zh") == ["休息. 深蹲"]


def speaking(folder: Path, monkeypatch: pytest.MonkeyPatch, waits: bool) -> Path:
    """An espeak-ng that writes down what it is told, and waits until it may end."""
    said = folder / "said.txt"
    program = folder / "espeak-ng"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        f"with pathlib.Path({str(said)!r}).open('a') as file:\n"
        "    print(sys.argv[2], sys.stdin.read(), file=file)\n"
        + ("sys.stdin.close()\nimport signal\nsignal.pause()\n" if waits else "")
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return said


@pytest.mark.skipif(sys.platform == "win32", reason="needs a script that runs by its first line")
def test_the_systems_program_reads_the_words_and_is_not_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = speaking(tmp_path, monkeypatch, waits=False)
    voice = Voice("zh")
    voice.say("再蹲低一些; rm -rf", 0.0)
    assert voice._saying is not None
    assert voice._saying.wait(20.0) == 0
    voice.say("2", 1.0)
    voice._saying.wait(20.0)
    voice.close()
    assert said.read_text().splitlines() == ["cmn 再蹲低一些; rm -rf", "cmn 2"]
    assert voice.dropped == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs a script that runs by its first line")
def test_while_something_is_said_the_newest_waits_and_is_dropped_when_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    speaking(tmp_path, monkeypatch, waits=True)
    voice = Voice("en")
    voice.say("Go deeper", 0.0)
    voice.say("1", 0.1)
    voice.say("2", 0.5)
    assert voice.is_saying
    assert voice.dropped == 1
    voice.update(1.6)
    assert voice.dropped == 2
    saying = voice._saying
    voice.close()
    assert saying is not None
    assert saying.poll() is not None  # nothing goes on after the end


def test_a_machine_without_a_voice_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(NoVoice, match="install espeak-ng"):
        Voice("en")
