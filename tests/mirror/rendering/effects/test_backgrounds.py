"""Backgrounds that move, and none at all."""

from __future__ import annotations

import threading
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.codeccontext import VideoCodecContext
from numpy.typing import NDArray

from mirror.core.label_set import label_set
from mirror.core.parsing import Parsing
from mirror.core.schema import ConfigError
from mirror.outputs.picture_file import write_picture
from mirror.rendering.effects.moving_background import CameraBackground, VideoBackground
from mirror.rendering.effects.registry import effect_of, renderer_with
from mirror.rendering.overlay import OverlayRenderer, Style
from pipeline.errors import SinkError, SourceError
from pipeline.frame import Frame, planes_of
from pipeline.sinks.by_ending import sink_for
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources import Footage
from pipeline.sources.camera import Camera
from pipeline.sources.video import VideoFile
from pipeline.targets.claims import open_file

PARTS = label_set("built-in")
HIGH, WIDE = 96, 128
BODY = slice(30, 90), slice(40, 80)


def frame_at(seconds: float, grey: int = 60) -> Frame:
    image = np.full((HIGH, WIDE, 3), (grey, 200, grey), np.uint8)
    image[BODY] = (40, 60, 220)
    return Frame.from_bgr(image, 0.0, round(seconds * 1000), Fraction(1, 1000))


def somebody() -> Parsing:
    labels = np.zeros((HIGH, WIDE), np.uint8)
    labels[BODY] = PARTS.names.index("torso")
    return Parsing.undivided(labels)


def footage() -> Footage:
    return Footage(HIGH, WIDE, Fraction(1, 1000), Fraction(10), None)


def clip(path: Path, greys: tuple[int, ...] = (30, 90, 150, 210)) -> Path:
    """Grey pictures, a tenth of a second each."""
    writer = VideoWriter(path, footage())
    for number, grey in enumerate(greys):
        image = np.full((HIGH, WIDE, 3), grey, np.uint8)
        writer.consume(Frame.from_bgr(image, 0.0, number * 100, Fraction(1, 1000)))
    writer.close()
    return path


def test_a_video_behind_people_keeps_time_and_begins_again(tmp_path: Path) -> None:
    background = VideoBackground(clip(tmp_path / "b.mp4"))
    times = (5.0, 5.05, 5.1, 5.3, 5.41, 5.75, 6.61)
    greys = [int(background.at(frame_at(time))[5, 5, 0]) for time in times]
    assert greys == pytest.approx([30, 30, 90, 210, 30, 210, 30], abs=4)
    background.end_scene()
    assert background.at(frame_at(9.35))[5, 5, 0] == pytest.approx(30, abs=4)  # anew


def test_a_video_is_told_from_a_picture_by_its_name(tmp_path: Path) -> None:
    effect = effect_of(f"replace:{clip(tmp_path / 'b.mp4')}", PARTS)
    out = [effect.render(frame_at(time), somebody()).bgr for time in (0.0, 0.1)]
    assert [int(image[5, 5, 1]) for image in out] == pytest.approx([30, 90], abs=4)
    assert out[1][60, 60] == pytest.approx([40, 60, 220], abs=2)
    effect.end_scene()


@pytest.mark.parametrize("name", ["missing.mp4", "missing.png"])
def test_a_background_that_is_not_there_is_said_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(SourceError, match="does not exist"):
        effect_of(f"replace:{tmp_path / name}", PARTS)


class _Camera:
    """An OpenCV camera that sees one colour, or nothing."""

    def __init__(self, grey: int | None) -> None:
        self._grey = grey
        self.released = threading.Event()

    def isOpened(self) -> bool:
        return True

    def read(self) -> tuple[bool, NDArray[np.uint8] | None]:
        if self._grey is None:
            return False, None
        return True, np.full((48, 64, 3), self._grey, np.uint8)

    def set(self, *_: object) -> bool:
        return True

    def release(self) -> None:
        self.released.set()


def test_another_camera_is_read_while_its_scene_lasts() -> None:
    capture = _Camera(120)
    background = CameraBackground(1, lambda device: Camera(device, open_capture=lambda _: capture))
    seen = background.at(frame_at(0.0))
    assert seen.shape == (HIGH, WIDE, 3)
    assert (seen == 120).all()
    background.end_scene()
    assert capture.released.wait(5)
    assert (background.at(frame_at(1.0)) == 120).all()  # opened again
    background.end_scene()


def test_a_camera_without_pictures_ends_the_run() -> None:
    background = CameraBackground(
        1, lambda device: Camera(device, open_capture=lambda _: _Camera(None))
    )
    with pytest.raises(SourceError, match="delivers no pictures"):
        background.at(frame_at(0.0))
    background.end_scene()


def test_a_camera_s_name_is_checked() -> None:
    with pytest.raises(ConfigError, match="camera:NUMBER"):
        effect_of("replace:camera:front", PARTS)


