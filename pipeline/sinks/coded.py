"""Pictures into a pipe, encoded: JPEG after JPEG, or a container that needs no rewinding."""

from __future__ import annotations

from fractions import Fraction

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.reformatter import ColorRange
from av.video.stream import VideoStream

from pipeline.errors import SinkError
from pipeline.frame import Frame, padded_to_even
from pipeline.media.dynamic_range import flat_remark, hdr_name, hdr_remarks, pixel_format_for
from pipeline.media.pixel_layout import Layout
from pipeline.pipes import PipeWriter
from pipeline.sinks.container import encoder_for
from pipeline.sinks.encoders import encoder_options
from pipeline.sinks.plain import fitted, is_full_range, plain_name, resized_remark
from pipeline.sinks.video import Encoding

_JPEG_FORMATS = {"yuv420p": "yuvj420p", "yuv422p": "yuvj422p", "yuv444p": "yuvj444p"}
_MILLISECONDS = Fraction(1, 1000)


class JpegWriter:
    """Writes one JPEG file after the other, each in its picture's own size.

    Args:
        target: where the bytes go; closed with the writer.
        quality: FFmpeg's quantiser, 2 to 31: lower is better and larger.
    """

    stage = "encode"

    def __init__(self, target: PipeWriter, quality: int = 3) -> None:
        self._target, self._quality = target, str(quality)
        self._layout: Layout | None = None
        self._encoder: VideoCodecContext | None = None
        self._count = 0
        self._color_trc = 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """That JPEG cannot say that its pictures have HDR, where they have."""
        return flat_remark(self._color_trc, "JPEG")

    def consume(self, frame: Frame) -> None:
        """Write one picture; wait while the reader does not read.

        Raises:
            SinkError: the encoder refuses it, the reader has left, or the disk is full.
        """
        picture = frame.picture
        self._color_trc = int(picture.color_trc)
        name = _JPEG_FORMATS.get(plain_name(picture.format.name), "yuvj420p")
        layout = Layout(picture.height, picture.width, name)
        if self._encoder is None or layout != self._layout:
            self._layout, self._encoder = layout, self._made(layout)
        if picture.format.name != name:
            picture = picture.reformat(format=name, dst_color_range=ColorRange.JPEG)
        picture.pts, picture.time_base = self._count, _MILLISECONDS  # it only counts
        self._count += 1
        try:
            packets = self._encoder.encode(picture)
        except av.error.FFmpegError as error:
            raise SinkError(
                "encoder.jpeg_failed",
                "a picture cannot be encoded as JPEG: {reason}",
                reason=error.strerror or str(error),
            ) from error
        self._target.write(*(bytes(packet) for packet in packets))

    def close(self, failure: BaseException | None = None) -> None:
        """Let go of the target: every picture is out."""
        self._target.close()

    def _made(self, layout: Layout) -> VideoCodecContext:
        encoder = av.CodecContext.create("mjpeg", "w")
        assert isinstance(encoder, VideoCodecContext)
        encoder.width, encoder.height = layout.width, layout.height
        encoder.pix_fmt, encoder.time_base = layout.pixel_format, _MILLISECONDS
        encoder.thread_count = 1  # more would hold pictures back
        encoder.options = {"qmin": self._quality, "qmax": self._quality}
        return encoder


