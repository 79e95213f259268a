"""Bytes that were read too far, given back."""

from __future__ import annotations

from pipeline.pipes import Readable, fill


class Pushback:
    """Reads a stream, and takes back what was read of it."""

    def __init__(self, stream: Readable) -> None:
        self._stream = stream
        self._head = b""

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer as far as there is something; 0 at the end."""
        if not self._head:
            return self._stream.readinto(buffer) or 0
        piece, self._head = self._head[: len(buffer)], self._head[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)

    def unread(self, piece: bytes) -> None:
        """Put bytes before all that is to come."""
        self._head = piece + self._head

    def take(self, count: int) -> bytes:
        """Return so many bytes, fewer only where the stream ends."""
        piece = bytearray(count)
        return bytes(piece[: fill(self, memoryview(piece))])
