"""Carries a batch's recordings out in processes of this machine."""

from __future__ import annotations

import contextlib
import dataclasses
import json
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Clip
from mirror.batch.engines import Shares
from mirror.batch.errors import BatchError
from mirror.batch.records import ClipRecord, Failure
from mirror.batch.workers import ATTEMPTS, Outcome, Told

_ENDS_WITHIN_S = 5.0


class ProcessWorkers:
    """One process for each recording that is parsed at the same time; see ``ClipWorkers``.

    Args:
        batch: the batch.
        store: where outputs go, as ``open_store`` takes it.
        scratch: a folder of this machine; each process makes one in it.
        shares: how many processes, and what each of them computes with.
        inherited: descriptors that every process holds open as long as it lives, such as a lock's.
    """

    def __init__(
        self,
        batch: BatchJob,
        store: str,
        scratch: Path,
        shares: Shares,
        inherited: Sequence[int] = (),
    ) -> None:
        self._shares, self._scratch, self._inherited = shares, scratch, tuple(inherited)
        self._begins_with = {
            "batch": batch.model_dump_json(),
            "store": store,
            "workers": shares.workers,
            "threads": shares.threads,
            "processes": shares.processes,
        }
        self._heard: queue.SimpleQueue[tuple[_Process, dict[str, Any] | None]] = queue.SimpleQueue()
        self._processes: list[_Process] = []
        self._started = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self._processes:
            process.end()
        for process in self._processes:
            process.join()
        self._processes.clear()

    def outcomes(self, clips: Sequence[Clip], tell: Callable[[Told], None]) -> Iterator[Outcome]:
        """See ``ClipWorkers``."""
        waiting = deque((clip, 1) for clip in clips)
        left = len(waiting)
        for _ in range(min(self._shares.processes, left)):
            self._start()
        while left:
            process, said = self._heard.get()
            task = process.task
            if said is None:
                process.join()
                self._processes.remove(process)
                if task is not None and task[1] < ATTEMPTS:
                    waiting.appendleft((task[0], task[1] + 1))
                elif task is not None:
                    left -= 1
                    yield Outcome(task[0], Failure.of(_lost(task[0])), task[1])
                elif not process.was_ready:
                    raise BatchError(
                        "batch.process_died",
                        "a process that was to parse ended before it could, with status {status}",
                        status=process.status,
                    )
                if waiting:
                    self._start()
            elif "broken" in said:
                raise Failure.model_validate(said["broken"]).error()
            elif "ready" in said:
                process.was_ready = True
                self._hand_out(process, waiting)
            elif task is not None and "frames" in said:
                tell(Told(task[0], said["frames"], said["total"], said["fps"]))
            elif task is not None:
                left -= 1
                process.task = None
                self._hand_out(process, waiting)
                yield Outcome(task[0], _result(said), task[1])

    def _start(self) -> None:
        scratch = self._scratch / f"process-{self._started}"
        self._started += 1
        process = _Process(self._heard.put, self._inherited)
        self._processes.append(process)
        process.say({**self._begins_with, "scratch": str(scratch)})

    def _hand_out(self, process: _Process, waiting: deque[tuple[Clip, int]]) -> None:
        if not waiting:
            process.end()
            return
        process.task = waiting.popleft()
        clip, attempt = process.task
        process.say({"clip": dataclasses.asdict(clip), "attempt": attempt})


class _Process:
    """One process: what it is at, and what it says.

    Attributes:
        task: the recording that it is at, and which attempt this is.
        was_ready: whether it has loaded all that it needs.
    """

    def __init__(
        self,
        heard: Callable[[tuple[_Process, dict[str, Any] | None]], None],
        inherited: tuple[int, ...],
    ) -> None:
        self.task: tuple[Clip, int] | None = None
        self.was_ready = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "mirror.batch.worker_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            pass_fds=() if sys.platform == "win32" else inherited,
        )
        self._thread = threading.Thread(
            target=self._listen, args=(heard,), name="batch-process", daemon=True
        )
        self._thread.start()

    @property
    def status(self) -> int:
        """What it ended with."""
        return int(self._process.wait())

    def say(self, said: dict[str, Any]) -> None:
        """Tell it something; that it has ended is heard elsewhere."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(json.dumps(said) + "\n")
            self._process.stdin.flush()

    def end(self) -> None:
        """Have it end, whatever it is at."""
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()

    def join(self) -> None:
        """Wait until it has ended, and see to it that it does."""
        self.end()
        try:
            self._process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _listen(self, heard: Callable[[tuple[_Process, dict[str, Any] | None]], None]) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                with contextlib.suppress(ValueError):  # its last words may be cut off
                    heard((self, json.loads(line)))
        heard((self, None))


def _result(said: dict[str, Any]) -> ClipRecord | Failure:
    if "done" in said:
        return ClipRecord.model_validate(said["done"])
    return Failure.model_validate(said["failed"])


def _lost(clip: Clip) -> BatchError:
    return BatchError(
        "batch.worker_lost",
        "{path}: the process that parsed it was lost {count} times; it may need more memory than "
        "there is",
        path=Path(clip.source),
        count=ATTEMPTS,
    )
