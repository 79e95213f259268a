"""Pictures on a camera that other programs can open."""

from __future__ import annotations

import importlib
from fractions import Fraction
from typing import Any

import av
import numpy as np

from pipeline.errors import SinkError
from pipeline.frame import Frame, planes_of
from pipeline.media.pixel_layout import Layout
from pipeline.sinks.plain import fitted, resized_remark

_INSTALL = (
    "pip install pyvirtualcam; it needs v4l2loopback on Linux, OBS on macOS and Windows as well"
)


class VirtualCamera:
    """Shows each picture as soon as it comes, in the first one's size.

    Args:
        rate: frames a second, which the camera says of itself.

    Raises:
        SinkError: pyvirtualcam is not installed.
    """

    stage = "encode"

    def __init__(self, rate: Fraction | None) -> None:
        self._rate = float(rate or 30)
        self._camera: Any = None  # pyvirtualcam is not typed
        self._layout: Layout | None = None
        self._resized = 0
        try:
            self._library = importlib.import_module("pyvirtualcam")
        except ImportError as error:
            raise SinkError(
                "virtual_camera.library_missing",
                "a virtual camera is shown by pyvirtualcam: {remedy}",
                remedy=_INSTALL,
            ) from error

    @property
    def remarks(self) -> tuple[str, ...]:
        """How many pictures had another size."""
        return (resized_remark(self._resized),) if self._resized else ()

    def consume(self, frame: Frame) -> None:
        """Show one picture.

        Raises:
            SinkError: the system has no virtual camera.
        """
        picture = frame.picture
        layout = self._layout or self._open(picture)
        self._resized += (picture.width, picture.height) != (layout.width, layout.height)
        self._camera.send(np.ascontiguousarray(planes_of(fitted(picture, layout))[0]))

    def close(self, failure: BaseException | None = None) -> None:
        """Let go of the camera."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None

    def _open(self, first: av.VideoFrame) -> Layout:
        library = self._library
        try:
            self._camera = library.Camera(
                first.width, first.height, self._rate, fmt=library.PixelFormat.BGR
            )
        except RuntimeError as error:
            reason = str(error).strip().splitlines()[0]
            raise SinkError(
                "virtual_camera.not_found",
                "no virtual camera can be opened ({reason}): {remedy}",
                reason=reason,
                remedy=_INSTALL,
            ) from error
        self._layout = Layout(first.height, first.width, "bgr24")
        return self._layout
