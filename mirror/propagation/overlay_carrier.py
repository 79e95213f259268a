"""Masks on the newest frame, whatever frame they were found in."""

from __future__ import annotations

import dataclasses
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.instance_map import InstanceMap, box_of
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing, Person
from mirror.core.skeleton import LANDMARKS
from mirror.propagation.bones import Joints
from mirror.propagation.displacement import Displacement, Points
from mirror.propagation.key_labels import Box, KeyPerson, key_people, spread
from mirror.propagation.motion_history import SPAN, MotionHistory
from mirror.propagation.shrinking import enlarged, shrunk, small_picture
from mirror.propagation.silhouette import Colours, Mask, Patch
from mirror.propagation.successors import Successors
from pipeline.frame import BGR, Frame

# What was done where a mask could not be carried by the body
Fallback = Literal["nothing", "cut", "flow", "uncovered"]

_SHORTER_SIDE = 480  # pixels of a picture that is worked on, or somewhat more
_PICTURES = 6  # that are kept small: the carrier is not farther behind, as a rule
_SMALL = 4  # pixels a side for which one of a remembered instance map stands
_NEAR = 8  # frames between a parsing and the carrier's, that are still of the same bodies
_COVERED = 0.5  # share of a person that must have labels
# How far an outline that the flow has carried may have strayed: of the person's longer side, and of
# how far the person went; and the most. Fitted on four clips, at 33 to 300 ms
_STRAYS, _STRAYS_BY_WAY, _STRAYS_AT_MOST = 0.01, 0.5, 0.06
_ROUNDS = 3  # until a motion that is smooth is undone to a fraction of a pixel
# Seconds after which the picture's motion no longer says better than the body what went where
_FLOW_HOLDS_S = 0.2
_STILL = 0.003  # of a person's longer side: less than that is no motion to be corrected for
_LOOKS_ALIKE_S = 0.1  # for which somebody, and what is behind, keep their colours
_APART = 3  # cells of a motion of which one tells how the whole picture moved
_FASTER = 80  # percentile of a person's motion that counts for the whole


@dataclass(frozen=True, slots=True, eq=False)
class Carried:
    """What is shown on a frame.

    Attributes:
        parsing: of the frame's size; None where there is nothing to show.
        by_body: people whose labels were looked up by where the body is now.
        fallback: what else was done; None: all are carried.
        age_s: how much older the outline's own frame is.
    """

    parsing: Parsing | None
    by_body: int = 0
    fallback: Fallback | None = None
    age_s: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class _Seen:
    """A frame as the carrier saw it, small enough to be remembered for seconds."""

    sequence: int
    size: tuple[int, int]
    instances: InstanceMap
    joints: dict[int, Joints]


@dataclass(frozen=True, slots=True, eq=False)
class _Key:
    """The newest of the slow parser's answers.

    Attributes:
        people: the carrier's instance -> what the slow parser says of them.
        known: whom the carrier saw in that frame, whether or not the slow parser saw them.
    """

    sequence: int
    captured_at: float
    parsing: Parsing
    small: Parsing
    people: dict[int, KeyPerson]
    known: frozenset[int] = frozenset()


@dataclass(slots=True, eq=False)
class _Followed:
    """The newest of the carrier's answers, and what was worked out of it.

    Attributes:
        side: pixels of the frame that one of the small ones is.
        small: the parsing, small.
        chains: instance -> it, and those that the same person had before.
        key: the slow answer that ``carried`` is made with.
        carried: on this very frame, small.
        colours: instance -> when that person's colours were learned, and these.
    """

    frame: Frame
    side: int
    parsing: Parsing
    small: Parsing
    chains: dict[int, tuple[int, ...]]
    key: _Key | None = None
    carried: Carried | None = None
    colours: dict[int, tuple[float, Colours | None]] = field(default_factory=dict)


