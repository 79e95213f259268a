"""One person's movements to programs that show avatars, over UDP."""

from __future__ import annotations

import re
import socket

import numpy as np

from mirror.core.parsing import Parsing, Person
from mirror.core.skeleton import LANDMARKS
from mirror.outputs.vmc import PORT
from mirror.outputs.vmc.bone_rotations import bone_rotations
from mirror.outputs.vmc.calibration import DONE, Calibration, Calibrator
from mirror.outputs.vmc.packets import Message, bone_messages, packets_of, status_messages
from mirror.outputs.vmc.rotations import Array
from mirror.outputs.vmc.skeleton import hips_height
from mirror.outputs.vmc.smoothing import SmoothRotation
from pipeline.errors import SinkError
from pipeline.result import Result

_VISIBLE = 0.5
_AWAY_S = 1.0  # that somebody may be out of sight before another takes over
_REFUSALS_COUNT_FOR = 10  # packets: only every other one is refused where nobody listens


class VmcSender:
    """Sends a VRM avatar's bones for every frame; see ``Consumer``.

    Whoever is largest in the first frame leads the avatar; when they are away for a second, who is
    largest then. While nobody is seen, or a T-pose is waited for, the avatar is not moved.

    Args:
        address: HOST or HOST:PORT; ``[HOST]:PORT`` of IPv6.
        calibration: how it is learned what counts as standing straight.

    Raises:
        SinkError: it is no address, or no such host is known.
        MirrorError: python-osc is not installed.
    """

    stage = "vmc"

    def __init__(self, address: str, calibration: Calibration = "auto") -> None:
        packets_of([])  # says what is missing
        self._address = address
        self._socket = _connected(address)
        self._calibrator = Calibrator(calibration)
        self._smooth: dict[str, SmoothRotation] = {}
        self._local: dict[str, Array] = {}
        self._leads: tuple[int, float] | None = None  # who, and when last seen
        self._began_at: float | None = None
        self._sent = self._unheard = 0
        self._refused_at = -_REFUSALS_COUNT_FOR  # packets sent when one was refused last

    @property
    def remarks(self) -> tuple[str, ...]:
        """That nobody was listening, and that nobody was calibrated."""
        found = []
        if self._unheard:
            found.append(
                f"nobody listened at {self._address} to {self._unheard} of {self._sent} packets"
            )
        if self._sent and self.awaits_pose:
            found.append("nobody held a T-pose for a second: no avatar was moved")
        return tuple(found)

    @property
    def has_sent(self) -> bool:
        """Whether anything was sent yet."""
        return self._sent > 0

    @property
    def is_refused(self) -> bool:
        """Whether it was told of late that nobody listens."""
        return self._sent - self._refused_at < _REFUSALS_COUNT_FOR

    @property
    def awaits_pose(self) -> bool:
        """Whether somebody has to hold a T-pose before the avatar moves."""
        return self._calibrator.state != DONE

    def consume(self, result: Result[Parsing]) -> None:
        """Send one frame's bones.

        Raises:
            SinkError: the address cannot be reached from this machine.
        """
        now = result.frame.time
        self._began_at = now if self._began_at is None else self._began_at
        person = self._leader(result.parsing, now)
        is_tracked = person is not None and self._follow(person, now)
        moved = is_tracked and self._calibrator.state == DONE
        messages = status_messages(now - self._began_at, self._calibrator.state, is_tracked)
        self._send(messages + (self._bones() if moved else []))

    def close(self, failure: BaseException | None = None) -> None:
        """Close the socket; the avatar stays as it is."""
        self._socket.close()

    def _leader(self, parsing: Parsing, now: float) -> Person | None:
        people = [one for one in parsing.people if _has_landmarks(one)]
        if self._leads is not None:
            same = [one for one in people if one.id == self._leads[0]]
            if not same and abs(now - self._leads[1]) < _AWAY_S:  # a film may be wound back
                return None
            people = same or people
        if not people:
            return None
        leader = max(people, key=_area)
        self._leads = leader.id, now
        return leader

    def _follow(self, person: Person, now: float) -> bool:
        pose = person.pose
        assert pose is not None
        assert pose.world is not None
        seen = np.asarray(pose.image[:, 2] >= _VISIBLE)
        self._calibrator.watch(pose.world, seen, now)
        found = bone_rotations(pose.world, seen, self._calibrator.neutral)
        if found is None:
            return False
        for bone, rotation in found.items():
            self._local[bone] = self._smooth.setdefault(bone, SmoothRotation()).at(now, rotation)
        return True

    def _bones(self) -> list[Message]:
        return bone_messages(self._local, hips_height(self._local))

    def _send(self, messages: list[Message]) -> None:
        for packet in packets_of(messages):
            self._sent += 1
            try:
                self._socket.send(packet)
            except ConnectionRefusedError:  # of the packet before: a program may come later
                self._unheard += 1
                self._refused_at = self._sent
            except OSError as error:
                raise SinkError(
                    "vmc.unreachable",
                    "{address} cannot be reached: {reason}",
                    address=self._address,
                    reason=error.strerror or str(error),
                ) from error


def _has_landmarks(person: Person) -> bool:
    pose = person.pose
    return pose is not None and pose.world is not None and pose.names == LANDMARKS


def _area(person: Person) -> float:
    x0, y0, x1, y1 = person.box
    return (x1 - x0) * (y1 - y0)


def _connected(address: str) -> socket.socket:
    found = re.fullmatch(r"\[([^\]]+)\](?::(\d{1,5}))?|([^:\s\[\]]+)(?::(\d{1,5}))?", address)
    port = PORT if found is None else int(found[2] or found[4] or PORT)
    if found is None or not 0 < port < 65_536:
        raise SinkError(
            "vmc.bad_address",
            "{address!r} is no address; name HOST:PORT, such as 127.0.0.1:39539",
            address=address,
        )
    try:
        kind, _, _, _, where = socket.getaddrinfo(
            found[1] or found[3], port, type=socket.SOCK_DGRAM
        )[0]
        connection = socket.socket(kind, socket.SOCK_DGRAM)
    except OSError as error:
        raise SinkError(
            "vmc.unknown_host",
            "no host is known as {address}: {reason}",
            address=address,
            reason=error.strerror or str(error),
        ) from error
    try:
        connection.connect(where)  # sends nothing; from then on refusals are told
    except OSError as error:
        connection.close()
        raise SinkError(
            "vmc.unreachable",
            "{address} cannot be reached: {reason}",
            address=address,
            reason=error.strerror or str(error),
        ) from error
    return connection
