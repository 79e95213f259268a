"""What buttons and keys do to the coach."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from mirror.live.coaching.coach_options import AUTO, CoachOptions
from mirror.live.coaching.routine import Request
from mirror.live.coaching.voice import check_voice
from mirror.live.session.live_session import Session


class CoachController:
    """Switches the coach, and passes on what is asked of a set. The GUI's thread only.

    Args:
        options: how people are coached at first.
        session: returns what is shown.
        changed: called with every change, and whether it is to be remembered.

    Attributes:
        speaks: whether what the coach says is said aloud.
    """

    def __init__(
        self,
        options: CoachOptions,
        session: Callable[[], Session | None],
        changed: Callable[[CoachOptions, bool], None],
    ) -> None:
        self.options, self._session, self._changed = options, session, changed
        self.speaks = False
        self._usual = options.exercise or AUTO  # what is coached when it is switched on

    def set_options(self, options: CoachOptions, is_kept: bool = True) -> None:
        """Coach another way from now on; the next time too, if it is kept."""
        if options == self.options:
            return
        self.options = options
        self._usual = options.exercise or self._usual
        if (session := self._session()) is not None:
            session.coaching.coach_by(options)
        self._changed(options, is_kept)

    def toggle(self) -> None:
        """Switch the coach on, with the exercise before, or off."""
        exercise = None if self.options.is_on else self._usual
        self.set_options(dataclasses.replace(self.options, exercise=exercise))

    def toggle_hands(self) -> None:
        """Let raised hands begin and end sets, or not."""
        hands_free = not self.options.hands_free
        self.set_options(dataclasses.replace(self.options, hands_free=hands_free))

    def speak(self, language: str | None) -> None:
        """Say aloud what the coach says, or be silent.

        Raises:
            NoVoice: there is no program that speaks.
        """
        if language is not None:
            check_voice(language)
        self.speaks = language is not None
        if (session := self._session()) is not None:
            session.coaching.speak(language)

    def ask(self, request: Request) -> None:
        """Begin, pause, go on with or end a set."""
        session = self._session()
        if session is not None and session.coaching.coach is not None:
            session.coaching.coach.ask(request)

    def can_replay(self) -> bool:
        """Whether the last seconds can be shown again."""
        session = self._session()
        return session is not None and (
            session.coaching.can_replay or session.coaching.is_replaying
        )

    def replay(self) -> None:
        """Show the last seconds again, slowly, or what there is now."""
        if (session := self._session()) is None:
            return
        if session.coaching.is_replaying:
            session.coaching.stop_replay()
        else:
            session.coaching.replay()
