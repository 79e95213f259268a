"""Bytes from and to pipes: reads that can be woken, writes that are whole."""

from __future__ import annotations

import contextlib
import os
import re
import select
import socket
import sys
import threading
import weakref
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SinkClosed, SinkError, SourceError
from pipeline.targets.claims import OutputFile, open_file

Bytes = bytes | memoryview | NDArray[np.uint8]

_ROOM = 1 << 20  # bytes a pipe is asked to hold: a frame in 22 pieces costs 22 switches each way
TCP = "tcp://"


class Readable(Protocol):
    """A file or pipe open for reading bytes."""

    def readinto(self, buffer: memoryview, /) -> int | None:
        """Fill a buffer as far as there is something; 0 at the end."""
        ...


def fill(stream: Readable, buffer: memoryview) -> int:
    """Read until a buffer is full or the stream ends; return how many bytes came.

    A pipe gives pieces of any size.
    """
    received = 0
    while received < len(buffer):
        count = stream.readinto(buffer[received:])
        if not count:
            break
        received += count
    return received


class PipeReader:
    """Reads a file descriptor. One thread reads; any thread, or a signal handler, closes.

    Args:
        descriptor: open for reading; stays the caller's.
        name: what messages call it.
    """

    def __init__(self, descriptor: int, name: str = "standard input") -> None:
        self.name = name
        self._descriptor = descriptor
        self._head = b""  # looked at, but not read yet
        self._closed = False
        wake, self._waker = os.pipe()
        self._release = weakref.finalize(self, _close_both, wake, self._waker)
        # a signal handler may come between a close and its end
        self._closing = threading.RLock()
        self._poll = select.poll()
        self._poll.register(descriptor, select.POLLIN)
        self._poll.register(wake, select.POLLIN)
        _widen(descriptor)

    def peek(self, count: int) -> bytes:
        """Return the first bytes without taking them, fewer where the stream ends before."""
        while len(self._head) < count:
            piece = self._receive(count - len(self._head))
            if not piece:
                break
            self._head += piece
        return self._head[:count]

    def read(self, count: int) -> bytes:
        """Return up to so many bytes, none at the end; wait for the first."""
        if self._head:
            piece, self._head = self._head[:count], self._head[count:]
            return piece
        return self._receive(count)

    def readinto(self, buffer: memoryview) -> int:
        """Fill a buffer as far as there is something; 0 at the end, or after ``close``."""
        if self._head:
            piece = self.read(len(buffer))
            buffer[: len(piece)] = piece
            return len(piece)
        return self._fill(buffer)

    def close(self) -> None:
        """Wake a waiting read; from now on the stream is at its end."""
        with self._closing:
            if not self._closed:
                self._closed = True
                os.write(self._waker, b"x")

    def release(self) -> None:
        """Let go of what wakes a read; the descriptor stays the caller's. Nobody reads any more."""
        with self._closing:
            self._closed = True
            self._release()

    def _receive(self, count: int) -> bytes:
        piece = bytearray(count)
        return bytes(piece[: self._fill(memoryview(piece))])

    def _fill(self, buffer: memoryview) -> int:
        while self._wait():
            try:
                return os.readv(self._descriptor, [buffer])
            except BlockingIOError:
                continue  # our parent reads from it too, or made it not wait
            except OSError as error:
                raise self._broken(error) from error
        return 0

    def _wait(self) -> bool:
        """Wait until there is something to read, or the end; False after ``close``."""
        if not self._closed:
            self._poll.poll()
        return not self._closed

    def _broken(self, error: OSError) -> SourceError:
        return SourceError(
            "stream.read_failed",
            "{name} cannot be read: {reason}; name another input",
            name=self.name,
            reason=error.strerror or str(error),
        )


