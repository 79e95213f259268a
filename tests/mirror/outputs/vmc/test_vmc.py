"""Avatars: landmarks to bones to packets, read by a receiver of the tests' own, and back."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from avatars import address_of, listening, result_at
from numpy.typing import NDArray

from mirror.core.parsing import Person, Pose
from mirror.core.skeleton import LANDMARKS, joint_angles
from mirror.evaluation.synthetic.figure import LEG, Figure, across, along
from mirror.evaluation.synthetic.movements import MOVEMENTS, Moment
from mirror.outputs.vmc.bone_rotations import bone_rotations
from mirror.outputs.vmc.calibration import Calibration
from mirror.outputs.vmc.rotations import angle, between, inverse, of_axes, product, swing, turned
from mirror.outputs.vmc.smoothing import SmoothRotation
from mirror.outputs.vmc.vmc_sender import VmcSender
from pipeline.errors import SinkError

pytest.importorskip("pythonosc", reason="pip install 'smart-mirror[vmc]'")

Array = NDArray[np.float64]
ALL = np.ones(33, np.bool_)
JOINTS = {  # VRM's bones that begin where a landmark is
    "shoulder": "UpperArm", "elbow": "LowerArm", "wrist": "Hand",
    "hip": "UpperLeg", "knee": "LowerLeg", "ankle": "Foot",
}  # fmt: skip


@dataclass
class Receiver:
    """What a program that shows avatars does: reads OSC, turns bones, knows where joints are."""

    said: list[tuple[str, tuple[object, ...]]] = field(default_factory=list)

    def hear(self, packet: bytes) -> None:
        if packet[:8] != b"#bundle\0":
            self._message(packet)
            return
        at = 16  # after the time tag
        while at < len(packet):
            (size,) = struct.unpack_from(">i", packet, at)
            self.hear(packet[at + 4 : at + 4 + size])
            at += 4 + size

    def _message(self, packet: bytes) -> None:
        address, at = _text(packet, 0)
        tags, at = _text(packet, at)
        assert tags[0] == ","
        values: list[object] = []
        for tag in tags[1:]:
            if tag == "s":
                value, at = _text(packet, at)
                values.append(value)
            else:
                assert tag in "if"
                values.append(struct.unpack_from(f">{tag}", packet, at)[0])
                at += 4
        self.said.append((address, tuple(values)))

    def of(self, address: str) -> list[tuple[object, ...]]:
        return [values for said, values in self.said if said == address]

    def bones(self) -> dict[str, tuple[Array, Array]]:
        """Place and rotation of each bone, as last heard."""
        heard = {str(values[0]): values[1:] for values in self.of("/VMC/Ext/Bone/Pos")}
        return {
            name: (np.array(values[:3], float), np.array(values[3:], float))
            for name, values in heard.items()
        }

    def joints(self) -> dict[str, Array]:
        """Where every bone begins, by matrices: VRM's own tree, not the sender's."""
        parents = {"Hips": None, "Spine": "Hips", "Chest": "Spine", "Neck": "Chest", "Head": "Neck"}
        for side in ("Left", "Right"):
            chain = ("Chest", "Shoulder", "UpperArm", "LowerArm", "Hand")
            parents |= _chain(side, chain) | _chain(side, ("Hips", "UpperLeg", "LowerLeg", "Foot"))
        bones, places = self.bones(), dict[str, tuple[Array, Array]]()
        for name, parent in parents.items():
            offset, rotation = bones[name]
            if parent is None:
                places[name] = offset, _matrix(rotation)
            else:
                start, frame = places[parent]
                places[name] = start + frame @ offset, frame @ _matrix(rotation)
        return {name: place for name, (place, _) in places.items()}

    def angles(self) -> dict[str, float]:
        """Joint angles of the avatar in degrees, as ``joint_angles`` names them."""
        joints, world = self.joints(), np.full((33, 3), np.nan, np.float32)
        for side in ("left", "right"):
            for joint, bone in JOINTS.items():
                place = LANDMARKS.index(f"{side}_{joint}")
                world[place] = joints[f"{side.capitalize()}{bone}"]
        told = joint_angles(world, np.ones(33, np.float32))
        return {name: value for name, value in told.items() if "ankle" not in name}


def _text(packet: bytes, at: int) -> tuple[str, int]:
    end = packet.index(b"\0", at)
    return packet[at:end].decode(), end + 4 - (end - at) % 4


def _chain(side: str, names: tuple[str, ...]) -> dict[str, str | None]:
    first, *others = names
    found: dict[str, str | None] = {}
    parent = first
    for name in others:
        found[f"{side}{name}"] = parent
        parent = f"{side}{name}"
    return found


def _matrix(rotation: Array) -> Array:
    x, y, z, w = rotation
    assert np.hypot(np.hypot(x, y), np.hypot(z, w)) == pytest.approx(1, abs=1e-5)
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


@pytest.fixture
def port() -> Iterator[socket.socket]:
    with listening() as found:
        yield found


@pytest.fixture
def opened(port: socket.socket) -> Iterator[VmcSender]:
    sender = VmcSender(address_of(port))
    yield sender
    sender.close()


def seen_from_ahead(points: Array) -> NDArray[np.float32]:
    """(T, 33, 3) world landmarks of a figure that faces the camera."""
    hips = points[:, [LANDMARKS.index("left_hip"), LANDMARKS.index("right_hip")]].mean(axis=1)
    return np.asarray((points - hips[:, None]) * (1, -1, -1), np.float32)


def person_of(world: NDArray[np.float32], id: int = 1, size: float = 4.0) -> Person:
    image = np.concatenate([world[:, :2], np.ones((33, 1), np.float32)], axis=1)
    pose = Pose(LANDMARKS, image.astype(np.float32), world, {})
    return Person(id, 0.9, (0.0, 0.0, size, size), pose)


def heard(port: socket.socket, receiver: Receiver) -> None:
    port.setblocking(False)
    try:
        while True:
            packet = port.recv(4096)
            assert len(packet) < 1400  # a datagram that no network splits
            receiver.hear(packet)
    except BlockingIOError:
        pass


def squats(times: Array) -> Array:
    far = 0.5 - 0.5 * np.cos(2 * np.pi * times / 2.0)
    return MOVEMENTS["squat"](Moment(far, np.ones(len(times), np.bool_), {}))


def walk(times: Array) -> Array:
    """Two steps a second: thighs and opposite arms swing, knees bend behind."""
    count, phase = len(times), 2 * np.pi * times
    figure = Figure(across(count, y=LEG), np.full(count, 5.0), 3 * np.sin(phase))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        forth = sign * np.sin(phase)
        thigh = 5 + 25 * forth
        bend = 30 - 30 * sign * np.cos(phase) * 0.9
        figure.swing(side, along(thigh, 2.0, sign, count), along(thigh - bend, 2.0, sign, count))
        arm = -20 * forth
        figure.hang(side, along(arm, 8.0, sign, count), along(arm + 25, 8.0, sign, count))
    return figure.landmarks()


def t_pose(count: int = 1, droop: float = 0.0) -> Array:
    figure = Figure(across(count, y=LEG), np.zeros(count), np.zeros(count))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = along(0.0, 90.0 - droop, sign, count)
        figure.hang(side, arm, arm)
        figure.swing(side, along(0, 0, sign, count), along(0, 0, sign, count))
    return figure.landmarks()


@pytest.mark.parametrize("movement", [squats, walk])
def test_an_avatar_moves_as_the_person_within_five_degrees(
    movement: object, port: socket.socket
) -> None:
    times = np.arange(0, 4, 1 / 30)
    worlds = seen_from_ahead(movement(times))  # type: ignore[operator]
    sender, worst = VmcSender(address_of(port)), dict[str, float]()
    for time, world in zip(times, worlds, strict=True):
        receiver = Receiver()
        sender.consume(result_at(time, person_of(world)))
        heard(port, receiver)
        truth = joint_angles(world, np.ones(33, np.float32))
        for name, degrees in receiver.angles().items():
            worst[name] = max(worst.get(name, 0.0), abs(degrees - truth[name]))
    sender.close()
    joints = ("elbow", "shoulder", "hip", "knee")
    assert set(worst) == {f"{side}_{joint}" for side in ("left", "right") for joint in joints}
    assert max(worst.values()) < 5.0, worst
    assert sender.remarks == ()


def test_packets_are_what_the_protocol_s_page_says(port: socket.socket, opened: VmcSender) -> None:
    sender, receiver = opened, Receiver()
    (world,) = seen_from_ahead(t_pose())
    for time in (7.0, 7.5):
        sender.consume(result_at(time, person_of(world)))
    heard(port, receiver)
    assert receiver.of("/VMC/Ext/OK") == [(1, 3, 0, 1)] * 2
    assert receiver.of("/VMC/Ext/T") == [(0.0,), (0.5,)]
    assert receiver.of("/VMC/Ext/Root/Pos")[0] == ("root", 0, 0, 0, 0, 0, 0, 1)
    first = receiver.of("/VMC/Ext/Bone/Pos")[0]
    assert [type(value) for value in first] == [str] + [float] * 7
    assert {address.split("/")[1] for address, _ in receiver.said} == {"VMC"}


def test_a_t_pose_turns_no_limb_and_stands_on_the_ground(
    port: socket.socket, opened: VmcSender
) -> None:
    sender, receiver = opened, Receiver()
    (world,) = seen_from_ahead(t_pose())
    sender.consume(result_at(0.0, person_of(world)))
    heard(port, receiver)
    for bone, (_, rotation) in receiver.bones().items():
        if bone not in ("Neck", "Head"):
            assert angle(rotation, np.array([0.0, 0, 0, 1])) < np.radians(2), bone
    joints = receiver.joints()
    assert joints["LeftHand"][0] < -0.5 < 0.5 < joints["RightHand"][0]  # the avatar faces +z
    assert joints["LeftFoot"][1] == pytest.approx(0.07, abs=0.01)


def test_left_stays_left_and_ahead_ahead(port: socket.socket, opened: VmcSender) -> None:
    figure = Figure(across(1, y=LEG), np.zeros(1), np.zeros(1))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        arm = along(90.0 if side == "left" else 0.0, 0.0, sign, 1)  # the left hand points ahead
        figure.hang(side, arm, arm)
        figure.swing(side, along(0, 0, sign, 1), along(0, 0, sign, 1))
    (world,) = seen_from_ahead(figure.landmarks())
    sender, receiver = opened, Receiver()
    sender.consume(result_at(0.0, person_of(world)))
    heard(port, receiver)
    joints = receiver.joints()
    assert joints["LeftHand"][2] - joints["LeftUpperArm"][2] > 0.4
    assert joints["RightUpperArm"][1] - joints["RightHand"][1] > 0.4
    assert joints["LeftHand"][0] < 0 < joints["RightHand"][0]


def run_of(
    port: socket.socket, worlds: NDArray[np.float32], calibration: Calibration
) -> tuple[Receiver, VmcSender]:
    sender, receiver = VmcSender(address_of(port), calibration), Receiver()
    for number, world in enumerate(worlds):
        sender.consume(result_at(number / 30, person_of(world)))
        heard(port, receiver)
    sender.close()
    return receiver, sender


def test_nothing_moves_before_the_t_pose_that_is_waited_for(port: socket.socket) -> None:
    waiting, sender = run_of(port, seen_from_ahead(squats(np.arange(0, 2, 1 / 30))), "t-pose")
    assert waiting.of("/VMC/Ext/Bone/Pos") == []
    assert {values[1] for values in waiting.of("/VMC/Ext/OK")} == {1}
    assert "T-pose" in " ".join(sender.remarks)
    poses = np.concatenate([t_pose(40, droop=15.0), t_pose(20, droop=15.0)])
    moved, sender = run_of(port, seen_from_ahead(poses), "t-pose")
    assert moved.of("/VMC/Ext/OK")[-1][1] == 3
    for bone, (_, rotation) in moved.bones().items():  # drooping arms count as straight now
        assert angle(rotation, np.array([0.0, 0, 0, 1])) < np.radians(2), bone
    assert sender.remarks == ()


def test_a_head_that_is_held_as_always_looks_ahead(port: socket.socket) -> None:
    heads = seen_from_ahead(t_pose(60))
    receiver, _ = run_of(port, heads, "auto")
    last = receiver.bones()
    turn = product(last["Neck"][1], last["Head"][1])
    assert angle(turn, np.array([0.0, 0, 0, 1])) < np.radians(2)


def test_what_is_not_seen_stays_as_it_was_and_nobody_moves_nothing(
    port: socket.socket, opened: VmcSender
) -> None:
    worlds = seen_from_ahead(squats(np.array([0.0, 1.0])))
    sender, before, after = opened, Receiver(), Receiver()
    sender.consume(result_at(0.0, person_of(worlds[0])))
    heard(port, before)
    hidden = person_of(worlds[1])
    assert hidden.pose is not None
    hidden.pose.image[LANDMARKS.index("left_knee"), 2] = 0.1
    sender.consume(result_at(1 / 30, hidden))
    heard(port, after)
    left = [one.bones()["LeftUpperLeg"][1] for one in (before, after)]
    assert np.allclose(left[0], left[1])
    right = [one.bones()["RightUpperLeg"][1] for one in (before, after)]
    assert not np.allclose(right[0], right[1], atol=0.05)
    nobody = Receiver()
    sender.consume(result_at(2 / 30))
    heard(port, nobody)
    assert [address for address, _ in nobody.said] == ["/VMC/Ext/OK", "/VMC/Ext/T"]
    assert nobody.of("/VMC/Ext/OK")[0][3] == 0


def test_the_largest_leads_until_they_are_away_for_a_second(
    port: socket.socket, opened: VmcSender
) -> None:
    (still,), (bent,) = (seen_from_ahead(squats(np.array([time]))) for time in (0.0, 1.0))
    sender = opened

    def knee(time: float, *people: Person) -> float | None:
        receiver = Receiver()
        sender.consume(result_at(time, *people))
        heard(port, receiver)
        return receiver.angles()["left_knee"] if receiver.bones() else None

    assert (knee(0.0, person_of(still, 1, 4.0), person_of(bent, 2, 3.0)) or 0) > 160
    assert (knee(0.1, person_of(still, 1, 2.0), person_of(bent, 2, 3.0)) or 0) > 160
    assert knee(0.2, person_of(bent, 2)) is None
    assert (knee(1.3, person_of(bent, 2)) or 180) < 120


def test_nobody_listening_is_no_failure_and_is_said() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        address = address_of(taken)
    (world,) = seen_from_ahead(t_pose())
    sender = VmcSender(address)
    for number in range(5):
        sender.consume(result_at(number / 30, person_of(world)))
    sender.close()
    assert f"nobody listened at {address}" in sender.remarks[0]


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1:0", "no address"),
        ("127.0.0.1:99999", "no address"),
        ("a b", "no address"),
        ("", "no address"),
        ("nobody.invalid:39539", "no host"),
    ],
)
def test_an_address_that_cannot_be_is_said_at_once(address: str, words: str) -> None:
    with pytest.raises(SinkError, match=words):
        VmcSender(address)


def test_smoothing_calms_what_trembles_and_follows_what_moves() -> None:
    chance, still = np.random.default_rng(0), SmoothRotation()
    axis = np.array([0.0, 0.0, 1.0])

    def about(degrees: float) -> Array:
        half = np.radians(degrees) / 2
        return np.append(np.sin(half) * axis, np.cos(half))

    noise = chance.normal(0, 1.0, 120)
    calm = [still.at(number / 30, about(value)) for number, value in enumerate(noise)]
    trembling = np.std([angle(one, about(0)) for one in calm[30:]])
    assert trembling < 0.8 * np.std([angle(about(value), about(0)) for value in noise[30:]])
    moving = SmoothRotation()
    lags = []
    for number in range(60):
        degrees = 45 - 45 * np.cos(2 * np.pi * number / 30)
        lags.append(np.degrees(angle(moving.at(number / 30, about(degrees)), about(degrees))))
    assert max(lags) < 5


def test_rotations_are_what_they_are_called() -> None:
    chance = np.random.default_rng(1)
    for _ in range(50):
        one, other = (vector / np.linalg.norm(vector) for vector in chance.normal(size=(2, 3)))
        assert np.allclose(turned(swing(one, other), one), other)
        frame = of_axes(one, other)
        assert np.allclose(turned(frame, np.array([1.0, 0, 0])), one)
        assert turned(frame, np.array([0.0, 1, 0])) @ other > 0
        assert np.allclose(_matrix(frame) @ other, turned(frame, other))
        assert angle(product(frame, inverse(frame)), np.array([0.0, 0, 0, 1])) < 1e-6
        half = between(frame, swing(one, other), 0.5)
        assert angle(half, frame) == pytest.approx(angle(half, swing(one, other)), abs=1e-6)
    assert np.allclose(turned(swing(one, -one), one), -one)


def test_a_trunk_that_is_not_seen_says_nothing_of_anything() -> None:
    (world,) = seen_from_ahead(t_pose())
    seen = ALL.copy()
    seen[LANDMARKS.index("left_hip")] = False
    assert bone_rotations(world, seen) is None
    assert bone_rotations(np.zeros((33, 3), np.float32), ALL) is None
