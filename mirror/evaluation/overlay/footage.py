"""A clip of which everything is known: every frame, and what two parsers say of it."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import cv2

from mirror.core.instance_map import matched
from mirror.core.label_set import LabelMap
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.evaluation.layouts import open_datasets
from mirror.evaluation.systems.parser import CLIP_RATE
from mirror.evaluation.systems.stored import StoredSystem
from mirror.evaluation.truth import BadDataSet, DataSet, Truth
from mirror.jobs.composition import open_flow, workers_for
from mirror.jobs.frame_progress import FrameProgress
from mirror.parsers.catalogue import AnyKind
from mirror.propagation.motion_history import MotionHistory
from pipeline.frame import BGR, Frame
from pipeline.sources.in_memory import InMemory
from pipeline.sources.recording import open_recording
from pipeline.targets.path import is_folder

MOST_FRAMES = 300  # of a clip, unless more are asked for: all of it is held in memory
SHORTER_SIDE = 480  # pixels, DAVIS's: larger pictures are shrunk to it


@dataclass(frozen=True, slots=True, eq=False)
class Footage:
    """The frames of a clip, and their truth.

    Attributes:
        name: for tables.
        frames: in order, each with its number and its time.
        truths: one a frame; empty where nothing is labelled.
        single: only one person is labelled.
        dataset: where the frames are from; None for a video.
    """

    name: str
    frames: tuple[Frame, ...]
    truths: tuple[Truth, ...]
    single: bool
    dataset: DataSet | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Clip:
    """A clip, parsed.

    Attributes:
        footage: its frames.
        followed: what the carrier says of each frame.
        parsed: what the judged parser says of each; people it does not tell apart are numbered as
            the carrier's.
        is_alone: whether the two are one.
        motion: of all frames.
        parts: how many parts the judged parser tells, the background included.
    """

    footage: Footage
    followed: tuple[Parsing, ...]
    parsed: tuple[Parsing, ...]
    is_alone: bool
    motion: MotionHistory
    parts: int


def open_footage(path: Path, limit: int | None) -> list[Footage]:
    """Read the clips of a data set, or a video.

    Args:
        path: a video, or a folder in one of the layouts of data sets.
        limit: the first so many frames; None: ``MOST_FRAMES`` of a video, all of a data set.

    Raises:
        BadDataSet: it is a data set of single pictures, or cannot be read.
        SourceError: the video cannot be read.
    """
    if is_folder(path):
        return [_of_dataset(dataset, limit) for dataset in open_datasets(path)]
    frames: list[Frame] = []
    with open_recording(path) as source:
        for frame in itertools.islice(source, limit or MOST_FRAMES):
            frames.append(_numbered(frame.bgr, frame.time, len(frames)))
    return [Footage(path.name, tuple(frames), (), single=False)]


def _of_dataset(dataset: DataSet, limit: int | None) -> Footage:
    if not dataset.clip:
        raise BadDataSet(
            "dataset.no_clip", "{name} is no clip; judge persons instead", name=dataset.name
        )
    frames, truths = [], []
    for number, sample in enumerate(dataset.samples[:limit]):
        image = sample.image()
        frames.append(_numbered(image, float(number / CLIP_RATE), number))
        truths.append(_shrunk_truth(sample.truth(image), frames[-1]))
    return Footage(dataset.name, tuple(frames), tuple(truths), dataset.single, dataset)


def parse_clip(
    footage: Footage,
    carrier: AnyKind,
    judged: AnyKind | StoredSystem | None,
    config: ParserConfig,
    quiet: bool,
) -> Clip:
    """Return a clip with what both parsers say of every frame.

    Args:
        footage: its frames.
        carrier: the fast parser.
        judged: the one whose masks come late; None where that is the carrier.
        config: how parsers run.
        quiet: show no progress.

    Raises:
        Whatever a parser raises.
    """
    frames = footage.frames
    motion = MotionHistory(span=max(1, len(frames)))
    for frame in frames:
        motion.see(frame)
    followed = follow(footage, carrier, config, quiet)
    if judged is None:
        return Clip(footage, followed, followed, True, motion, len(carrier.parts.names))
    if isinstance(judged, StoredSystem):
        late, parts = _stored(footage, judged), len(judged.parts or ("", ""))
    else:
        late, parts = follow(footage, judged, config, quiet), len(judged.parts.names)
    apart = tuple(
        parsing if parsing.people else _told_apart(parsing, by)
        for parsing, by in zip(late, followed, strict=True)
    )
    return Clip(footage, followed, apart, False, motion, parts)


def _told_apart(parsing: Parsing, by: Parsing) -> Parsing:
    return Parsing(parsing.labels, matched(parsing.labels, by.instances))


def follow(
    footage: Footage, kind: AnyKind, config: ParserConfig, quiet: bool
) -> tuple[Parsing, ...]:
    """Return what a parser says of each frame of a clip, one after the other.

    Raises:
        Whatever the parser raises.
    """
    workers, threads = workers_for(kind, config)
    found: list[Parsing] = []
    flow = open_flow(InMemory(_again(footage.frames)), kind, workers, threads, config)
    title = f"{footage.name}: {kind.name}"
    with FrameProgress(title, len(footage.frames), quiet) as progress, flow as results:
        for result in results:
            # soft masks hold on to much that is not needed here
            people = (
                dataclasses.replace(person, soft_mask=None) for person in result.parsing.people
            )
            found.append(dataclasses.replace(result.parsing, people=tuple(people)))
            progress.show(len(found), 0.0)
    return tuple(found)


def _again(frames: Sequence[Frame]) -> Iterator[Frame]:
    """The same pictures as frames of another run."""
    for frame in frames:
        yield Frame.from_bgr(frame.bgr, frame.captured_at, frame.pts, frame.time_base)


def _stored(footage: Footage, system: StoredSystem) -> tuple[Parsing, ...]:
    if footage.dataset is None:
        raise BadDataSet(
            "dataset.predictions_of_video",
            "{name} is a video; label maps on disk belong to pictures of a data set",
            name=footage.name,
        )
    samples = footage.dataset.samples[: len(footage.frames)]
    found = []
    for (_, _, said), frame in zip(
        system.answers(footage.dataset, samples), footage.frames, strict=True
    ):
        labels = said.persons if said.parts is None else said.parts
        found.append(Parsing.undivided(_as_large_as(frame, labels)))
    return tuple(found)


def _numbered(image: BGR, time_s: float, number: int) -> Frame:
    height, width = image.shape[:2]
    scale = SHORTER_SIDE / min(height, width)
    if scale < 1:
        size = round(width * scale), round(height * scale)
        image = cv2.resize(image, size, interpolation=cv2.INTER_AREA)
    base = Fraction(1, 90_000)
    frame = Frame.from_bgr(image, time_s, round(time_s / base), base)
    frame.sequence = number
    return frame


def _shrunk_truth(truth: Truth, frame: Frame) -> Truth:
    return Truth(_as_large_as(frame, truth.persons))


def _as_large_as(frame: Frame, labels: LabelMap) -> LabelMap:
    size = frame.width, frame.height
    resized: LabelMap = cv2.resize(labels, size, interpolation=cv2.INTER_NEAREST)
    return resized
