"""What of a session's people moves an avatar in another program."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

from mirror.core.parsing import Parsing
from pipeline.errors import PipelineError
from pipeline.result import Result

if TYPE_CHECKING:
    from mirror.outputs.vmc.calibration import Calibration
    from mirror.outputs.vmc.vmc_sender import VmcSender


# "unheard": nobody listens there; "awaits-pose": who leads it has to hold a T-pose first
AvatarState: TypeAlias = Literal["off", "begins", "unheard", "awaits-pose", "moves"]


@dataclass(frozen=True, slots=True)
class AvatarTarget:
    """Where an avatar is.

    Attributes:
        address: HOST or HOST:PORT of the program that shows it.
        calibration: how it is learned what counts as standing straight.
    """

    address: str
    calibration: Calibration = "auto"


class AvatarLink:
    """Moves an avatar by results while one is wanted; see ``VmcSender``.

    ``consume`` and ``close`` belong to the session's thread; every other call is any thread's.
    An avatar that cannot be moved ends nothing but itself.

    Args:
        target: where it is at first; None moves none.
    """

    def __init__(self, target: AvatarTarget | None = None) -> None:
        self._lock = threading.Lock()
        self._target = target  # guarded by _lock, as is _failure
        self._failure: Exception | None = None
        self._sender: VmcSender | None = None  # the session's thread's, as is _reached
        self._reached: AvatarTarget | None = None

    @property
    def target(self) -> AvatarTarget | None:
        """Where the avatar is that is moved; None where none is."""
        with self._lock:
            return self._target

    @property
    def failure(self) -> Exception | None:
        """Why the one that was asked for last is not moved any more."""
        with self._lock:
            return self._failure

    @property
    def state(self) -> AvatarState:
        """How it goes. Whether anybody listens is known on this machine and near it, if at all."""
        sender = self._sender
        if self.target is None:
            return "off"
        if sender is None or not sender.has_sent:
            return "begins"
        if sender.is_refused:
            return "unheard"
        return "awaits-pose" if sender.awaits_pose else "moves"

    def move(self, target: AvatarTarget | None) -> None:
        """Move another avatar from now on, or none."""
        with self._lock:
            self._target, self._failure = target, None

    def consume(self, result: Result[Parsing]) -> None:
        """Move the avatar by one result."""
        target = self.target
        if target != self._reached:
            self.close()
        if target is None:
            return
        try:
            if self._sender is None:
                from mirror.outputs.vmc.vmc_sender import VmcSender  # few sessions need it

                self._sender, self._reached = VmcSender(target.address, target.calibration), target
            self._sender.consume(result)
        except PipelineError as error:
            self.close()
            with self._lock:
                if self._target == target:
                    self._target, self._failure = None, error

    def close(self) -> None:
        """Let go of the avatar, which stays as it is."""
        if self._sender is not None:
            self._sender.close()
        self._sender = self._reached = None
