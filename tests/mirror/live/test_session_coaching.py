"""What a session does with what its coach says: it is said aloud while that is wanted."""

from __future__ import annotations

import pytest
from doubles import FakeClock
from mannequins import frame_in, parsing_of_one

from mirror.coach.feedback.live_coaching import Coached
from mirror.core.parsing import Parsing
from mirror.live.coaching.coach_options import CoachOptions
from mirror.live.session.session_coaching import SessionCoaching
from pipeline.frame import Frame
from pipeline.result import Result, Timing


class Screen:
    def captured(self, frame: Frame) -> bool:
        return False

    def parsed(self, result: Result[Parsing]) -> bool:
        return False


class Speaking:
    def __init__(self, language: str) -> None:
        self.language, self.told, self.is_closed = language, 0, False

    def tell(self, coached: Coached, now: float) -> None:
        self.told += 1

    def close(self) -> None:
        self.is_closed = True


def test_it_is_said_aloud_in_the_language_that_was_asked_for_and_no_longer_than_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made: list[Speaking] = []

    def speaking(language: str) -> Speaking:
        made.append(Speaking(language))
        return made[-1]

    monkeypatch.setattr("mirror.live.session.session_coaching.spoken_coach", speaking)
    coaching = SessionCoaching(CoachOptions("squat"), True, Screen(), FakeClock())

    def feed() -> None:
        frame = frame_in("bgr24")
        coaching.take_in(Result(0, frame, parsing_of_one(), Timing(*[0.0] * 7)))

    feed()
    assert made == []
    for language in ("en", "zh_CN", None):
        coaching.speak(language)
        feed()
        feed()
    assert [(one.language, one.told, one.is_closed) for one in made] == [
        ("en", 2, True),
        ("zh_CN", 2, True),
    ]
    coaching.close()
    coaching.join(5.0)