def removed(seconds: float = 0.0) -> Frame:
    return effect_of("remove", PARTS).render(frame_at(seconds), somebody())


def test_nothing_of_what_was_removed_is_left_in_the_picture() -> None:
    layered = planes_of(removed().picture)[0]
    assert layered[60, 60].tolist() == [40, 60, 220, 255]
    assert layered[5, 5].tolist() == [0, 0, 0, 0]
    rim = (layered[:, :, 3] > 0) & (layered[:, :, 3] < 255)
    assert rim.any()
    assert int(layered[rim][:, 1].max()) < 100  # the old background's green was 200


@pytest.mark.parametrize("ending", ["png", "webp"])
def test_pictures_without_background_are_transparent(tmp_path: Path, ending: str) -> None:
    with open_file(tmp_path / f"a.{ending}", False) as file:
        write_picture(file, removed(), 90)
    read = cv2.imread(str(tmp_path / f"a.{ending}"), cv2.IMREAD_UNCHANGED)
    assert read is not None
    assert read.shape == (HIGH, WIDE, 4)
    assert read[5, 5, 3] == 0
    assert read[60, 60, 3] == 255


@pytest.mark.parametrize(
    ("name", "decoder", "tag"),
    [("a.webm", "libvpx-vp9", None), ("a.mov", "prores", "ap4h"), ("a.webp", None, None)],
)
def test_videos_without_background_are_transparent(
    tmp_path: Path, name: str, decoder: str | None, tag: str | None
) -> None:
    path = tmp_path / name
    with open_file(path, False) as file:
        sink = sink_for(file, footage(), Encoding(transparent=True))
        for number in range(3):
            sink.consume(removed(number / 10))
        sink.close()
    if decoder is None:  # FFmpeg reads no animated WebP
        content = path.read_bytes()
        assert content[8:16] == b"WEBPVP8X"
        assert content[20] & 0x10  # the flag of alpha
        return
    with av.open(path) as container:
        stream = container.streams.video[0]
        if tag is not None:
            assert stream.codec_context.codec_tag == tag
        context = av.CodecContext.create(decoder, "r")
        assert isinstance(context, VideoCodecContext)
        context.extradata = stream.codec_context.extradata
        context.codec_tag = stream.codec_context.codec_tag
        packets = [packet for packet in container.demux(stream) if packet.size]
        pictures = [picture for packet in packets for picture in context.decode(packet)]
        pictures += context.decode(None)
    layered = pictures[0].reformat(format="bgra").to_ndarray()
    assert layered[5, 5, 3] < 5
    assert layered[60, 60, 3] > 250


@pytest.mark.parametrize("name", ["a.mp4", "a.gif"])
def test_what_cannot_be_transparent_is_refused_and_leaves_nothing(
    tmp_path: Path, name: str
) -> None:
    with (
        pytest.raises(SinkError, match="cannot be transparent"),
        open_file(tmp_path / name, False) as file,
    ):
        sink_for(file, footage(), Encoding(transparent=True))
    assert list(tmp_path.iterdir()) == []


def test_a_jpeg_cannot_be_transparent(tmp_path: Path) -> None:
    with (
        pytest.raises(SinkError, match="cannot be transparent"),
        open_file(tmp_path / "a.jpg", False) as file,
    ):
        write_picture(file, removed(), 90)


def test_nothing_comes_after_the_background_is_removed() -> None:
    overlay = OverlayRenderer(Style.of(PARTS))
    with pytest.raises(ConfigError, match="comes last"):
        renderer_with(("remove", "blur"), overlay, PARTS)
    renderer_with(("spotlight", "remove"), overlay, PARTS)


def test_a_picture_is_read_once_however_often_it_is_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "b.png"
    cv2.imwrite(str(path), np.full((20, 30, 3), 77, np.uint8))
    opened: list[Path] = []

    def counted(path: Path) -> VideoFile:
        opened.append(path)
        return VideoFile(path)

    monkeypatch.setattr("mirror.rendering.effects.built_in.VideoFile", counted)
    for _ in range(2):
        out = effect_of(f"replace:{path}", PARTS).render(frame_at(0.0), somebody()).bgr
        assert out[5, 5, 0] == 77
    assert opened == [path]


@pytest.mark.parametrize("size", [(1, 1), (3, 400), (500, 2)])
def test_a_picture_of_any_size_fills_the_frame(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "b.png"
    cv2.imwrite(str(path), np.full((*size, 3), 90, np.uint8))
    out = effect_of(f"replace:{path}", PARTS).render(frame_at(0.0), somebody()).bgr
    assert out.shape == (HIGH, WIDE, 3)
    assert (out[:20] == 90).all()


@pytest.mark.parametrize("name", ["notes.txt", "notes.png", "notes.mp4"])
def test_a_background_that_is_no_picture_and_no_video_is_refused(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_text("a beach, with palms\n")
    with pytest.raises(SourceError):
        effect_of(f"replace:{path}", PARTS)
