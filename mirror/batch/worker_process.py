"""What runs in each process of a batch: ``python -m mirror.batch.worker_process``.

Says what it is told to on standard input, one JSON object a line, and answers on standard output.
The process ends when its standard input does, whatever it is doing: so none outlives the one that
started it, however that ended.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
import threading
import time
from pathlib import Path
from typing import IO, Any

_TELLS_EVERY_S = 0.5


class Line:
    """Tells the one who asked; any thread may."""

    def __init__(self, out: IO[str]) -> None:
        self._out, self._lock = out, threading.Lock()

    def __call__(self, **said: Any) -> None:  # noqa: ANN401  # whatever JSON can say
        """Say something."""
        with self._lock:
            self._out.write(json.dumps(said) + "\n")
            self._out.flush()


class ToldProgress:
    """Tells how far a recording is, now and then; see ``mirror.jobs.host.Progress``."""

    def __init__(self, line: Line, total: int | None) -> None:
        self._line, self._total = line, total
        self._said_at = 0.0

    def __enter__(self) -> ToldProgress:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def show(self, frames: int, fps: float) -> None:
        """Take how far it is."""
        now = time.monotonic()
        if now - self._said_at >= _TELLS_EVERY_S:
            self._said_at = now
            self._line(frames=frames, total=self._total, fps=round(fps, 1))


def main() -> None:
    """Answer until nobody asks any longer."""
    for name in ("SIGINT", "SIGHUP"):  # meant for the one who started this, who then ends it
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    line = Line(_own_stdout())
    asked: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    reader = threading.Thread(target=_read, args=(asked,), name="asked", daemon=True)
    reader.start()
    _answer(asked, line)


def _own_stdout() -> IO[str]:
    """Standard output for answers alone: what anything else prints goes to standard error."""
    ours = os.dup(1)
    os.dup2(2, 1)
    return os.fdopen(ours, "w", encoding="utf-8")


def _read(asked: queue.SimpleQueue[dict[str, Any]]) -> None:
    for text in sys.stdin:
        asked.put(json.loads(text))
    os._exit(0)


def _answer(asked: queue.SimpleQueue[dict[str, Any]], line: Line) -> None:
    from mirror.batch.records import Failure  # after the reader has begun: all this takes a while

    first = asked.get()
    try:
        from mirror.batch.batch_job import BatchJob
        from mirror.batch.clip_run import ClipRunner
        from mirror.batch.clips import Clip
        from mirror.batch.engines import running_engine
        from mirror.batch.stores import open_store

        batch = BatchJob.model_validate_json(first["batch"])
        run = ClipRunner(batch, open_store(first["store"]), Path(first["scratch"]))
        with running_engine(
            batch.settings, first["workers"], first["threads"], first["processes"]
        ) as engine:
            line(ready=True)
            while True:
                said = asked.get()
                try:
                    record = run(
                        Clip(**said["clip"]),
                        engine,
                        lambda _, total: ToldProgress(line, total),
                        said["attempt"],
                    )
                except Exception as error:
                    line(failed=Failure.of(error).model_dump(mode="json"))
                else:
                    line(done=record.model_dump(mode="json"))
    except Exception as error:
        line(broken=Failure.of(error).model_dump(mode="json"))
        os._exit(1)


if __name__ == "__main__":
    main()
