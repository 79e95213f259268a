"""Pictures into a video file."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.video.codeccontext import VideoCodecContext
from av.video.stream import VideoStream

from pipeline.errors import PipelineError, SinkError
from pipeline.frame import Frame, padded_to_even
from pipeline.media.dynamic_range import hdr_remarks, pixel_format_for
from pipeline.sinks.container import (
    check_gap,
    complete,
    container_for,
    encoder_for,
    open_output,
    time_base_in,
    transparent_format,
)
from pipeline.sinks.encoders import check_encoder, encoder_options
from pipeline.sinks.stream_copy.remux import RemuxChanges
from pipeline.sinks.stream_copy.stream_copy import StreamCopy
from pipeline.sources import Footage
from pipeline.targets.claims import OutputFile, open_file
from pipeline.targets.distinct_paths import InputPath, OutputPath, check_apart
from pipeline.targets.unfinished_file_note import UnfinishedFileNote


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a video is encoded.

    Attributes:
        codec: ``h264``, ``h265``, ``vp9``, ``av1``, ``mpeg4``, ``ffv1``, or an encoder's own name.
        quality: the encoder's constant rate factor: lower is better and larger; x264's 18 looks
            lossless, 28 is small.
        preset: the encoder's trade of time for size, such as ``veryfast`` or ``slow``.
        pixel_format: None takes ``yuv420p``, which plays everywhere, or 10 bits for HDR.
        container: overrides what the file's ending says.
        threads: of the encoder; 0 lets it choose.
        transparent: pictures are ``bgra``, and how opaque each pixel is is kept: as VP9 in WebM, or
            ProRes 4444 in MOV.
    """

    codec: str | None = None
    quality: int = 20
    preset: str = "veryfast"
    pixel_format: str | None = None
    container: str | None = None
    threads: int = 0
    transparent: bool = False


