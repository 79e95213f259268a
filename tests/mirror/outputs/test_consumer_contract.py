"""What every consumer of results, and every sink of frames, keeps to."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np
import pytest
from media import numbers_in

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing, Person
from mirror.live.capture.recording import Recording
from mirror.outputs.contact_sheet import ContactSheet
from mirror.outputs.drawn_pictures import DrawnPictures
from mirror.outputs.instance_folder import INSTANCES, InstanceFolder
from mirror.outputs.json_lines import ResultLines, header_line
from mirror.outputs.masks import MASKS, MaskFolder
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.stream.json_lines import Lines
from mirror.stream.label_maps import LabelMaps
from pipeline.constant_rate import ConstantRate
from pipeline.consumer import Consumer, consuming
from pipeline.errors import SinkError
from pipeline.fan_out import FanOut
from pipeline.frame import Frame, Plane, planes_of
from pipeline.pipes import PipeWriter, open_target
from pipeline.result import Result, Timing
from pipeline.sinks.animation import AnimationWriter
from pipeline.sinks.coded import JpegWriter, MatroskaWriter
from pipeline.sinks.plain import RawWriter, Y4mWriter
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sinks.virtual_camera import VirtualCamera
from pipeline.sources import Footage
from pipeline.targets.part_file import PartFile
from pipeline.targets.part_folder import PartFolder

PARTS = label_set("built-in")
FOOTAGE = Footage(48, 64, Fraction(1, 30), Fraction(30), None)
FAST = Encoding(preset="ultrafast", threads=1)


class Facts:
    """A run without drops."""

    def dropped(self) -> int:
        return 0

    def gap_s(self) -> float:
        return 0.0

    def last_time(self) -> float | None:
        return None

    def summary(self) -> Mapping[str, Any]:
        return {"frames": 3}


def result(number: int) -> Result[Parsing]:
    """Frame n is grey 20 n + 30; in its middle is person n + 1, whose labels are n + 1 too."""
    image = np.full((48, 64, 3), 20 * number + 30, np.uint8)
    frame = Frame.from_bgr(image, 5.0 + number / 30, number, Fraction(1, 30))
    labels = np.pad(np.full((8, 8), number + 1, np.uint8), ((20, 20), (28, 28)))
    parsing = Parsing(labels, labels.copy(), (Person(number + 1, 1.0, (28.0, 20.0, 36.0, 28.0)),))
    return Result(number, frame, parsing, Timing(*[frame.captured_at] * 7))


def overlay() -> OverlayRenderer:
    return OverlayRenderer(Style.of(PARTS))


def lines_in(path: Path) -> list[int]:
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    return [line["frame"] for line in lines if "frame" in line]


def masks_in(path: Path) -> list[int]:
    return [int(ids_in(file).max()) - 1 for file in sorted(path.glob("*.png"))]


def instances_in(path: Path) -> list[int]:
    maps = [cv2.imread(str(file), cv2.IMREAD_UNCHANGED) for file in sorted(path.glob("*.png"))]
    return [int(np.asarray(found).max()) - 1 for found in maps]


def ids_in(mask: Path) -> Plane:
    with av.open(str(mask)) as picture:
        return planes_of(next(picture.decode(video=0)))[0]  # a palette's places, not its colours


def animated_in(path: Path) -> list[int]:
    image = pytest.importorskip("PIL.Image", reason="needs Pillow")
    with image.open(path) as animation:
        shown = []
        for place in range(animation.n_frames):
            animation.seek(place)
            shown.append(round((float(np.asarray(animation.convert("L")).mean()) - 30) / 20))
        return shown


def raw_in(path: Path) -> list[int]:
    return [round((level - 30) / 20) for level in path.read_bytes()[:: 48 * 64 * 3]]


def jpegs_in(path: Path) -> list[int]:
    pieces = [b"\xff\xd8" + piece for piece in path.read_bytes().split(b"\xff\xd8")[1:]]
    images = [np.asarray(cv2.imdecode(np.frombuffer(piece, np.uint8), 0)) for piece in pieces]
    return [round((float(np.median(image)) - 30) / 20) for image in images]


def recorded(folder: Path) -> list[int]:
    (path,) = folder.glob("*.mp4")
    return numbers_in(path)


@dataclass(frozen=True)
class Case:
    """A consumer, and how to read which frames are in what it made."""

    name: str
    make: Callable[[Path], Consumer[Any]]
    read: Callable[[Path], list[int]]
    takes_frames: bool = False
    is_named_at_the_end: bool = False

    def item(self, number: int) -> Any:  # noqa: ANN401
        return result(number).frame if self.takes_frames else result(number)


def pipe(path: Path) -> PipeWriter:
    return open_target(str(path))


CASES = [
    Case("video", lambda p: VideoWriter(p, FOOTAGE, FAST), numbers_in, True, True),
    Case("raw", lambda p: RawWriter(pipe(p)), raw_in, True),
    Case("y4m", lambda p: Y4mWriter(pipe(p), Fraction(30)), numbers_in, True),
    Case("mjpeg", lambda p: JpegWriter(pipe(p)), jpegs_in, True),
    Case(
        "matroska", lambda p: MatroskaWriter(pipe(p), Fraction(30), encoding=FAST), numbers_in, True
    ),
    Case(
        "drawn",
        lambda p: DrawnPictures(overlay(), VideoWriter(p, FOOTAGE, FAST)),
        numbers_in,
        is_named_at_the_end=True,
    ),
    Case(
        "masks",
        lambda p: MaskFolder(PartFolder(p, MASKS), PARTS, PARTS.palette()),
        masks_in,
        is_named_at_the_end=True,
    ),
    Case(
        "instances",
        lambda p: InstanceFolder(PartFolder(p, INSTANCES)),
        instances_in,
        is_named_at_the_end=True,
    ),
    Case(
        "results",
        lambda p: ResultLines(PartFile(p), header_line("none", PARTS, 48, 64, None), PARTS),
        lines_in,
        is_named_at_the_end=True,
    ),
    Case(
        "lines",
        lambda p: Lines(pipe(p), Facts(), "none", PARTS, PARTS.palette()),
        lines_in,
    ),
    Case("labels", lambda p: LabelMaps(pipe(p), Fraction(30)), lambda p: list(labels_in(p))),
    Case(
        "constant rate",
        lambda p: ConstantRate(
            LabelMaps(pipe(p), Fraction(30)), Fraction(30), lambda result: result.frame
        ),
        lambda p: list(labels_in(p)),
    ),
    Case(
        "animation",
        lambda p: AnimationWriter(p, FOOTAGE),
        animated_in,
        takes_frames=True,
        is_named_at_the_end=True,
    ),
    Case(
        "fan-out",
        lambda p: FanOut([DrawnPictures(overlay(), VideoWriter(p, FOOTAGE, FAST))]),
        numbers_in,
        is_named_at_the_end=True,
    ),
]
NAMED = [case for case in CASES if case.is_named_at_the_end]


def labels_in(path: Path) -> list[int]:
    content = path.read_bytes()
    head, size = content.index(b"\n") + 1, len(b"FRAME\n") + 48 * 64
    return [max(content[at + 6 : at + size]) - 1 for at in range(head, len(content), size)]


ENDINGS = {"animation": "out.webp", "matroska": "out.mkv", "y4m": "out.y4m", "masks": "masks"}


def target(case: Case, folder: Path) -> Path:
    return folder / ENDINGS.get(case.name, "out.mp4")


def every(cases: list[Case]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("case", cases, ids=lambda case: case.name)


@every(CASES)
def test_what_was_consumed_is_there_in_order_when_it_is_closed(case: Case, tmp_path: Path) -> None:
    path = target(case, tmp_path)
    with consuming(case.make(path)) as consumer:
        for number in range(3):
            consumer.consume(case.item(number))
    assert case.read(path) == [0, 1, 2]
    assert consumer.remarks == ()
    assert consumer.stage
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


@every(CASES)
def test_a_second_close_changes_nothing(case: Case, tmp_path: Path) -> None:
    path = target(case, tmp_path)
    consumer = case.make(path)
    consumer.consume(case.item(0))
    consumer.close()
    before = {found: found.stat().st_mtime_ns for found in tmp_path.rglob("*")}
    consumer.close()
    consumer.close(SinkError("sink.broke", "too late"))
    assert {found: found.stat().st_mtime_ns for found in tmp_path.rglob("*")} == before
    assert case.read(path) == [0]


@every(CASES)
def test_without_an_item_it_closes_and_leaves_no_part(case: Case, tmp_path: Path) -> None:
    case.make(target(case, tmp_path)).close()
    assert not list(tmp_path.glob("*.part-*"))


@every(CASES)
def test_a_failure_without_an_item_leaves_no_part(case: Case, tmp_path: Path) -> None:
    case.make(target(case, tmp_path)).close(SinkError("sink.broke", "nothing came"))
    assert not list(tmp_path.glob("*.part-*"))


@every(NAMED)
def test_after_a_failure_there_is_a_part_which_the_failure_names(
    case: Case, tmp_path: Path
) -> None:
    path = target(case, tmp_path)
    with pytest.raises(ValueError, match="parser broke") as failed:
        with consuming(case.make(path)) as consumer:
            for number in range(3):
                consumer.consume(case.item(number))
            raise ValueError("the parser broke")
    consumer.close()  # completes nothing any more
    assert not path.exists()
    (part,) = tmp_path.glob("*.part-*")
    assert any(part.name in note for note in failed.value.__notes__)
    assert case.read(part) == [0, 1, 2]


@every(NAMED)
def test_a_fault_in_another_consumer_loses_nothing_of_this_one(case: Case, tmp_path: Path) -> None:
    class Full:
        stage = "full"
        remarks: tuple[str, ...] = ()

        def consume(self, item: object) -> None:
            raise SinkError("sink.broke", "the disk is full")

        def close(self, failure: BaseException | None = None) -> None:
            raise SinkError("sink.broke", "and cannot be completed")

    path = target(case, tmp_path)
    with pytest.raises(SinkError, match="cannot be completed"):
        with consuming(FanOut[Any]([case.make(path), Full()])) as both:
            both.consume(case.item(0))
    assert not path.exists()
    (part,) = tmp_path.glob("*.part-*")
    assert case.read(part) == [0]


def test_each_picture_is_drawn_with_its_own_parsing(tmp_path: Path) -> None:
    asked: list[tuple[Frame, Parsing]] = []

    class Noting:
        def render(self, frame: Frame, parsing: Parsing) -> Frame:
            asked.append((frame, parsing))
            return frame

        def end_scene(self) -> None:
            asked.append((results[0].frame, results[0].parsing))

    results = [result(number) for number in range(3)]
    drawn = DrawnPictures(Noting(), RawWriter(pipe(tmp_path / "out.raw")))
    for one in results:
        drawn.consume(one)
    assert asked == [(one.frame, one.parsing) for one in results]
    drawn.close()
    assert len(asked) == 4  # the scene is over


def test_a_sheet_is_there_when_the_run_is_complete_and_only_then(tmp_path: Path) -> None:
    for name, failure in (("whole.png", None), ("broken.png", ValueError("broken"))):
        sheet = ContactSheet(PartFile(tmp_path / name), overlay())
        for number in range(3):
            sheet.consume(result(number))
        sheet.close(failure)
        sheet.close()
    assert [path.name for path in tmp_path.iterdir()] == ["whole.png"]
    ContactSheet(PartFile(tmp_path / "empty.png"), overlay()).close()
    assert [path.name for path in tmp_path.iterdir()] == ["whole.png"]


@pytest.mark.parametrize("failure", [None, ValueError("the session broke")])
def test_a_recording_is_whole_whatever_ended_it(
    tmp_path: Path, failure: BaseException | None
) -> None:
    recording = Recording(tmp_path, FAST, overlay)
    recording.start()
    for number in range(3):
        recording.consume(result(number))
    recording.close(failure)
    recording.close()
    assert recording.join(20.0)
    assert recording.failure is None
    assert recorded(tmp_path) == [0, 1, 2]


def test_a_virtual_camera_shows_in_order_and_is_let_go_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    shown: list[int] = []
    closed: list[bool] = []

    class Camera:
        def __init__(self, *size: float, fmt: object) -> None:
            self.send = lambda image: shown.append(int(image[0, 0, 0]))
            self.close = lambda: closed.append(True)

    module = ModuleType("pyvirtualcam")
    vars(module).update(Camera=Camera, PixelFormat=SimpleNamespace(BGR="BGR"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    with consuming(VirtualCamera(None)) as camera:
        for number in range(3):
            camera.consume(result(number).frame)
    camera.close()
    assert (shown, closed) == ([30, 50, 70], [True])
