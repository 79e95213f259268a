"""Frames of a camera on the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from fractions import Fraction

import av
import av.error
from av.container import InputContainer

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.media.input_limits import USUAL_LIMITS, InputLimits
from pipeline.media.opening import open_address
from pipeline.sources.container.decoding import Decoded, Decoder
from pipeline.sources.container.frame_counts import FrameCounts
from pipeline.sources.managed_source import ManagedSource
from pipeline.sources.network.address import named, nameless, reason_of

_OPENS_WITHIN_S = 10.0
_READS_WITHIN_S = 5.0
_DOWNLOADS = ("http://", "https://")  # a server of these waits for a slow reader
# fflags=nobuffer would be quicker still, but throws away all that was read while probing
_OPTIONS = {"flags": "low_delay", "rtsp_transport": "tcp"}


class NetworkCamera(ManagedSource):
    """The frames of an http or rtsp stream, as they come; read on the flow's source thread.

    Attributes:
        is_live: an old frame is better dropped. False of a recording that is downloaded: its server
            waits, and its frames have times.
        has_end: the address is that of a recording, which ends by itself.

    Args:
        url: the address.
        clock: monotonic seconds.
        limits: what is refused unread.
        container: what the address delivers, opened already.

    Raises:
        SourceError: nothing can be opened at the address, or it carries no video.
    """

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        limits: InputLimits = USUAL_LIMITS,
        *,
        container: InputContainer | None = None,
    ) -> None:
        super().__init__()
        self._url, self._name, self._clock = url, named(url), clock
        try:
            self._container = container or open_address(
                url, _OPTIONS, (_OPENS_WITHIN_S, _READS_WITHIN_S), limits
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                "address.not_opened",
                "{address} cannot be opened ({reason}); check the address, user name and "
                "password in a player such as VLC",
                address=self._name,
                reason=reason_of(error, self._url),
            ) from nameless(error, self._url)
        streams = [stream for stream in self._container.streams.video if stream.codec_context]
        if not streams:
            self._container.close()
            raise SourceError("address.no_video", "{address} carries no video", address=self._name)
        self.has_end = self._container.duration is not None
        self.is_live = not (self.has_end and url.lower().startswith(_DOWNLOADS))
        self._time_base, self._last_pts = streams[0].time_base, -1
        self._decoding: Decoder | Decoded = Decoder(self._container, streams[0], "SLICE")

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the stream ends, or ``close``; what is damaged is skipped.

        A recording that breaks off ends where it does, and ``counts`` say so.

        Raises:
            SourceError: the connection to a camera broke, or nothing came for five seconds; or no
                picture came at all.
        """
        return self._reading(self._read())

    def _read(self) -> Generator[Frame, None, None]:
        if isinstance(self._decoding, Decoder):
            for picture in self._decoding:
                if self._decoding.closed:
                    return
                yield self._frame(picture)
        if not self._decoding.closed:
            self._check_end()

    def _free(self) -> None:
        self._container.close()
        if isinstance(self._decoding, Decoder):  # whose threads end with the last that knows of it
            self._decoding = self._decoding.summary()

    def close(self) -> None:
        """End the iteration at the next frame, or when the read times out."""
        self._decoding.closed = True

    @property
    def counts(self) -> FrameCounts | None:
        """How many frames a recording promised, and what came of them; None of a camera."""
        return self._decoding.counts if self.has_end else None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was wrong with a recording, one sentence each."""
        return () if self.counts is None else self.counts.remarks

    def _frame(self, picture: av.VideoFrame) -> Frame:
        if self.is_live:
            return Frame(picture, self._clock(), media_time=self._media_time(picture.pts))
        if picture.pts is None:
            picture.pts = self._last_pts + 1
        self._last_pts = picture.pts
        return Frame(picture, self._clock(), picture.pts, self._time_base, picture.duration)

    def _media_time(self, pts: int | None) -> Fraction | None:
        return None if pts is None or self._time_base is None else pts * self._time_base

    def _check_end(self) -> None:
        failure = self._decoding.failure
        if self.has_end and not self._decoding.frames:
            raise SourceError(
                "address.no_picture",
                "{address} delivered no picture ({reason}); if it is an MP4 file, its server "
                "must answer requests for parts of it: download it first, or have it made "
                "with ffmpeg -i IN -c copy -movflags +faststart OUT.mp4",
                address=self._name,
                reason="nothing that can be decoded"
                if failure is None
                else reason_of(failure, self._url),
            ) from (failure and nameless(failure, self._url))
        if failure is not None and not self.has_end:
            raise SourceError(
                "address.broke_off",
                "{address} stopped delivering ({reason}); check the camera's network",
                address=self._name,
                reason=reason_of(failure, self._url),
            ) from nameless(failure, self._url)
