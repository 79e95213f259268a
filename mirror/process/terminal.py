"""What the command line says beside its data: that it cannot be shown is no failure of a run."""

from __future__ import annotations

import contextlib
import io
import os
import sys
from typing import TYPE_CHECKING, TextIO

from mirror.process.printable import shown
from pipeline.errors import SinkError

if TYPE_CHECKING:
    from rich.console import RenderableType


def fill_gaps() -> None:
    """Put something in the place of standard streams that were closed when the process began.

    Otherwise the next file that is opened is standard output, and takes in what is printed. A
    stream that was closed stays one that cannot be used: what is read from it, or written to it,
    fails.
    """
    for descriptor, mode in enumerate((os.O_WRONLY, os.O_RDONLY, os.O_RDONLY)):
        try:
            os.fstat(descriptor)
        except OSError:
            os.set_inheritable(os.open(os.devnull, mode), True)  # it gets the lowest that is free


def show(*what: RenderableType, on_stderr: bool = False) -> None:
    """Print what is nice to know on standard output, as far as that can show it.

    Args:
        *what: texts and tables.
        on_stderr: whether standard output holds data, so that it goes to standard error.
    """
    with contextlib.suppress(SinkError):
        _print(sys.stderr if on_stderr else sys.stdout, *what)


def answer(*what: RenderableType) -> None:
    """Print what was asked for on standard output; letters that it does not have become ``?``.

    Raises:
        SinkError: it cannot be printed.
    """
    _print(sys.stdout, *what)


def _print(out: TextIO | None, *what: RenderableType) -> None:
    if out is None or out.closed:
        raise SinkError("stdout.closed.unnamed", "standard output is closed")
    from rich.console import Console

    rendered = _Rendered(out)
    Console(file=rendered).print(*what, sep="\n")
    try:
        out.write(rendered.getvalue())
        out.flush()
    except OSError as error:
        mute(out)
        raise SinkError(
            "stdout.write_failed",
            "standard output cannot be written on ({reason})",
            reason=error.strerror or str(error),
        ) from error


def warn(text: str) -> None:
    """Print one line on standard error, if there is one; names in it cannot give commands."""
    if sys.stderr is not None:
        with contextlib.suppress(OSError, ValueError):
            print(f"mirror: {shown(text)}", file=sys.stderr, flush=True)


def mute(out: TextIO) -> None:
    """Let a stream that failed lose what it still holds, which is written when Python ends."""
    with contextlib.suppress(OSError, ValueError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nothing, out.fileno())
        os.close(nothing)


class _Rendered(io.TextIOWrapper):
    """Takes in text for a stream, with the letters and colours that it has.

    Args:
        like: the stream.
    """

    def __init__(self, like: TextIO) -> None:
        self._bytes, self._is_terminal = io.BytesIO(), like.isatty()
        encoding = like.encoding or "utf-8"
        super().__init__(self._bytes, encoding, errors="replace", newline="\n")

    def isatty(self) -> bool:
        """Say whether to use colours."""
        return self._is_terminal

    def getvalue(self) -> str:
        """Return what came."""
        self.flush()
        return self._bytes.getvalue().decode(self.encoding)
