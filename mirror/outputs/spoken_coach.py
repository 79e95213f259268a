"""Says aloud what the coach says: cues, counts, and where a programme is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol

from mirror.core.parsing import Parsing
from pipeline.result import Result

if TYPE_CHECKING:
    from mirror.coach.exercises.definition import Words
    from mirror.coach.feedback.live_coaching import Coached
    from mirror.coach.programmes.events import Event

_REST, _DONE, _GO = ("Rest", "休息"), ("Done", "完成"), ("Go", "开始")


class Speaker(Protocol):
    """What says things; see ``mirror.outputs.voice.Voice``."""

    def say(self, text: str, now: float) -> None:
        """Say something as soon as it can be said."""

    def update(self, now: float) -> None:
        """Begin what waits."""

    def close(self) -> None:
        """Stop."""


class SpokenCoach:
    """A consumer of results that comes after the coach; fed every frame, in order, by one thread.

    One thing a frame at most: a cue before where the programme is, and that before a count. Where
    several people are counted, counts are not said: nobody would know whose they are.

    Args:
        coached: says what there is to be said of a parsing.
        voice: says it.
        language: ``en`` or ``zh``.
    """

    stage = "voice"
    remarks: tuple[str, ...] = ()

    def __init__(
        self, coached: Callable[[Parsing], Coached], voice: Speaker, language: str
    ) -> None:
        self._coached, self._voice, self._is_chinese = coached, voice, language == "zh"
        self._cue: tuple[int, str] | None = None
        self._counts: dict[int, int] = {}

    def consume(self, result: Result[Parsing]) -> None:
        """Say what is new in one frame."""
        self.tell(self._coached(result.parsing), result.frame.time)

    def tell(self, coached: Coached, now: float) -> None:
        """Say what is new.

        Args:
            coached: what there is to be said of one frame.
            now: seconds, the frame's media time.
        """
        texts = [*self._of_cue(coached), *self._of_programme(coached), *self._of_counts(coached)]
        if texts:
            self._voice.say(texts[0], now)
        else:
            self._voice.update(now)

    def close(self, failure: BaseException | None = None) -> None:
        """Be silent."""
        self._voice.close()

    def _of_cue(self, coached: Coached) -> Iterator[str]:
        cue = coached.cue
        before, self._cue = self._cue, None if cue is None else (cue.person, cue.name)
        if cue is not None and self._cue != before:
            yield self._words(cue.words)

    def _of_programme(self, coached: Coached) -> Iterator[str]:
        for event in reversed(coached.events):  # the newest is what matters
            if (text := self._said_of(event, coached)) is not None:
                yield text

    def _said_of(self, event: Event, coached: Coached) -> str | None:
        if event.kind == "soon":
            return f"{event.seconds:.0f}"
        if event.kind == "work":
            return self._either(_GO)
        if event.kind in ("rest", "countdown") and coached.programme is not None:
            title = self._words(coached.programme.title)
            return f"{self._either(_REST)}. {title}" if event.kind == "rest" else title
        return self._either(_DONE) if event.kind == "done" else None

    def _of_counts(self, coached: Coached) -> Iterator[str]:
        before = self._counts
        self._counts = before | {id: one.count for id, one in coached.people.items()}
        counting = [id for id, count in self._counts.items() if count]
        for id, one in coached.people.items():
            if one.count > before.get(id, 0) and counting == [id]:
                yield str(one.count)

    def _words(self, words: Words) -> str:
        return words.zh if self._is_chinese else words.en

    def _either(self, words: tuple[str, str]) -> str:
        return words[self._is_chinese]
