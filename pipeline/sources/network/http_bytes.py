"""The bytes that a web address delivers, as FFmpeg's own client receives them, uninterpreted."""

from __future__ import annotations

import errno
from collections.abc import Iterator

import av.error

from pipeline.errors import SourceError
from pipeline.media.input_limits import InputLimits
from pipeline.media.opening import open_address
from pipeline.sources.network.address import named, nameless, reason_of

_OPENS_WITHIN_S = 10.0
_READS_WITHIN_S = 5.0
_PIECE = 1 << 16


class HttpBytes:
    """Reads an address. One thread reads; any thread closes, and releases where nobody reads.

    Attributes:
        name: the address as it may be shown.

    Raises:
        SourceError: nothing can be opened at the address.
    """

    def __init__(self, url: str, limits: InputLimits) -> None:
        self.name, self._url = named(url), url
        self._head = b""  # looked at, but not read yet
        self._closed = False
        options, timeout = {"raw_packet_size": str(_PIECE)}, (_OPENS_WITHIN_S, _READS_WITHIN_S)
        try:
            self._container = open_address(url, options, timeout, limits, format="data")
        except (av.error.FFmpegError, OSError, ValueError) as error:
            raise SourceError(
                "address.not_opened",
                "{address} cannot be opened ({reason}); check the address, user name and "
                "password in a player such as VLC",
                address=self.name,
                reason=reason_of(error, self._url),
            ) from nameless(error, self._url)
        self._pieces = self._received()

    def peek(self, count: int) -> bytes:
        """Return the first bytes without taking them, fewer where they end before.

        Raises:
            SourceError: as ``read``.
        """
        while len(self._head) < count and (piece := next(self._pieces, b"")):
            self._head += piece
        return self._head[:count]

    def read(self, count: int) -> bytes:
        """Return up to so many bytes, none at the end; wait for the first.

        Raises:
            SourceError: the connection broke, or nothing came for five seconds.
        """
        piece = self._head or next(self._pieces, b"")
        self._head = piece[count:]
        return piece[:count]

    def close(self) -> None:
        """End the bytes at the next read that returns."""
        self._closed = True

    def release(self) -> None:
        """Let go of the connection; nobody reads now, or will."""
        self._container.close()

    def _received(self) -> Iterator[bytes]:
        try:
            for packet in self._container.demux():
                if self._closed:
                    return
                if packet.size:
                    yield bytes(packet)
        except av.error.EOFError:
            return
        except (av.error.FFmpegError, OSError) as error:
            if error.errno == errno.EIO:  # a server that did not say how much there is has hung up
                return
            raise SourceError(
                "address.broke_off",
                "{address} stopped delivering ({reason}); check the camera's network",
                address=self.name,
                reason=reason_of(error, self._url),
            ) from nameless(error, self._url)