class PipeWriter:
    """Writes to a file descriptor, every time all of what it is given. One thread.

    Args:
        descriptor: open for writing.
        name: what messages call it.
        owned: whether ``close`` closes the descriptor.
    """

    def __init__(self, descriptor: int, name: str = "standard output", owned: bool = False) -> None:
        self.name = name
        self._descriptor, self._owned = descriptor, owned
        self._closed = self._broken = False
        _widen(descriptor)

    def write(self, *pieces: Bytes) -> None:
        """Write contiguous pieces one after the other; wait while the reader does not read.

        Raises:
            SinkClosed: the reader has left.
            SinkError: the disk is full, for instance.
        """
        if self._broken:
            return
        waiting = [_view(piece).cast("B") for piece in pieces if len(piece)]
        try:
            while waiting:
                waiting = _after(waiting, self._written(waiting))
        except (BrokenPipeError, ConnectionError) as error:
            self._broken = True
            raise SinkClosed(
                "target.reader_left", "whoever read {name} has left", name=self.name
            ) from error
        except OSError as error:
            self._broken = True
            raise SinkError(
                "target.write_failed",
                "{name} cannot be written on: {reason}; make room, or name another target",
                name=self.name,
                reason=error.strerror or str(error),
            ) from error

    def _written(self, pieces: list[memoryview]) -> int:
        try:
            return os.writev(self._descriptor, pieces)
        except BlockingIOError:  # some parents, Node.js for one, give their children such pipes
            room = select.poll()
            room.register(self._descriptor, select.POLLOUT)
            room.poll()
            return 0

    def close(self) -> None:
        """Let go of the descriptor, if it is owned."""
        if self._owned and not self._closed:
            self._closed = True
            os.close(self._descriptor)


class FileWriter(PipeWriter):
    """Writes to a claimed file, which is complete, and has its name, when the writer is closed."""

    def __init__(self, file: OutputFile) -> None:
        super().__init__(file.descriptor, str(file.path))
        self._file = file

    def close(self) -> None:
        """Finish the file; where not all could be written, leave it as a part.

        Raises:
            SinkError: it cannot have its name, or does not get to the disk.
        """
        if self._broken:
            self._file.keep()
        elif not self._closed:
            self._closed = True
            self._file.finish()


def open_target(target: str, overwrite: bool = False) -> PipeWriter:
    """Open what a command line names for writing; waits for a reader where there must be one.

    Args:
        target: ``-`` for standard output, ``tcp://HOST:PORT`` for a program that listens there,
            with ``?listen`` for one that will connect, else a path: a file to make, or a fifo.
        overwrite: whether an existing file may be replaced.

    Raises:
        SinkError: it cannot be opened; says what to do.
    """
    if target == "-":
        if sys.stdout is None:
            raise SinkError(
                "stdout.closed", "standard output is closed; name a file or another target"
            )
        # a copy: what others print through the descriptor itself may be led elsewhere meanwhile
        return PipeWriter(os.dup(sys.stdout.fileno()), owned=True)
    if target.startswith(TCP):
        return PipeWriter(_connected(target), target, owned=True)
    return FileWriter(open_file(Path(target), overwrite))


def _connected(target: str) -> int:
    address, _, option = target.removeprefix(TCP).partition("?")
    host, _, port = address.rpartition(":")
    is_port = re.fullmatch("[0-9]{1,5}", port) and int(port) < 1 << 16
    if not host or not is_port or option not in ("", "listen"):
        raise SinkError(
            "target.bad_address",
            "{address} is no address; try tcp://127.0.0.1:9000, or with ?listen",
            address=target,
        )
    try:
        if option == "listen":
            with socket.create_server((host, int(port))) as server:
                connection, _ = server.accept()
        else:
            connection = socket.create_connection((host, int(port)), timeout=10.0)
            connection.settimeout(None)
    except (OSError, UnicodeError) as error:  # the latter of a name that no host can have
        reason = getattr(error, "strerror", None) or error
        raise SinkError(
            "target.unreachable",
            "nobody answers at {address} ({reason}); start the reader first, or wait for it "
            "with {listening}",
            address=target,
            reason=str(reason),
            listening=f"{TCP}{address}?listen",
        ) from error
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection.detach()


def _view(piece: Bytes) -> memoryview:
    return piece.data if isinstance(piece, np.ndarray) else memoryview(piece)


def _after(pieces: list[memoryview], written: int) -> list[memoryview]:
    """What is left of some pieces when so many bytes of them are written."""
    for place, piece in enumerate(pieces):
        if written < len(piece):
            return [piece[written:], *pieces[place + 1 :]]
        written -= len(piece)
    return []


def _widen(descriptor: int) -> None:
    if sys.platform == "linux":
        import fcntl

        with contextlib.suppress(OSError):  # not a pipe, or more than this user may have
            fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _ROOM)


def _close_both(one: int, other: int) -> None:
    os.close(one)
    os.close(other)
