"""One captured picture, as its source delivered it."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
from av.video.format import VideoFormat
from av.video.plane import VideoPlane
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

BGR = NDArray[np.uint8]  # (H, W, 3), blue-green-red: OpenCV's order
Plane = NDArray[np.uint8] | NDArray[np.uint16]  # (H, W), or (H, W, channels) where interleaved

BT709, FCC, BT470BG, BT601, SMPTE240M, BT2020, BT2020_CONSTANT = 1, 4, 5, 6, 7, 9, 10  # AVCOL_SPC


class Frame:
    """One captured picture. Threads share it, so nobody writes into it.

    The pixels stay in the source's own pixel format until somebody asks for another: what nobody
    draws on goes out as it came. Whoever draws asks for a ``copy``.

    Attributes:
        captured_at: seconds on the monotonic clock, taken when the read returned.
        pts: presentation time in ticks of ``time_base``, which never goes back: what follows a
            frame's motion or writes it goes by this. As delivered; None when live.
        time_base: seconds a tick, as delivered; None when live.
        duration: ticks until the next frame, where the source says so.
        sequence: its number among all frames that its source delivered, from 0. Frames that were
            dropped count, so that a gap shows them. Given once, by the lane that captures it where
            the source has not; None until then.
        is_held: whether the source stays at this picture until it is told to go on, so that there
            is time to look at it closely, and nobody is to wait for the next. False at first.
    """

    __slots__ = (
        "_bgr",
        "_media_time",
        "_picture",
        "captured_at",
        "duration",
        "is_held",
        "pts",
        "sequence",
        "time_base",
    )

    def __init__(
        self,
        picture: av.VideoFrame,
        captured_at: float,
        pts: int | None = None,
        time_base: Fraction | None = None,
        duration: int | None = None,
        media_time: Fraction | None = None,
    ) -> None:
        self._picture = picture
        self._bgr: BGR | None = None
        self.captured_at = captured_at
        self.pts = pts
        self.time_base = time_base
        self.duration = duration
        self.is_held = False
        self.sequence: int | None = None
        self._media_time = media_time

    @classmethod
    def from_bgr(
        cls,
        image: BGR,
        captured_at: float,
        pts: int | None = None,
        time_base: Fraction | None = None,
    ) -> Frame:
        """Wrap an image without copying it; from then on it is read-only.

        Raises:
            ValueError: it is not (H, W, 3) uint8.
        """
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
            raise ValueError(f"a frame is (H, W, 3) uint8 BGR, got {image.shape} {image.dtype}")
        image = np.ascontiguousarray(image)
        frame = cls(
            av.VideoFrame.from_numpy_buffer(image, format="bgr24"), captured_at, pts, time_base
        )
        image.flags.writeable = False  # OpenCV then refuses to draw on it
        frame._bgr = image
        return frame

    @property
    def height(self) -> int:
        """Rows."""
        return self._picture.height

    @property
    def width(self) -> int:
        """Columns."""
        return self._picture.width

    @property
    def pixel_format(self) -> str:
        """FFmpeg's name for how the pixels lie in memory, such as ``yuv420p``."""
        return self._picture.format.name

    @property
    def time(self) -> float:
        """Seconds of media time where the source has them, else of the monotonic clock."""
        if self.pts is None or self.time_base is None:
            return self.captured_at
        return float(self.pts * self.time_base)

    @property
    def media_time(self) -> Fraction | None:
        """Seconds of the recording, or the stream, at which this picture stands: exact.

        Where a player leaps, goes back or begins anew, this does too; ``time`` goes on. None of a
        source without times, such as a camera on this machine.
        """
        if self._media_time is None and self.pts is not None and self.time_base is not None:
            return self.pts * self.time_base
        return self._media_time

    def recaptured(self, at: float) -> Frame:
        """Return the same picture with the same media time, captured at another moment."""
        return Frame(self._picture, at, self.pts, self.time_base, self.duration, self._media_time)

    @property
    def bgr(self) -> BGR:
        """(H, W, 3) uint8, read-only; made once from what the source delivered.

        Any thread may ask. Two that ask first at the same moment both convert, to equal pixels.
        """
        if self._bgr is None:
            # FFmpeg's swscale honours the source's matrix and range; OpenCV knows BT.601 only
            converted = VideoReformatter().reformat(
                self._picture, format="bgr24", src_colorspace=matrix_of(self._picture)
            )
            image = np.ascontiguousarray(planes_of(converted)[0], np.uint8)  # FFmpeg pads odd rows
            image.flags.writeable = False
            self._bgr = image
        return self._bgr

    @property
    def luma(self) -> NDArray[np.uint8]:
        """(H, W) uint8 brightness, read-only; free for 8-bit YUV and grey sources."""
        if self.pixel_format.startswith(("yuv4", "yuvj4", "nv", "gray")):
            first = planes_of(self._picture)[0]
            if first.dtype == np.uint8:
                first.flags.writeable = False
                return first.view(np.uint8)
        grey: NDArray[np.uint8] = cv2.cvtColor(self.bgr, cv2.COLOR_BGR2GRAY)
        return grey

    @property
    def picture(self) -> av.VideoFrame:
        """What the source delivered, for a sink that passes it on. Not to be written into."""
        return self._picture

    def with_picture(self, picture: av.VideoFrame) -> Frame:
        """Return another picture at the same time, such as this one with something drawn on it."""
        frame = self.recaptured(self.captured_at)
        frame._picture = picture
        frame.sequence, frame.is_held = self.sequence, self.is_held
        return frame

    def with_bgr(self, image: BGR) -> Frame:
        """Return an image at the same time, without copying it; it is read-only from then on.

        Raises:
            ValueError: it is not (H, W, 3) uint8.
        """
        wrapped = Frame.from_bgr(image, self.captured_at)
        # what the image was made from: what goes back to YUV takes the same way
        tag_like(self._picture, wrapped._picture)
        frame = self.with_picture(wrapped._picture)
        frame._bgr = wrapped._bgr
        return frame

    def copy(self, pixel_format: str | None = None) -> av.VideoFrame:
        """Return the picture in memory of its own, in ``pixel_format`` (default: the source's)."""
        wanted = pixel_format or self.pixel_format
        if wanted != self.pixel_format:
            matrix = matrix_of(self._picture)
            return VideoReformatter().reformat(
                self._picture, format=wanted, src_colorspace=matrix, dst_colorspace=matrix
            )
        twin = av.VideoFrame(self.width, self.height, wanted)
        for ours, theirs in zip(twin.planes, self._picture.planes, strict=True):
            into, source = _memory(ours), _memory(theirs)
            shared = min(into.shape[1], source.shape[1])  # rows are padded as their maker likes
            into[:, :shared] = source[:, :shared]
        tag_like(self._picture, twin)
        return twin