class VideoWriter:
    """Writes pictures to a video file, each at exactly its frame's time.

    While it is written the file is called ``NAME.part-k3x9qd.ENDING``, with other letters each
    time, and is made of fragments, so that what was written up to about a second before plays
    whatever happens. Closing it completes it under its own name; closing it after a failure leaves
    the part.

    Args:
        path: the file to make, or one that was claimed already. Its folder must be there.
        footage: what the frames are like.
        encoding: how to encode them.
        copy_streams_from: a file whose sound and subtitles are copied along.
        cut_short: whether the pictures end before that file, so that its sound must end with them.
        overwrite: whether an existing file may be replaced.

    Attributes:
        path: the file to make.
        part: what it is called until it is complete.
        frames: how many were written.

    Raises:
        SinkError: the file cannot be made; nothing is left behind.
    """

    stage = "encode"

    def __init__(
        self,
        path: Path | OutputFile,
        footage: Footage,
        encoding: Encoding = Encoding(),
        *,
        copy_streams_from: Path | None = None,
        cut_short: bool = False,
        overwrite: bool = False,
    ) -> None:
        self.path = path if isinstance(path, Path) else path.path
        self._footage, self._encoding = footage, encoding
        self._kind = container_for(self.path, encoding.container)
        if encoding.transparent:
            found = transparent_format(self.path, self._kind, encoding.codec)
            self._codec, pixel_format = found
        else:
            self._codec = encoder_for(encoding.codec or self._kind.default_codec)
            usual = pixel_format_for(self._codec, footage.color_trc)
            pixel_format = encoding.pixel_format or usual
        if isinstance(path, Path):
            check_apart(
                [OutputPath("-o", path)],
                [] if copy_streams_from is None else [InputPath(copy_streams_from)],
            )
            path = open_file(path, overwrite)
        self._pixel_format = pixel_format
        self._file, self.part = path, path.part
        self._time_base = time_base_in(self._kind, footage.time_base)
        try:
            self._output = open_output(path, self._kind, self._time_base, footage.rate)
        except BaseException:
            self._file.discard()
            raise
        self._copied_streams: StreamCopy | None = None
        self._said: tuple[str, ...] = ()
        self._stream: VideoStream | None = None
        self._source, self._cut_short = copy_streams_from, cut_short
        self._first_size = (0, 0)
        self._last_pts: int | None = None
        self._moved = 0
        self._end = Fraction(0)
        self.frames = 0
        self._closed = False
        try:
            check_encoder(self._codec, encoding.preset, self._kind, encoding.codec)
        except BaseException:
            self._discard()
            raise

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the file; after a failure, which is told where it is, leave the part.

        Raises:
            SinkError: it cannot be completed; what plays of it is kept.
        """
        if self._closed:
            return
        self._closed = True
        if self._stream is None:
            self._discard()
            return
        try:
            self._finish(whole=failure is None)
        except (av.error.FFmpegError, OSError) as error:
            if failure is None:
                raise self._broken(error) from error
        except BaseException as interruption:
            self._tell_part(interruption)
            raise
        finally:
            if failure is not None:
                self._tell_part(failure)
            self._file.keep()

    def consume(self, frame: Frame) -> None:
        """Encode a picture at its time.

        Raises:
            SinkError: the file cannot grow; the disk may be full.
        """
        picture = self._converted(frame.picture)
        self._first_size = picture.width, picture.height
        picture = padded_to_even(picture)
        try:
            if self._stream is None:
                self._start(picture)
            assert self._stream is not None
            picture.pts, picture.time_base = self._pts(frame), self._time_base
            length = (frame.duration or 0) * self._footage.time_base
            picture.duration = round(length / self._time_base)
            self._output.mux(self._stream.encode(picture))
            now = picture.pts * self._time_base
            self._end = now + length
            if self._copied_streams is not None:
                self._copied_streams.write_until(now)
        except (av.error.FFmpegError, OSError) as failure:
            raise self._broken(failure) from failure
        self.frames += 1

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a user should know of the file, one sentence each."""
        codec = self._encoding.codec or self._kind.default_codec
        hdr = hdr_remarks(codec, self._footage.color_trc, self._pixel_format)
        found = [*self._said, *hdr, *(self._copied_streams.remarks if self._copied_streams else ())]
        if self._file.left:
            left = self._file.left[-1]
            found.append(UnfinishedFileNote(f"an earlier run left {left}", left))
        if self._moved:
            found.append(f"{self._moved} frames repeated a time and were moved by a tick")
        return tuple(found)

    def _start(self, picture: av.VideoFrame) -> None:
        footage, encoding = self._footage, self._encoding
        rate = footage.rate or Fraction(25)
        stream = self._output.add_stream(self._codec, rate=rate)
        assert isinstance(stream, VideoStream)
        context = stream.codec_context
        assert isinstance(context, VideoCodecContext)
        context.width, context.height = picture.width, picture.height
        context.pix_fmt = self._pixel_format
        context.time_base = stream.time_base = self._time_base
        context.gop_size = max(1, round(rate))  # a second: what a kill may cost
        context.thread_count = encoding.threads
        context.options = encoder_options(self._codec, encoding.quality, encoding.preset)
        if footage.sample_aspect_ratio != 1:
            context.sample_aspect_ratio = footage.sample_aspect_ratio
        context.color_range = int(picture.color_range)
        context.colorspace = int(picture.colorspace)
        context.color_primaries = footage.color_primaries
        context.color_trc = footage.color_trc
        self._output.metadata.update(dict(footage.metadata))
        if self._source is not None:
            self._take_along(self._source)
        self._output.start_encoding()
        self._stream = stream

    def _take_along(self, source: Path) -> None:
        if not source.is_file():  # a pipe cannot be read twice
            self._said = (f"{source.name} is not a file: its sound and subtitles were left out",)
            return
        try:
            self._copied_streams = StreamCopy(source, self._output)
        except (av.error.FFmpegError, OSError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            self._said = (f"sound and subtitles were left out, for {source.name}: {reason}",)

    def _converted(self, picture: av.VideoFrame) -> av.VideoFrame:
        wanted = self._pixel_format
        if self._stream is None:
            return picture if picture.format.name == wanted else picture.reformat(format=wanted)
        width, height = self._first_size
        if (picture.width, picture.height, picture.format.name) == (width, height, wanted):
            return picture
        # a source may change its size midway; a video cannot
        return picture.reformat(width, height, wanted)

    def _pts(self, frame: Frame) -> int:
        """The frame's own time, or the least later one that the file can hold."""
        if frame.pts is None or frame.time_base is None:
            raise SinkError(
                "target.no_times",
                "a video needs frames with times; a live source has to be given some",
            )
        pts = (
            frame.pts
            if frame.time_base == self._time_base
            else round(frame.pts * frame.time_base / self._time_base)
        )
        if self._last_pts is not None and pts <= self._last_pts:
            pts = self._last_pts + 1
            self._moved += 1
        if self._last_pts is not None:
            check_gap(self.path, self._kind, pts - self._last_pts, self._time_base)
        self._last_pts = pts
        return pts

    def _finish(self, whole: bool) -> None:
        assert self._stream is not None
        try:
            self._output.mux(self._stream.encode(None))
            changes = RemuxChanges()
            if self._copied_streams is not None:
                end = self._end if self._cut_short or not whole else None
                self._copied_streams.finish(end)
                changes = self._copied_streams.changes(end)
            self._output.close()
            if whole:
                complete(self._file, self._kind, self._time_base, changes)
        finally:
            if self._copied_streams is not None:
                self._copied_streams.close()

    def _discard(self) -> None:
        if self._copied_streams is not None:
            self._copied_streams.close()
        self._output.close()
        self._file.discard()

    def _tell_part(self, error: BaseException) -> None:
        """Have an error say what plays and how to keep it, unless it says so already."""
        told = isinstance(error, PipelineError) and "part" in error.fields
        if self._file.holds_something and not told:
            error.add_note(
                UnfinishedFileNote(f"what was written until then plays: {self.part}", self.part)
            )

    def _broken(self, failure: Exception) -> SinkError:
        reason = getattr(failure, "strerror", None) or str(failure)
        if not self._file.holds_something:  # FFmpeg writes only from the first picture on
            return SinkError(
                "target.not_writable",
                "{path} cannot be written: {reason}",
                path=self.path,
                reason=reason,
            )
        return SinkError(
            "target.broke_off",
            "{path} cannot be written on: {reason}. What was written until about a second "
            "before plays: {part}",
            path=self.path,
            reason=reason,
            part=self.part,
        )
