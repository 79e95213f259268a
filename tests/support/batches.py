"""Batches of small videos: made, run in this process or in real ones, and looked through."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Self

from media import write_video

from mirror.batch.batch_job import BatchJob
from mirror.batch.batch_run import BatchReport, run_batch
from mirror.batch.clip_run import ClipRunner
from mirror.batch.clips import Clip
from mirror.batch.engines import Shares
from mirror.batch.records import Failure
from mirror.batch.resume import Mode
from mirror.batch.stores import Store, open_store
from mirror.batch.workers import Outcome, Told
from mirror.core.settings import load
from mirror.jobs.engine import Engine
from mirror.jobs.host import Silence

ROOT = Path(__file__).parents[2]


class Watched:
    """Keeps what it is told; see ``BatchWatcher``."""

    def __init__(self) -> None:
        self.clips, self.kept = 0, 0
        self.ends: list[str] = []

    def begins(self, clips: int, kept: int, shares: Shares) -> None:
        self.clips, self.kept = clips, kept

    def told(self, told: Told) -> None:
        pass

    def ended(self, outcome: Outcome) -> None:
        self.ends.append(outcome.clip.name)


class InThisProcess:
    """Carries recordings out one after the other, here; see ``ClipWorkers``."""

    store_of: Callable[[str], Store] = staticmethod(open_store)

    def __init__(
        self, batch: BatchJob, store: str, scratch: Path, shares: Shares, inherited: Sequence[int]
    ) -> None:
        self._batch, self._run = batch, ClipRunner(batch, self.store_of(store), scratch / "0")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def outcomes(self, clips: Sequence[Clip], tell: Callable[[Told], None]) -> Iterator[Outcome]:
        engine = Engine.of(self._batch.settings)
        for clip in clips:
            try:
                yield Outcome(clip, self._run(clip, engine, lambda *_: Silence()), 1)
            except Exception as error:
                yield Outcome(clip, Failure.of(error), 1)


# x264's macroblock tree, which faster presets do without, reads memory that nobody wrote where a
# width is no multiple of 128: then the same pictures may come to other bytes
SAME_BYTES: dict[str, object] = {"parser.workers": 1, "video.preset": "superfast"}


def job(*sources: object, output: object, **fields: Any) -> BatchJob:  # noqa: ANN401
    """A batch that looks for nobody, unless it is told otherwise."""
    given = {"settings": load(flags={"parser.name": "none", **SAME_BYTES}), **fields}
    return BatchJob(sources=tuple(map(str, sources)), output=str(output), **given)


def run(batch: BatchJob, mode: Mode = "anew", make: Any = InThisProcess) -> BatchReport:  # noqa: ANN401
    """Run a batch in this process."""
    return run_batch(batch, Watched(), mode, make_workers=make)


def clips_in(folder: Path, *names: str, frames: int = 3) -> Path:
    """A folder with a small video of each name."""
    for place, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        write_video(folder / name, frames + place)
    return folder


def command(*words: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``mirror batch`` as a user does."""
    arguments = [sys.executable, "-m", "mirror", "batch", *map(str, words)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    # files, not pipes: what a killed run started may hold them open for a while
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        done = subprocess.run(
            arguments, cwd=cwd, env=environment, stdout=out, stderr=err, check=False
        )
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(arguments, done.returncode, out.read(), err.read())


def contents(folder: Path) -> dict[str, bytes]:
    """Every file that a batch made for its user, but for the manifest, which has times in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.relative_to(folder).parts[0].startswith((".", "manifest"))
    }


def manifest_of(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return found
