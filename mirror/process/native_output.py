"""Keeps standard output for data: what libraries in C print there goes to standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator

_LEVEL = "OPENCV_LOG_LEVEL"
_ON_STDERR = ("S", "SILENT", "OFF", "DISABLED", "0", "F", "FATAL", "1", "E", "ERROR", "2")
_WARNING = ("W", "WARN", "WARNING", "WARNINGS", "3")


def quieten_opencv() -> None:
    """Have OpenCV say errors only, since a camera that is missing is said once, in our words.

    Whoever asks for more gets warnings, too, which go to stderr: all else goes to stdout. Before it
    is loaded, since it reads its setting, and prints, as it is.
    """
    level = os.environ.get(_LEVEL, "").strip().upper()
    if not level:
        os.environ[_LEVEL] = "ERROR"
    elif level not in _ON_STDERR + _WARNING:
        os.environ[_LEVEL] = "WARNING"


@contextlib.contextmanager
def native_output_on_stderr() -> Iterator[None]:
    """Within the block, ``sys.stdout`` alone leads to standard output; descriptor 1 does not.

    Where there is no standard output, or it is none of the system's, nothing is changed.
    """
    try:
        sys.stdout.flush()
        python, descriptor, messages = sys.stdout, sys.stdout.fileno(), sys.stderr.fileno()
        data = os.dup(descriptor)
    except (AttributeError, OSError, ValueError):
        yield
        return
    try:
        os.dup2(messages, descriptor)
        with open(data, "w", encoding=python.encoding, closefd=False) as sys.stdout:
            yield
    finally:
        sys.stdout = python
        os.dup2(data, descriptor)
        os.close(data)