def planes_of(picture: av.VideoFrame) -> list[Plane]:
    """View the planes of a picture, (H, W) or (H, W, channels); chroma at its own size.

    Packed RGB is (H, W, 3 or 4), NV12's second plane (H/2, W/2, 2), YUYV (H, W, 2). Samples deeper
    than 8 bits come as 16. A palette is left out. Writing into a view writes into the picture.
    """
    form = picture.format
    order = ">u2" if form.name.endswith("be") else "<u2"
    sample = np.dtype(order if form.components[0].bits > 8 else np.uint8)
    views: list[Plane] = []
    for place, plane in enumerate(picture.planes):
        if not plane.line_size:
            continue
        channels = _channels(form, place, sample.itemsize)
        rows = _memory(plane).view(sample)[:, : plane.width * channels]
        views.append(rows.reshape(plane.height, -1, channels) if channels > 1 else rows)
    return views


def _channels(form: VideoFormat, place: int, sample_bytes: int) -> int:
    if form.is_planar:
        return sum(component.plane == place for component in form.components)
    return max(1, form.padded_bits_per_pixel // (8 * sample_bytes))


def _memory(plane: VideoPlane) -> NDArray[np.uint8]:
    """All bytes of a plane, (rows, bytes a row), padding included; a palette is one row."""
    rows = plane.height if plane.line_size else 1
    return np.frombuffer(memoryview(plane), np.uint8).reshape(rows, -1)


def matrix_of(picture: av.VideoFrame) -> int:
    """Return FFmpeg's number (AVCOL_SPC) of the matrix between a picture's YUV and its RGB.

    Where the source does not say, as players guess: mpv's ``mp_csp_guess_colorspace``.
    """
    said = int(picture.colorspace)
    if said == BT2020_CONSTANT:
        return BT2020  # swscale knows no other; the difference is slight
    if said in (BT709, FCC, BT470BG, BT601, SMPTE240M, BT2020):
        return said
    return BT709 if picture.width >= 1280 or picture.height > 576 else BT601


def padded_to_even(picture: av.VideoFrame) -> av.VideoFrame:
    """Return a planar YUV picture with its last row and column repeated where a side is odd.

    Encoders of 4:2:0 refuse odd sides; chroma planes are rounded up already.
    """
    if picture.width % 2 == 0 and picture.height % 2 == 0:
        return picture
    width, height = picture.width + picture.width % 2, picture.height + picture.height % 2
    padded = av.VideoFrame(width, height, picture.format.name)
    for ours, theirs in zip(planes_of(padded), planes_of(picture), strict=True):
        rows, columns = ours.shape[0] - theirs.shape[0], ours.shape[1] - theirs.shape[1]
        ours[:] = np.pad(theirs, [(0, rows), (0, columns)] + [(0, 0)] * (theirs.ndim - 2), "edge")
    tag_like(picture, padded)
    return padded


def tag_like(source: av.VideoFrame, target: av.VideoFrame) -> None:
    """Have one picture say of its colours what another says."""
    target.colorspace, target.color_range = source.colorspace, source.color_range
    target.color_primaries, target.color_trc = source.color_primaries, source.color_trc
