"""Where lines go: written by a thread of their own, since who reads them may be slow, or gone."""

from __future__ import annotations

import contextlib
import json
import logging
import queue
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Literal, TextIO

from mirror.process.printable import shown
from mirror.serve.logs.events import request_id

LogFormat = Literal["readable", "json"]
LogLevel = Literal["debug", "info", "warning", "error"]

_MOST_WAITING = 4096  # lines that were not written yet; more are dropped, and counted
_ENDS_WITHIN_S = 1.0


class JsonLines(logging.Formatter):
    """One object a line: ``time``, ``level``, ``logger``, ``message``, ``request_id``, fields."""

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        line: dict[str, object] = {
            "time": _time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get() or None,
        }
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, separators=(",", ":"))


class ReadableLines(logging.Formatter):
    """A line for people, and an exception's below it; nothing that a terminal would obey."""

    def format(self, record: logging.LogRecord) -> str:
        """See ``logging.Formatter``."""
        fields = getattr(record, "fields", {})
        who = " at ".join(str(fields[name]) for name in ("caller", "address") if name in fields)
        line = f"{_time(record)} {record.levelname:7} {shown(record.getMessage())}"
        if who:
            line += f" for {shown(who)}"
        if id := request_id.get():
            line += f" [{shown(id)}]"
        if record.exc_info:
            said = self.formatException(record.exc_info).splitlines()
            line += "".join(f"\n  {shown(text)}" for text in said)
        return line


class ThreadedHandler(logging.Handler):
    """Formats where something happens, and writes on a thread of its own; never waits.

    Args:
        stream: where lines go.
        most_waiting: lines that may wait; what comes then is dropped, and counted.

    Attributes:
        dropped: how many were.
    """

    def __init__(self, stream: TextIO, most_waiting: int = _MOST_WAITING) -> None:
        super().__init__()
        self.dropped = 0
        self._stream = stream
        self._waiting: queue.Queue[str | None] = queue.Queue(most_waiting)
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """See ``logging.Handler``."""
        try:
            self._waiting.put_nowait(self.format(record))
        except queue.Full:
            self.dropped += 1
        except Exception:  # a line that cannot be made is no reason to fail
            self.handleError(record)

    def close(self) -> None:
        """Write what waits, unless nobody reads it."""
        with contextlib.suppress(queue.Full):
            self._waiting.put(None, timeout=_ENDS_WITHIN_S)
        self._thread.join(_ENDS_WITHIN_S)
        super().close()

    def _write(self) -> None:
        told = 0
        while (line := self._waiting.get()) is not None:
            with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
                self._stream.write(line + "\n")
                if self.dropped > told:
                    self._stream.write(self._lost(self.dropped - told) + "\n")
                    told = self.dropped
                self._stream.flush()

    def _lost(self, lines: int) -> str:
        about = {"name": __name__, "levelno": logging.WARNING, "levelname": "WARNING"}
        words = "%d lines came faster than they were read, and were dropped"
        return self.format(logging.makeLogRecord({**about, "msg": words, "args": (lines,)}))


@contextlib.contextmanager
def logging_to(stream: TextIO, log_format: LogFormat, level: LogLevel) -> Iterator[None]:
    """Write lines to a stream during the block: ours from a level on, other packages' warnings.

    Args:
        stream: where to.
        log_format: for people, or for programs.
        level: from which on.
    """
    handler = ThreadedHandler(stream)
    handler.setFormatter(JsonLines() if log_format == "json" else ReadableLines())
    root, own = logging.getLogger(), logging.getLogger("mirror")
    before, others = own.level, own.handlers[:]
    own.setLevel(level.upper())
    for other in others:  # the command line's, which tells people, in other words
        own.removeHandler(other)
    root.addHandler(handler)
    asgi = logging.getLogger("uvicorn.error")
    asgi.addFilter(_is_not_told_already)
    try:
        yield
    finally:
        asgi.removeFilter(_is_not_told_already)
        root.removeHandler(handler)
        own.setLevel(before)
        for other in others:
            own.addHandler(other)
        handler.close()


def _is_not_told_already(record: logging.LogRecord) -> bool:
    """Whether a line of uvicorn's says something new: what failed in a request is told by us."""
    return not record.getMessage().startswith("Exception in ASGI application")


def _time(record: logging.LogRecord) -> str:
    moment = datetime.fromtimestamp(record.created, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
