"""Memory that was freed goes back to the system, wherever that can be asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from mirror.process import spare_memory

# blocks that lie too close together to be given back by themselves: every hundredth stays
SCATTER = """
import ctypes

import psutil

from mirror.process import spare_memory

libc = ctypes.CDLL(None)
libc.malloc.restype = ctypes.c_void_p
libc.free.argtypes = [ctypes.c_void_p]
blocks = [libc.malloc(10_000) for _ in range(3_000)]
for block in blocks:
    ctypes.memset(block, 1, 10_000)
for number, block in enumerate(blocks):
    if number % 100:
        libc.free(block)
before = psutil.Process().memory_info().rss
spare_memory.give_back()
print(before - psutil.Process().memory_info().rss)
"""


@pytest.mark.skipif(spare_memory._TRIM is None, reason="needs glibc")
def test_what_lies_scattered_is_given_back() -> None:
    given = subprocess.run(
        [sys.executable, "-c", SCATTER], capture_output=True, text=True, check=True
    )
    assert int(given.stdout) > 20_000_000  # of 30


def test_where_there_is_no_way_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spare_memory, "_TRIM", None)
    spare_memory.give_back()