class OverlayCarrier:
    """Brings a parser's masks to the newest frame.

    A second, fast parser, the carrier, says where each body is: its outline and its joints. The
    labels of the slow one are looked up at the same body coordinates. From the carrier's frame,
    which is one or two behind, outlines go on to the newest by the picture's motion, and are
    corrected by the person's colours. Without a slow parser the carrier's own labels are shown.

    Any thread may call it; ``carry`` is one thread's.

    Args:
        motion: sees every frame that is captured.
        is_relabelled: whether labels are another parser's, see ``parsed``, not the carrier's own.
    """

    def __init__(self, motion: MotionHistory, is_relabelled: bool) -> None:
        self._motion, self._is_relabelled = motion, is_relabelled
        self._lock = threading.Lock()
        self._seen: deque[_Seen] = deque(maxlen=SPAN)  # guarded by _lock, as are four below
        self._awaited: dict[int, _Seen | None] = {}  # frame -> what is nearest to it
        self._key: _Key | None = None
        self._followed: _Followed | None = None
        self._successors = Successors()
        self._pictures: deque[tuple[Frame, BGR]] = deque(maxlen=_PICTURES)  # of who carries

    def awaits(self, frame: Frame) -> None:
        """Say that the slow parser works on a frame, which has its number.

        However long that takes, what the carrier sees in it is remembered until then.
        """
        assert frame.sequence is not None
        with self._lock:
            self._awaited[frame.sequence] = self._nearest(frame.sequence)

    def parsed(self, frame: Frame, parsing: Parsing) -> None:
        """Take in the slow parser's answer about a frame, which has its number."""
        sequence = frame.sequence
        assert sequence is not None
        side = _side_of(*parsing.labels.shape)
        small = shrunk(parsing, side)
        with self._lock:
            near = self._awaited.get(sequence) or self._nearest(sequence)
            # answers come in order
            self._awaited = {one: seen for one, seen in self._awaited.items() if one > sequence}
        people: dict[int, KeyPerson] = {}
        known: frozenset[int] = frozenset()
        is_near = near is not None and abs(near.sequence - sequence) <= _NEAR
        if near is not None and is_near and near.size == small.labels.shape:
            there = self._at(small, side, sequence, near.sequence)
            if there is not None:
                height, width = near.size
                instances: InstanceMap = cv2.resize(
                    near.instances, (width, height), interpolation=cv2.INTER_NEAREST
                )
                people = key_people(there, instances, near.joints)
                known = frozenset(near.joints)
        with self._lock:
            self._key = _Key(sequence, frame.captured_at, parsing, small, people, known)

    def followed(self, frame: Frame, parsing: Parsing) -> None:
        """Take in the carrier's answer about a frame, which has its number; in order."""
        assert frame.sequence is not None
        side = _side_of(frame.height, frame.width)
        small = shrunk(parsing, side)
        joints = {
            person.instance: person.pose.image
            for person in small.people
            if person.pose is not None and person.pose.names == LANDMARKS
        }
        seen = _Seen(
            frame.sequence,
            small.labels.shape,
            np.ascontiguousarray(small.instances[_SMALL // 2 :: _SMALL, _SMALL // 2 :: _SMALL]),
            joints,
        )
        with self._lock:
            if self._seen and self._seen[-1].sequence > seen.sequence:
                self._seen.clear()  # a run that begins anew
                self._awaited.clear()
                self._key, self._successors = None, Successors()
            self._seen.append(seen)
            for one, near in self._awaited.items():
                if near is None or abs(seen.sequence - one) < abs(near.sequence - one):
                    self._awaited[one] = seen
            self._successors.see(seen.sequence, joints)
            chains = {instance: self._successors.chain(instance) for instance in joints}
            before = {} if self._followed is None else dict(self._followed.colours)
            known = {instance: before[instance] for instance in joints if instance in before}
            self._followed = _Followed(frame, side, parsing, small, chains, colours=known)

    def carry(self, frame: Frame) -> Carried:
        """Return what to show on a frame, the newest one, which has its number."""
        assert frame.sequence is not None
        with self._lock:
            followed, key = self._followed, self._key
        if self._is_relabelled and key is not None and key.sequence == frame.sequence:
            return Carried(key.parsing, len(key.parsing.people))  # its own, as it is
        if followed is None or _size(followed.frame) != _size(frame):
            return self._by_flow(key, frame)
        start, side = followed.frame.sequence, followed.side
        if start == frame.sequence and not self._is_relabelled:
            return Carried(followed.parsing, len(followed.parsing.people))
        own = self._on_its_own(followed, key)
        if own.parsing is None or start is None:
            return own
        parsing = own.parsing
        if start != frame.sequence:
            back = self._displacement(frame.sequence, start, side)
            if back is None:
                return Carried(None, 0, "cut")
            parsing = self._moved(followed, parsing, frame, back)
        age_s = max(0.0, frame.captured_at - followed.frame.captured_at)
        large = enlarged(parsing, side, *_size(frame))
        return dataclasses.replace(own, parsing=large, age_s=age_s)

    def _nearest(self, sequence: int) -> _Seen | None:
        """What the carrier saw in the frame nearest to one, under the lock."""
        return min(self._seen, key=lambda seen: abs(seen.sequence - sequence), default=None)

    def _displacement(self, start: int, end: int, side: int) -> Displacement | None:
        """The motion between two frames, for small pictures of them."""
        found = self._motion.displacement(start, end)
        return None if found is None else found.shrunk(side)

    def _at(self, parsing: Parsing, side: int, start: int, end: int) -> Parsing | None:
        """A small parsing as another frame near it has it."""
        if start == end:
            return parsing
        displacement = self._displacement(end, start, side)
        if displacement is None:
            return None
        return Parsing(*displacement.fetch_maps(parsing.labels, parsing.instances), parsing.people)

    def _by_flow(self, key: _Key | None, frame: Frame) -> Carried:
        """What can be shown as long as the carrier has said nothing."""
        assert frame.sequence is not None
        if key is None:
            return Carried(None, 0, "nothing")
        is_same_size = key.parsing.labels.shape == _size(frame)
        moved = self._at(key.parsing, 1, key.sequence, frame.sequence) if is_same_size else None
        return Carried(moved, 0, "cut" if moved is None else "flow")

    def _on_its_own(self, followed: _Followed, key: _Key | None) -> Carried:
        """What to show on the carrier's own frame; worked out once for each slow answer."""
        if not self._is_relabelled:
            return Carried(followed.small, len(followed.small.people))
        if followed.carried is None or followed.key is not key:
            followed.key = key
            followed.carried = self._relabelled(followed, key)
        return followed.carried

    def _relabelled(self, followed: _Followed, key: _Key | None) -> Carried:
        parsing = followed.small
        if key is None:
            return Carried(None, 0, "nothing")
        labels = np.zeros_like(parsing.labels)
        uncovered: list[Person] = []
        by_body = 0
        is_new = followed.frame.captured_at - key.captured_at <= _FLOW_HOLDS_S
        for person in parsing.people:
            chain = followed.chains.get(person.instance, ())
            known = next((key.people[one] for one in chain if one in key.people), None)
            if known is None or person.pose is None:
                if not key.known.intersection(chain):  # else the slow parser saw nobody there
                    uncovered.append(person)
                continue
            by_body += 1
            box = _whole(person.box, labels.shape)
            x0, y0, x1, y1 = box
            if x1 > x0 and y1 > y0:
                mine = cv2.compare(parsing.instances[y0:y1, x0:x1], person.instance, cv2.CMP_EQ)
                cv2.copyTo(known.on(person.pose.image, box), mine, labels[y0:y1, x0:x1])
        flowed = self._flowed(followed, key) if is_new or uncovered else None
        if is_new and flowed is not None:
            cv2.copyTo(flowed, cv2.min(labels, flowed), labels)  # where both have one
        fallback = self._cover(labels, uncovered, parsing.instances, flowed)
        instances = np.zeros_like(parsing.instances)
        cv2.copyTo(parsing.instances, cv2.compare(labels, 0, cv2.CMP_GT), instances)
        return Carried(
            Parsing(labels, instances, parsing.people),
            by_body,
            fallback,
        )

    def _flowed(self, followed: _Followed, key: _Key) -> LabelMap | None:
        """The slow labels as the flow brings them to the carrier's frame."""
        end = followed.frame.sequence
        if key.small.labels.shape != followed.small.labels.shape or end is None:
            return None
        back = self._displacement(end, key.sequence, followed.side)
        return None if back is None else back.fetch_labels(key.small.labels)

    def _cover(
        self,
        labels: LabelMap,
        uncovered: list[Person],
        instances: InstanceMap,
        flowed: LabelMap | None,
    ) -> Fallback | None:
        """Give the labels that the flow brings to people whose body was not known; draw on it."""
        if not uncovered:
            return None
        if flowed is None:
            return "uncovered"
        is_covered = True
        for person in uncovered:
            mine = instances == person.instance
            labels[mine] = flowed[mine]
            covered = np.count_nonzero(labels[mine])
            is_covered = is_covered and bool(covered >= _COVERED * np.count_nonzero(mine))
        return "flow" if is_covered else "uncovered"

    def _moved(
        self, followed: _Followed, own: Parsing, frame: Frame, back: Displacement
    ) -> Parsing:
        """What is known on the carrier's frame, on the newest one."""
        labels, instances = back.fetch_maps(own.labels, own.instances)
        still = np.median(back.field[::_APART, ::_APART].reshape(-1, 2), axis=0)
        picture = self._picture(frame, followed.side)
        people = []
        for person in own.people:
            outline = _Outline(followed, person.instance, back, still, self._picture)
            outline.correct(picture, labels, instances)
            people.append(_person_moved(person, back, instances))
        return Parsing(labels, instances, tuple(people))

    def _picture(self, frame: Frame, side: int) -> BGR:
        """A frame, small; the carrier's was the newest a moment ago."""
        for known, picture in self._pictures:
            if known is frame:
                return picture
        picture = small_picture(frame, side)
        self._pictures.append((frame, picture))
        return picture


class _Outline:
    """One person's outline on the way from the carrier's frame to the newest."""

    def __init__(
        self,
        followed: _Followed,
        instance: int,
        back: Displacement,
        still: NDArray[np.float32],
        picture_of: Callable[[Frame, int], BGR],
    ) -> None:
        self._followed, self._instance, self._back, self._still = followed, instance, back, still
        self._picture_of = picture_of

    def correct(self, image: BGR, labels: LabelMap, instances: InstanceMap) -> None:
        """Move the outline to where the person's colours end; writes into both maps."""
        mine: Mask = cv2.compare(instances, self._instance, cv2.CMP_EQ)
        patch = Patch.round(mine)
        if patch is None:
            return
        longer = max(patch.rows, patch.columns) * patch.side
        way = self._way(mine)
        if way < _STILL * longer:
            return  # as good as it was, and for nothing
        colours = self._colours()
        if colours is None:
            return
        strayed = min(_STRAYS * longer + _STRAYS_BY_WAY * way, _STRAYS_AT_MOST * longer)
        refined = colours.refine(image, mine, strayed, patch)
        window = patch.window
        part, owners, before = labels[window], instances[window], mine[window]
        gained = cv2.bitwise_and(refined, cv2.compare(owners, 0, cv2.CMP_EQ))
        lost = cv2.bitwise_and(before, cv2.bitwise_not(refined))
        inside = patch.shrunk(mine)
        if cv2.countNonZero(gained) and cv2.countNonZero(inside):
            near = spread(patch.shrunk(labels), inside > 0, cv2.bitwise_not(inside))
            cv2.copyTo(patch.enlarged(near, cv2.INTER_NEAREST), gained, part)
            gained = cv2.bitwise_and(gained, cv2.compare(part, 0, cv2.CMP_GT))
            cv2.copyTo(np.full_like(owners, self._instance), gained, owners)
        for plane in (part, owners):
            cv2.copyTo(np.zeros_like(plane), lost, plane)

    def _colours(self) -> Colours | None:
        followed, known = self._followed, self._followed.colours
        now = followed.frame.captured_at
        learned_at, colours = known.get(self._instance, (-np.inf, None))
        if not 0 <= now - learned_at < _LOOKS_ALIKE_S:
            mask = cv2.compare(followed.small.instances, self._instance, cv2.CMP_EQ)
            colours = Colours.of(self._picture_of(followed.frame, followed.side), mask)
            known[self._instance] = now, colours
        return colours

    def _way(self, mine: Mask) -> float:
        """Pixels that most of the person went, apart from what the whole picture did."""
        rows, columns = self._back.field.shape[:2]
        coarse = cv2.resize(mine, (columns, rows), interpolation=cv2.INTER_NEAREST) > 0
        ways = self._back.field[coarse] - self._still
        if not len(ways):
            return 0.0
        squares = np.einsum("ij,ij->i", ways, ways)
        place = round(_FASTER / 100 * (len(squares) - 1))
        return float(np.sqrt(np.partition(squares, place)[place]))


def _side_of(height: int, width: int) -> int:
    """Pixels of a frame for one of those that it is worked on with: outlines are no finer."""
    return max(1, round(min(height, width) / _SHORTER_SIDE))


def _person_moved(person: Person, back: Displacement, instances: InstanceMap) -> Person:
    box = box_of(instances, person.instance) or person.box
    pose = person.pose
    if pose is not None:
        image = pose.image.copy()
        image[:, :2] = _sent(image[:, :2], back)
        pose = dataclasses.replace(pose, image=image)
    return dataclasses.replace(person, box=box, pose=pose, soft_mask=None)


def _sent(points: Points, back: Displacement) -> Points:
    """Where points went to, by a displacement that says where they came from."""
    sent = points
    for _ in range(_ROUNDS):
        sent = points - (back.carry_points(sent) - sent)
    return sent


def _size(frame: Frame) -> tuple[int, int]:
    return frame.height, frame.width


def _whole(box: tuple[float, float, float, float], shape: tuple[int, ...]) -> Box:
    """A box in whole pixels, within the picture."""
    x0, y0, x1, y1 = box
    return (
        max(0, int(x0)),
        max(0, int(y0)),
        min(shape[1], int(np.ceil(x1))),
        min(shape[0], int(np.ceil(y1))),
    )
