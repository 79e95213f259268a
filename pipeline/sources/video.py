"""Frames of a video file."""

from __future__ import annotations

import functools
import itertools
import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction
from pathlib import Path

import av
import av.error
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import MEGA, USUAL_LIMITS, InputLimits
from pipeline.media.opening import open_file
from pipeline.sources import Footage
from pipeline.sources.container.decoding import Decoded, Decoder, ThreadType
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.container.misplaced_times import TimestampRepair
from pipeline.sources.container.rotation import RotationFilter
from pipeline.sources.managed_source import ManagedSource
from pipeline.sources.network.address import plain_way
from pipeline.targets.part_name import is_locked
from pipeline.targets.path import is_folder

_STILL_FORMATS = ("image2", "_pipe")  # how FFmpeg calls the containers of single pictures
_TEXT_FORMATS = ("tty", "srt", "ass", "webvtt", "lrc")  # it would draw a text as a film


class VideoFile(ManagedSource):
    """A video file's frames, upright, each with the time that the file gives it.

    Opening decodes the first frame, so that whatever cannot be read is refused here. What is
    corrupt later on is skipped and counted.

    Args:
        path: of the file, or what messages call it.
        clock: monotonic seconds.
        container: the file, opened already.
        thread_type: how frames are decoded by several threads.
        start_s: seconds of the file's own time before which no frame is delivered.
        limits: what is refused unread.

    Attributes:
        is_live: False: nothing is dropped.
        footage: what the file says of itself.
        is_still: the file is a single picture, whatever it is called.

    Raises:
        SourceError: there is no video to be had from this path; says why, and what to do.
    """

    is_live = False

    def __init__(
        self,
        path: Path,
        clock: Callable[[], float] = time.monotonic,
        *,
        container: InputContainer | None = None,
        # frame threads decode several times faster, but hold back a frame each
        thread_type: ThreadType = "AUTO",
        start_s: float = 0.0,
        limits: InputLimits = USUAL_LIMITS,
    ) -> None:
        super().__init__()
        self._path, self._clock, self._thread_type = path, clock, thread_type
        self._untimed = 0
        self._in_place: TimestampRepair | None = None
        self._limits = limits
        self._container = container or _opened(path, limits)
        try:
            self._stream = _video_stream(self._container, path)
            decoding = self._decoded(container is None)
            self._decoding: Decoder | Decoded = decoding
            self._pictures: Iterator[av.VideoFrame] = iter(decoding)
            first = next(self._pictures, None)
            if first is None:
                raise SourceError(
                    "source.no_frame",
                    "{path}: no frame of it can be decoded; it is encrypted, damaged, cut off "
                    "or over the limit of {limit:g} megapixels",
                    path=path,
                    limit=limits.pixels / MEGA,
                )
            if start_s > 0:
                self._skip_to(start_s)
        except BaseException:
            self._container.close()
            raise
        self._upright = RotationFilter(round(first.rotation))
        shown = self._upright(first)
        self._first = None if start_s > 0 else shown
        self.is_still = any(name in self._container.format.name for name in _STILL_FORMATS)
        self.footage = self._footage(shown)

    def __iter__(self) -> Iterator[Frame]:
        """Yield every frame that can be decoded, in the order of presentation."""
        return self._reading(self._read())

    def _read(self) -> Generator[Frame, None, None]:
        last_pts = -1
        upright = (self._upright(picture) for picture in self._pictures)
        first = [] if self._first is None else [self._first]
        self._in_place = TimestampRepair(itertools.chain(first, upright))
        # a picture that comes through a pipe is not held back until the next one is there
        pictures = self._in_place if self._thread_type == "AUTO" else self._in_place.pictures
        for picture in pictures:
            captured_at = self._clock()
            if picture.pts is None:
                self._untimed += 1
                picture.pts = last_pts + 1
            last_pts = picture.pts
            yield Frame(picture, captured_at, picture.pts, self.footage.time_base, picture.duration)

    def _free(self) -> None:
        self._container.close()
        # a decoder's threads end with the last that knows of it
        if isinstance(self._decoding, Decoder):
            self._decoding = self._decoding.summary()
        self._pictures, self._first = iter(()), None
        if self._in_place is not None:
            self._in_place.pictures = ()
        del self._stream

    def close(self) -> None:
        """End the iteration at the next frame. Reading a file does not block."""
        self._decoding.closed = True

    @property
    def counts(self) -> FrameCounts:
        """How many frames there are, and what came of them; complete when the iteration is."""
        return self._decoding.counts

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with the file, one sentence each; complete when the iteration is."""
        found = []
        if self.is_still:
            found.append(f"{self._path.name} is a single picture, not a video: one frame")
        found.extend(self.counts.remarks)
        if self._untimed:
            found.append(f"{self._untimed} frames had no time of their own and follow the last")
        if self._in_place is not None and self._in_place.moved:
            found.append(
                f"{self._in_place.moved} frames had a time far from their neighbours' and were put "
                "between them"
            )
        if self._decoding.jumps:
            found.append(
                f"the file's clock jumped {self._decoding.jumps} times, as where recordings are "
                "joined; its pieces follow one another"
            )
        return tuple(found)

    def _decoded(self, from_path: bool) -> Decoder:
        reopen = functools.partial(_opened, self._path, self._limits) if from_path else None
        # one decoder for the whole file: asked anew for each frame, it loses those it holds back
        return Decoder(self._container, self._stream, self._thread_type, reopen)

    def _skip_to(self, start_s: float) -> None:
        """Go to the last key frame before a time, and drop what lies between."""
        tick = self._stream.time_base or Fraction(1, av.time_base)
        start = round(start_s / tick)
        try:
            self._container.seek(start, stream=self._stream)  # empties the decoder too
        except av.error.FFmpegError as error:
            raise SourceError(
                "source.not_seekable",
                "{path} cannot be searched: it is a bare stream of pictures; put it into a "
                "container with ffmpeg -i IN -c copy OUT.mkv",
                path=self._path,
            ) from error
        self._decoding = Decoder(self._container, self._stream, self._thread_type, from_start=False)
        self._pictures = (
            picture for picture in self._decoding if picture.pts is None or picture.pts >= start
        )

    def _footage(self, first: av.VideoFrame) -> Footage:
        stream, context = self._stream, self._stream.codec_context
        time_base = stream.time_base or Fraction(1, 1000)
        rate = stream.average_rate or stream.guessed_rate
        aspect = stream.sample_aspect_ratio or Fraction(1)
        return Footage(
            height=first.height,
            width=first.width,
            time_base=time_base,
            rate=Fraction(rate) if rate else None,
            frames=1 if self.is_still else _estimated_frames(self._container, stream),
            sample_aspect_ratio=1 / aspect if self._upright.swaps_sides else aspect,
            color_range=int(first.color_range),
            colorspace=int(first.colorspace),
            color_primaries=int(context.color_primaries or 2),
            color_trc=int(context.color_trc or 2),
            metadata=tuple(self._container.metadata.items()),
        )


def _opened(path: Path, limits: InputLimits) -> InputContainer:
    if is_folder(path):
        raise SourceError(
            "source.is_folder",
            "{path} is a folder; name a video in it, or a folder of pictures",
            path=path,
        )
    try:
        if path.stat().st_size == 0:
            raise SourceError(
                "source.empty",
                "{path} is empty; it may still be copying, or its recording failed",
                path=path,
            )
        container = open_file(path, limits)
    except FileNotFoundError:
        alike = (entry for entry in path.parent.glob(f"{path.stem}*") if not is_locked(entry))
        near = ", ".join(sorted(entry.name for entry in alike)[:3])
        if near:
            raise SourceError(
                "source.not_found.alike",
                "{path} does not exist; there is {near}",
                path=path,
                near=near,
            ) from None
        if way := plain_way(str(path)):
            raise SourceError(
                "source.not_a_file", "{path} is no file: {way}", path=path, way=way
            ) from None
        raise SourceError("source.not_found", "{path} does not exist", path=path) from None
    except PermissionError as error:
        raise SourceError(
            "source.not_permitted", "{path} may not be read; check its permissions", path=path
        ) from error
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise SourceError(
            "source.not_readable",
            "{path} is not a video that can be read ({reason}); try to play it elsewhere, or "
            "convert it with ffmpeg",
            path=path,
            reason=_reason(error),
        ) from error
    if container.format.name in _TEXT_FORMATS:
        container.close()
        raise SourceError("source.is_text", "{path} is a text, not a video", path=path)
    return container


def _video_stream(container: InputContainer, path: Path) -> VideoStream:
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & av.stream.Disposition.attached_pic  # an album's cover
    ]
    if not streams:
        held = ", ".join(sorted({stream.type for stream in container.streams})) or "nothing"
        raise SourceError(
            "source.no_video", "{path} has no video in it, only {held}", path=path, held=held
        )
    if streams[0].codec_context is None:
        raise SourceError(
            "source.encrypted",
            "{path} is encrypted, or coded in a way that this FFmpeg cannot decode; take a "
            "copy without protection, or convert it to H.264 first",
            path=path,
        )
    return streams[0]


def _estimated_frames(container: InputContainer, stream: VideoStream) -> int | None:
    if stream.frames:
        return stream.frames
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        return None
    if stream.duration and stream.time_base:
        return round(stream.duration * stream.time_base * rate)
    if container.duration:
        return round(Fraction(container.duration, av.time_base) * rate)
    return None


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