class MatroskaWriter:
    """Writes a Matroska stream, each picture at exactly its frame's time, in milliseconds.

    A cluster a picture: the container gives a picture out when the next one comes, and the last at
    the end. The encoder holds none back. Pictures keep the first one's size.

    Args:
        target: where the bytes go; closed with the writer.
        rate: frames a second, where the source says so.
        aspect: how wide a pixel is for its height.
        encoding: codec, quality and preset.
    """

    stage = "encode"

    def __init__(
        self,
        target: PipeWriter,
        rate: Fraction | None,
        aspect: Fraction = Fraction(1),
        *,
        encoding: Encoding,
    ) -> None:
        self._target, self._rate, self._aspect = target, rate, aspect
        self._encoding = encoding
        self._codec = encoder_for(encoding.codec or "h264")
        self._muxed = _Muxed()
        options = {"cluster_time_limit": "0", "flush_packets": "1"}
        self._container = av.open(self._muxed, "w", format="matroska", options=options)
        self._stream: VideoStream | None = None
        self._layout = Layout(2, 2, "yuv420p")
        self._color_trc = 0
        self._time_base = _MILLISECONDS
        self._last_pts: int | None = None
        self._moved = self._resized = 0
        self._closed = False

    def consume(self, frame: Frame) -> None:
        """Encode one picture; wait while the reader does not read.

        Raises:
            SinkError: the encoder refuses it, the reader has left, or the disk is full.
        """
        try:
            stream = self._stream or self._start(frame.picture, frame)
            picture = self._fitted(frame.picture)
            picture.pts, picture.time_base = self._pts(frame), self._time_base
            picture.duration = frame.duration or 0
            self._container.mux(stream.encode(picture))
        except av.error.FFmpegError as error:
            raise SinkError(
                "encoder.failed",
                "{codec} cannot encode this: {reason}",
                codec=self._codec,
                reason=error.strerror or str(error),
            ) from error
        self._target.write(*self._muxed.take())

    def close(self, failure: BaseException | None = None) -> None:
        """Write what the container and the encoder still hold; a whole file, whatever happened.

        Raises:
            SinkError: the reader has left, or the disk is full.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._stream is not None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
            self._target.write(*self._muxed.take())
        finally:
            self._target.close()

    @property
    def remarks(self) -> tuple[str, ...]:
        """Which were resized, which had to be moved in time, and what became of HDR."""
        codec, depth = self._encoding.codec or "h264", self._layout.pixel_format
        found = [*hdr_remarks(codec, self._color_trc, depth)]
        if self._resized:
            found.append(resized_remark(self._resized))
        if self._moved:
            found.append(f"{self._moved} frames repeated a time and were moved by a tick")
        return tuple(found)

    def _start(self, first: av.VideoFrame, frame: Frame) -> VideoStream:
        self._time_base = frame.time_base or _MILLISECONDS
        self._color_trc = int(first.color_trc)
        depth = self._encoding.pixel_format or pixel_format_for(self._codec, self._color_trc)
        self._layout = Layout(first.height, first.width, depth)
        even = padded_to_even(_renamed(fitted(first, self._layout), self._layout))
        rate = self._rate or Fraction(25)
        stream = self._container.add_stream(self._codec, rate=rate)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = even.width, even.height
        context.pix_fmt = self._layout.pixel_format
        context.time_base = stream.time_base = self._time_base
        context.gop_size = max(1, round(rate))  # a second: what whoever joins late must wait
        context.color_range = int(ColorRange.JPEG if is_full_range(even) else ColorRange.MPEG)
        context.colorspace = int(first.colorspace)
        if hdr_name(self._color_trc):
            context.color_trc, context.color_primaries = self._color_trc, int(first.color_primaries)
        if self._aspect != 1:
            context.sample_aspect_ratio = self._aspect
        encoding = self._encoding
        options = encoder_options(self._codec, encoding.quality, encoding.preset)
        if self._codec in ("libx264", "libx265"):
            context.options = {**options, "tune": "zerolatency"}
        self._stream = stream
        return stream

    def _fitted(self, picture: av.VideoFrame) -> av.VideoFrame:
        size = self._layout.width, self._layout.height
        self._resized += (picture.width, picture.height) != size
        return padded_to_even(_renamed(fitted(picture, self._layout), self._layout))

    def _pts(self, frame: Frame) -> int:
        """The frame's own time, or the least later one; a live frame's is that of its capture."""
        pts = (
            round(frame.captured_at / self._time_base)
            if frame.pts is None or frame.time_base is None
            else round(frame.pts * frame.time_base / self._time_base)
        )
        if self._last_pts is not None and pts <= self._last_pts:
            pts = self._last_pts + 1
            self._moved += 1
        self._last_pts = pts
        return pts


def _renamed(picture: av.VideoFrame, layout: Layout) -> av.VideoFrame:
    """A picture without FFmpeg's old mark of full range in its format, which encoders refuse."""
    if picture.format.name == layout.pixel_format:
        return picture
    renamed = layout.blank()
    for ours, theirs in zip(layout.views(renamed), layout.views(picture), strict=True):
        ours[:] = theirs
    renamed.color_range = ColorRange.JPEG
    return renamed


class _Muxed:
    """What FFmpeg has muxed and nobody has written yet: writing must be interruptible."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def take(self) -> list[bytes]:
        taken, self._pieces = self._pieces, []
        return taken
