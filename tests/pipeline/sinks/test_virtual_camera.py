from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import ClassVar

import numpy as np
import pytest
from doubles import frame_at

from pipeline.consumer import consuming
from pipeline.errors import SinkError
from pipeline.frame import Frame
from pipeline.sinks.virtual_camera import VirtualCamera


class FakeCamera:
    """Remembers what it showed."""

    opened: ClassVar[list[FakeCamera]] = []
    refuses = False

    def __init__(self, width: int, height: int, fps: float, *, fmt: object) -> None:
        if self.refuses:
            raise RuntimeError("no v4l2loopback device\nmore about it")
        self.size, self.fps = (height, width), fps
        self.shown: list[np.ndarray] = []
        self.closed = False
        FakeCamera.opened.append(self)

    def send(self, image: np.ndarray) -> None:
        assert image.shape == (*self.size, 3)
        self.shown.append(image.copy())

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def library(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    module = ModuleType("pyvirtualcam")
    vars(module).update(Camera=FakeCamera, PixelFormat=SimpleNamespace(BGR="BGR"))
    monkeypatch.setitem(sys.modules, "pyvirtualcam", module)
    monkeypatch.setattr(FakeCamera, "opened", [])
    return module


def test_pictures_are_shown_in_the_first_ones_size(library: ModuleType) -> None:
    other = Frame.from_bgr(np.full((8, 12, 3), 7, np.uint8), 0.0)
    with consuming(VirtualCamera(None)) as camera:
        for frame in (frame_at(0.0, 5), other):
            camera.consume(frame)
    (shown,) = FakeCamera.opened
    assert [int(image.mean()) for image in shown.shown] == [5, 7]
    assert (shown.fps, shown.closed) == (30.0, True)
    assert camera.remarks == ("1 pictures had another size than the first and were resized to it",)


def test_a_system_without_one_is_told_what_brings_it(
    library: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FakeCamera, "refuses", True)
    frame = frame_at(0.0)
    with pytest.raises(SinkError, match=r"opened \(no v4l2loopback device\): pip install"):
        with consuming(VirtualCamera(None)) as camera:
            camera.consume(frame)


def test_without_the_library_nothing_is_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyvirtualcam", None)
    with pytest.raises(SinkError, match="is shown by pyvirtualcam: pip install pyvirtualcam"):
        VirtualCamera(None)
