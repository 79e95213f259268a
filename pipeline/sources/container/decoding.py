"""Pictures out of a container, and an account of those that do not come out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

import av
import av.error
from av.codec.context import Flags
from av.container import InputContainer
from av.video.stream import VideoStream

from pipeline.errors import SourceError
from pipeline.media.timeline import Timeline
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.container.packet_reader import PacketReader
from pipeline.sources.container.promised_frames import PromisedFrames, Reopen

ThreadType = Literal["AUTO", "SLICE"]

_VOID_MPEG4 = 19  # bytes: no longer is a packet that only stands for the last picture once more
_VP8_SHOWN = 0x10  # RFC 6386, 9.1: the bit of a frame's first byte


@dataclass(slots=True)
class Decoded:
    """What is to be said of a decoding that has let go of its decoder; as there."""

    counts: FrameCounts
    frames: int
    jumps: int
    failure: av.error.FFmpegError | None
    closed: bool = True


class Decoder:
    """Decodes a container's video; what is damaged comes as far as it can be decoded.

    Args:
        container: open; stays the caller's.
        stream: its video.
        thread_type: how frames are decoded by several threads.
        reopen: opens the same again; None where that is not possible, as with a pipe.
        from_start: whether the container stands at its beginning, so that it can keep its promise.

    Attributes:
        closed: set it to end the iteration at the next packet.
    """

    def __init__(
        self,
        container: InputContainer,
        stream: VideoStream,
        thread_type: ThreadType,
        reopen: Reopen | None = None,
        *,
        from_start: bool = True,
    ) -> None:
        self._stream, self._reopen = stream, reopen
        self._promise = PromisedFrames(container, stream, reopen) if from_start else None
        self._at_end = False
        self._by_frames = thread_type == "AUTO"
        if (context := stream.codec_context) is not None and not context.is_open:
            stream.thread_type = thread_type
            # without it, one lost reference takes all pictures up to the next key frame along
            context.flags |= Flags.output_corrupt
        self._codec = context.name if context is not None else ""
        self._timeline = Timeline(container)
        self._reading = PacketReader(container, *self._timeline.shown_by(stream))
        self._read = self._void = self._errors = self._out = self._flawed = self._fields = 0
        self._last_pts: int | None = None
        self._promised: int | None = None
        self.closed = False

    def __iter__(self) -> Iterator[av.VideoFrame]:
        """Yield pictures in the order of presentation. One pass."""
        for packet in self._reading:
            if self.closed:
                return
            self._timeline.place(packet)
            if packet.stream_index != self._stream.index:
                continue
            if not packet.is_discard:
                self._read += 1
                self._void += not _shows(self._codec, packet)
            yield from self._decoded(packet)
        errors = self._errors
        yield from self._decoded(None)
        if self._by_frames and self._lost > errors:
            yield from self._held_back()
        if self._promise is not None:
            self._promised = self._promise.frames(self._reading, self._read)
        self._at_end = True

    @property
    def counts(self) -> FrameCounts:
        """What there was, and what came of it; complete when the iteration is."""
        return FrameCounts(
            promised=self._promised,
            read=self._read,
            # until the end, what is missing may only be held back by the decoder
            damaged=max(self._errors, self._lost) if self._at_end else self._errors,
            flawed=self._flawed,
            gaps=self._reading.gaps,
            broken_off=self._reading.failure is not None,
        )

    @property
    def frames(self) -> int:
        """How many pictures came out so far."""
        return self._out

    @property
    def jumps(self) -> int:
        """How often the container's clock was found to jump."""
        return self._timeline.jumps

    @property
    def failure(self) -> av.error.FFmpegError | None:
        """Why reading ended before the source did; None where it did not."""
        return self._reading.failure

    def summary(self) -> Decoded:
        """Return what is to be said of it, without what it holds: a decoder and its threads."""
        return Decoded(self.counts, self.frames, self.jumps, self.failure)

    @property
    def _lost(self) -> int:
        """How many pictures were read and did not come; of two fields in two packets, one does."""
        return max(0, self._read - self._void - self._out - self._fields)

    def _decoded(self, packet: av.Packet[Any] | None) -> Iterator[av.VideoFrame]:
        try:
            pictures = self._stream.decode(packet)
        except av.error.FFmpegError:
            self._errors += 1
            return
        for picture in pictures:
            yield self._counted(picture)

    def _counted(self, picture: av.VideoFrame) -> av.VideoFrame:
        self._out += 1
        self._flawed += picture.is_corrupt
        self._fields += picture.interlaced_frame and self._codec == "h264"
        self._last_pts = picture.pts
        return picture

    def _held_back(self) -> Iterator[av.VideoFrame]:
        """What frame threads still held when one of them met an error at the very end.

        PyAV stops asking them then; one thread decodes the end again.
        """
        if self._reopen is None or self._last_pts is None or self.closed:
            return
        try:
            with self._reopen() as again:
                yield from map(self._counted, self._after(self._last_pts, again))
        except (av.error.FFmpegError, SourceError):
            return  # it is gone, or has no key frame to go to: all would have to be decoded again

    def _after(self, pts: int, container: InputContainer) -> Iterator[av.VideoFrame]:
        """The pictures that come after the one of a time; none where that is not found."""
        stream = container.streams[self._stream.index]
        assert isinstance(stream, VideoStream)
        # a key frame's place in a file may come before that of pictures shown ahead of it
        second = round(1 / stream.time_base) if stream.time_base else 0
        container.seek(max(stream.start_time or 0, pts - second), stream=stream)
        pictures = iter(Decoder(container, stream, "SLICE", from_start=False))
        if any(picture.pts == pts for picture in pictures):
            yield from pictures


def _shows(codec: str, packet: av.Packet[Any]) -> bool:
    """Whether a packet holds a picture to be shown."""
    if codec == "vp8":
        return bool(memoryview(packet)[0] & _VP8_SHOWN)
    return codec != "mpeg4" or packet.size > _VOID_MPEG4
