"""Frames of a camera on the network."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import av
import av.error

from pipeline.errors import SourceError
from pipeline.frame import Frame
from pipeline.sources.address import named, without_secrets

_OPENS_WITHIN_S = 10.0
_READS_WITHIN_S = 5.0
# fflags=nobuffer would be quicker still, but throws away all that was read while probing
_OPTIONS = {"flags": "low_delay", "rtsp_transport": "tcp"}


class NetworkCamera:
    """The frames of an http or rtsp stream, as they come; read on the flow's source thread.

    Attributes:
        is_live: True: an old frame is better dropped.
        has_end: the address is that of a recording, which ends by itself.

    Raises:
        SourceError: nothing can be opened at the address, or it carries no video.
    """

    is_live = True

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url, self._name, self._clock = url, named(url), clock
        self._closed = False
        try:
            self._container = av.open(
                url, options=_OPTIONS, timeout=(_OPENS_WITHIN_S, _READS_WITHIN_S)
            )
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                "{address} cannot be opened ({reason}); check the address, user name and password "
                "in a player such as VLC",
                address=self._name,
                reason=self._reason(error),
            ) from self._nameless(error)
        if not self._container.streams.video:
            self._container.close()
            raise SourceError("{address} carries no video", address=self._name)
        self.has_end = self._container.duration is not None

    def __iter__(self) -> Iterator[Frame]:
        """Yield frames until the stream ends, or ``close``.

        Raises:
            SourceError: the connection broke, or nothing came for five seconds.
        """
        try:
            for picture in self._container.decode(video=0):
                if self._closed:
                    return
                yield Frame(picture, self._clock())
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError) as error:
            raise SourceError(
                "{address} stopped delivering ({reason}); check the camera's network",
                address=self._name,
                reason=self._reason(error),
            ) from self._nameless(error)
        finally:
            self._container.close()

    def close(self) -> None:
        """End the iteration at the next frame, or when the read times out."""
        self._closed = True

    def _reason(self, error: Exception) -> str:
        return getattr(error, "strerror", None) or self._shown(str(error))

    def _nameless(self, error: Exception) -> Exception:
        """The same; FFmpeg's names the address as it was given, and a traceback would show it."""
        said = (self._shown(part) if isinstance(part, str) else part for part in error.args)
        return type(error)(*said)

    def _shown(self, text: str) -> str:
        return without_secrets(text.replace(self._url, self._name))
