"""Pictures into an animated GIF or WebP: what plays on any page, without sound."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.video.reformatter import Interpolation
from av.video.stream import VideoStream

from pipeline.errors import SinkError
from pipeline.frame import Frame, matrix_of
from pipeline.media.dynamic_range import flat_remark
from pipeline.media.input_limits import NOT_DECODED
from pipeline.media.opening import create_file, open_file
from pipeline.sinks.container import no_transparency
from pipeline.sinks.palette_filter import PaletteFilter
from pipeline.sinks.video import Encoding
from pipeline.sources import Footage
from pipeline.targets.claims import OutputFile
from pipeline.targets.claims import open_file as claim_file


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of animation.

    Attributes:
        name: as FFmpeg calls its muxer, and users the format.
        encoder: as FFmpeg calls it.
        pixel_format: of what it encodes.
        time_base: seconds a tick, of its own.
        longest_side: pixels; larger pictures are made smaller. A GIF would be huge.
        most_fps: pictures a second; of more, some are left out.
    """

    name: str
    encoder: str
    pixel_format: str
    time_base: Fraction
    longest_side: int
    most_fps: int


DEFAULT = Encoding()
KINDS = {
    ".gif": Kind("gif", "gif", "pal8", Fraction(1, 100), 480, 15),
    ".webp": Kind("webp", "libwebp_anim", "yuv420p", Fraction(1, 1000), 16_383, 1000),
}


class AnimationWriter:
    """Writes pictures to an animation that repeats for ever, each at its frame's time.

    Closing it completes the file under its own name; closing it after a failure leaves a part. An
    animation begins with its first picture, whenever that is.

    Args:
        path: the file to make, or one that was claimed already; its ending names the kind.
        footage: what the frames are like.
        encoding: its quality counts in WebP.
        copy_streams_from: a file that the pictures come from; that its sound is
            left out is said.

    Raises:
        SinkError: the file cannot be made, or the codec is another's; nothing is left behind.
    """

    stage = "encode"

    def __init__(
        self,
        path: Path | OutputFile,
        footage: Footage,
        encoding: Encoding = DEFAULT,
        *,
        copy_streams_from: Path | None = None,
    ) -> None:
        self._file = claim_file(path) if isinstance(path, Path) else path
        self._kind, self._footage = KINDS[self._file.path.suffix.lower()], footage
        self._quality, self._source = encoding.quality, copy_streams_from
        self._pixel_format = "yuva420p" if encoding.transparent else self._kind.pixel_format
        try:
            self._check(encoding.codec)
            if encoding.transparent and self._kind.name != "webp":
                raise no_transparency(self._file.path)
            self._output = create_file(self._file.url, self._kind.name, {"loop": "0"})
        except (av.error.FFmpegError, OSError) as error:
            self._file.discard()
            raise self._broken(error) from error
        except BaseException:
            self._file.discard()
            raise
        self._stream: VideoStream | None = None
        self._palette: PaletteFilter | None = None
        self._began_at = 0.0
        self._last_pts, self._due = -1, Fraction(0)  # in ticks
        self._seen = self._written = 0
        self._closed = False

    @property
    def remarks(self) -> tuple[str, ...]:
        """What of the pictures, and of what was beside them, the format does not hold."""
        if self._stream is None:
            return ()
        name, size = self._kind.name, f"{self._stream.width} x {self._stream.height}"
        said = []
        if self._written < self._seen or self._scale < 1:
            said.append(f"{name} holds {self._written} of {self._seen} frames, of {size} pixels")
        if _has_more_than_pictures(self._source):
            said.append(f"sound and subtitles were left out, which {name} cannot hold")
        return (*said, *flat_remark(self._footage.color_trc, name))

    def consume(self, frame: Frame) -> None:
        """Encode a picture, unless it follows the one before too soon.

        Raises:
            SinkError: the file cannot grow; the disk may be full.
        """
        if self._stream is None:
            self._began_at = frame.time
        self._seen += 1
        pts = round((frame.time - self._began_at) / self._kind.time_base)
        if pts <= self._last_pts or pts < self._due - Fraction(1, 2):
            return
        try:
            self._encode(frame, pts)
        except (av.error.FFmpegError, OSError) as error:
            raise self._broken(error) from error
        step = 1 / (self._kind.most_fps * self._kind.time_base)
        self._due = max(self._due + step, pts + step / 2)
        self._last_pts = pts
        self._written += 1

    def close(self, failure: BaseException | None = None) -> None:
        """Complete the file; after a failure, which is told where it is, leave a part.

        Raises:
            SinkError: it cannot be completed.
        """
        if self._closed:
            return
        self._closed = True
        try:
            if self._stream is not None:
                self._output.mux(self._stream.encode(None))
            self._output.close()
        except (av.error.FFmpegError, OSError) as error:
            if failure is not None:
                return self._settle(failure)
            broken = self._broken(error)
            self._settle(broken)
            raise broken from error
        except BaseException as interruption:
            self._settle(interruption)
            raise
        if self._stream is None:
            self._file.discard()
        self._settle(failure)

    def _settle(self, failure: BaseException | None) -> None:
        self._file.__exit__(None if failure is None else type(failure), failure, None)

    def _check(self, codec: str | None) -> None:
        if codec not in (None, self._kind.name, self._kind.encoder):
            raise SinkError(
                "container.codec_refused",
                "{container} cannot hold {codec}; write to a file ending in .mkv, or with another "
                "codec",
                container=self._kind.name,
                codec=codec,
            )

    @property
    def _scale(self) -> Fraction:
        aspect = self._footage.sample_aspect_ratio
        longest = max(Fraction(self._footage.height), self._footage.width * aspect)
        return min(Fraction(1), self._kind.longest_side / longest)

    def _start(self) -> VideoStream:
        kind, footage = self._kind, self._footage
        stream = self._output.add_stream(kind.encoder, rate=kind.most_fps)
        assert isinstance(stream, VideoStream)
        # square pixels: nothing that shows animations knows of others
        stream.width = max(1, round(self._scale * footage.width * footage.sample_aspect_ratio))
        stream.height = max(1, round(self._scale * footage.height))
        stream.pix_fmt = self._pixel_format
        stream.time_base = stream.codec_context.time_base = kind.time_base
        if kind.name == "webp":
            quality = max(0, min(100, 100 - self._quality))
            stream.codec_context.options = {"quality": str(quality)}
        else:
            # FFmpeg looks for what has changed by colours' places, which every palette has others
            stream.codec_context.options = {"gifflags": "0"}
            self._palette = PaletteFilter(stream.width, stream.height)
        return stream

    def _encode(self, frame: Frame, pts: int) -> None:
        stream = self._stream or self._start()
        self._stream = stream
        matrix = matrix_of(frame.picture)
        picture = frame.picture.reformat(
            stream.width,
            stream.height,
            self._pixel_format if self._palette is None else "rgb24",
            src_colorspace=matrix,
            interpolation=Interpolation.AREA,
        )
        picture.pts, picture.time_base = pts, self._kind.time_base
        if self._palette is not None:
            picture = self._palette(picture)
        self._output.mux(stream.encode(picture))

    def _broken(self, error: Exception) -> SinkError:
        return SinkError(
            "target.not_writable",
            "{path} cannot be written: {reason}",
            path=self._file.path,
            reason=getattr(error, "strerror", None) or str(error),
        )


def _has_more_than_pictures(path: Path | None) -> bool:
    if path is None or not path.is_file():
        return False
    try:
        with open_file(path, NOT_DECODED) as source:
            return bool(source.streams.audio or source.streams.subtitles)
    except (av.error.FFmpegError, OSError):
        return False
