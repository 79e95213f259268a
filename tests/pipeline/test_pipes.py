from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from pipeline.errors import SinkClosed, SinkError, SourceError
from pipeline.pipes import PipeReader, PipeWriter, fill, open_target

InThread = Callable[[Callable[[], None]], threading.Thread]


class Pipe:
    """Both ends of a pipe, each closed once."""

    def __init__(self) -> None:
        self.read_end, self.write_end = os.pipe()
        self._open = {self.read_end, self.write_end}

    def close(self, *ends: int) -> None:
        for end in self._open & set(ends or self._open):
            self._open.remove(end)
            os.close(end)


@pytest.fixture
def pipe() -> Iterator[Pipe]:
    pipe = Pipe()
    yield pipe
    pipe.close()


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_what_was_looked_at_is_still_read(pipe: Pipe) -> None:
    reader = PipeReader(pipe.read_end)
    os.write(pipe.write_end, b"abcdef")
    assert reader.peek(2) == b"ab"
    assert reader.peek(4) == b"abcd"
    assert reader.read(3) == b"abc"
    buffer = bytearray(3)
    assert fill(reader, memoryview(buffer)) == 3
    assert buffer == b"def"


def test_a_stream_that_ends_is_not_waited_for(pipe: Pipe) -> None:
    os.write(pipe.write_end, b"ab")
    pipe.close(pipe.write_end)
    reader = PipeReader(pipe.read_end)
    assert reader.peek(10) == b"ab"
    assert fill(reader, memoryview(bytearray(10))) == 2


def test_closing_wakes_a_read_that_waits(pipe: Pipe, in_thread: InThread) -> None:
    reader, read = PipeReader(pipe.read_end), []
    waiter = in_thread(lambda: read.append(reader.read(1)))
    reader.close()
    reader.close()
    waiter.join(5.0)
    assert read == [b""]


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux lists them there")
def test_a_reader_leaves_no_descriptor_behind(pipe: Pipe) -> None:
    before = open_descriptors()
    PipeReader(pipe.read_end).close()
    assert open_descriptors() == before


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    with pytest.raises(SourceError, match="standard input cannot be read: Is a directory"):
        PipeReader(folder).read(1)
    os.close(folder)


def test_pieces_larger_than_the_pipe_arrive_whole(pipe: Pipe, in_thread: InThread) -> None:
    picture = np.arange(3 << 20, dtype=np.uint32).view(np.uint8).reshape(3, -1)
    received = bytearray(picture.nbytes + 4)
    reader = PipeReader(pipe.read_end)
    done = in_thread(lambda: assert_filled(reader, received))
    PipeWriter(pipe.write_end).write(b"head", picture, b"")
    done.join(10.0)
    assert received == b"head" + picture.tobytes()


def assert_filled(reader: PipeReader, buffer: bytearray) -> None:
    assert fill(reader, memoryview(buffer)) == len(buffer)


def test_a_reader_that_left_is_told_from_a_fault(pipe: Pipe) -> None:
    writer = PipeWriter(pipe.write_end, "pipe")
    pipe.close(pipe.read_end)
    with pytest.raises(SinkClosed, match="whoever read pipe has left"):
        writer.write(b"a")
    writer.write(b"b")  # what ends a stream need not ask again


def test_a_full_disk_is_named_with_what_to_do() -> None:
    target = open_target("/dev/full")
    with pytest.raises(SinkError, match="/dev/full cannot be written on: No space left on device"):
        target.write(b"a")
    target.close()
    target.close()


def test_a_file_that_is_there_is_replaced_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "out.y4m"
    path.write_bytes(b"before")
    with pytest.raises(SinkError, match=r"out\.y4m exists; name another file, or allow"):
        open_target(str(path))
    target = open_target(str(path), overwrite=True)
    target.write(b"after")
    target.close()
    assert path.read_bytes() == b"after"


def test_a_program_that_listens_gets_the_bytes(in_thread: InThread) -> None:
    received = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def read() -> None:
            connection, _ = server.accept()
            with connection, connection.makefile("rb") as stream:
                received.append(stream.read())

        reader = in_thread(read)
        target = open_target(f"tcp://127.0.0.1:{server.getsockname()[1]}")
        target.write(b"parsed")
        target.close()
        reader.join(5.0)
    assert received == [b"parsed"]


@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("tcp://127.0.0.1:1", "nobody answers at tcp://127.0.0.1:1"),
        ("tcp://here", "is no address; try tcp://127.0.0.1:9000"),
        ("/none/such", "the folder /none does not exist; make it first"),
        ("tcp://127.0.0.1:²", "is no address; try tcp://127.0.0.1:9000"),
        ("tcp://127.0.0.1:65536", "is no address; try tcp://127.0.0.1:9000"),
        (f"tcp://{'a' * 64}.x:9000", "nobody answers at tcp://aaaa"),
    ],
)
def test_a_target_that_cannot_be_had_is_named(target: str, said: str) -> None:
    with pytest.raises(SinkError, match=said):
        open_target(target)


def test_pipes_that_do_not_wait_by_themselves_are_waited_for(
    pipe: Pipe, in_thread: InThread
) -> None:
    for end in (pipe.read_end, pipe.write_end):
        os.set_blocking(end, False)
    reader, received = PipeReader(pipe.read_end), bytearray(3 << 20)
    done = in_thread(lambda: assert_filled(reader, received))
    sent = bytes(range(256)) * (3 << 12)
    PipeWriter(pipe.write_end).write(sent)
    done.join(10.0)
    assert received == sent
