"""A cluster that runs everything at once and here, and loses what a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import SimpleNamespace
from typing import Any


class RayError(Exception):
    """What is lost with an actor."""


class FakeRay:
    """As much of Ray as a batch needs.

    Args:
        loses: asked before each call, with the actor's number, the method and its arguments; True
            loses the actor with that call.
    """

    exceptions = SimpleNamespace(RayError=RayError)

    def __init__(
        self, loses: Callable[[int, str, tuple[Any, ...]], bool] = lambda *_: False
    ) -> None:
        self._loses = loses
        self.actors: list[_Handle] = []
        self.options: dict[str, Any] = {}
        self.killed = 0
        self.is_alive = True

    def nodes(self) -> list[dict[str, bool]]:
        return [{"Alive": self.is_alive}]

    def cluster_resources(self) -> dict[str, float]:
        return {"CPU": 2.0}

    def remote(self, **options: Any) -> Callable[[Any], Any]:  # noqa: ANN401
        self.options = options

        def made(kind: Any) -> SimpleNamespace:  # noqa: ANN401
            return SimpleNamespace(remote=lambda *args: self._start(kind(*args)))

        return made

    def _start(self, actor: object) -> _Handle:
        self.actors.append(_Handle(actor, len(self.actors), self._loses))
        return self.actors[-1]

    def wait(
        self,
        references: Sequence[_Reference],
        num_returns: int,
        timeout: float,
        fetch_local: bool,
    ) -> tuple[list[_Reference], list[_Reference]]:
        return list(references[:num_returns]), list(references[num_returns:])

    def get(self, reference: _Reference) -> Any:  # noqa: ANN401
        if isinstance(reference.answer, RayError):
            raise reference.answer
        return reference.answer

    def kill(self, handle: _Handle) -> None:
        self.killed += 1
        exit = getattr(handle.actor, "_exit", None)
        if exit is not None:
            exit.close()  # what a process takes with it when it ends


class _Reference:
    def __init__(self, answer: Any) -> None:  # noqa: ANN401
        self.answer = answer


class _Handle:
    def __init__(self, actor: object, number: int, loses: Any) -> None:  # noqa: ANN401
        self.actor, self._number, self._loses, self._is_lost = actor, number, loses, False

    def __getattr__(self, name: str) -> SimpleNamespace:
        call = SimpleNamespace(remote=lambda *args: self._call(name, args))
        return SimpleNamespace(remote=call.remote, options=lambda **_: call)

    def _call(self, name: str, args: tuple[Any, ...]) -> _Reference:
        if not self._is_lost and self._loses(self._number, name, args):
            self._is_lost = True
            exit = getattr(self.actor, "_exit", None)
            if exit is not None:
                exit.close()
        if self._is_lost:
            return _Reference(RayError("the actor died"))
        return _Reference(getattr(self.actor, name)(*args))
