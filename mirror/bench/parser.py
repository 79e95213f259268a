"""What parsing costs, beside what it is held against: MediaPipe Pose, and the bare network."""

from __future__ import annotations

import json
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession

from mirror import weights
from mirror.bench import footage, mediapipe_peer
from mirror.bench.rows import Row
from mirror.bench.stopwatch import Cost, cost_of
from mirror.core import machine
from mirror.core.errors import MirrorError
from mirror.core.settings import load
from mirror.inference.onnx_session import open_session
from mirror.jobs.composition import open_flow
from mirror.parsers.builtin import BuiltIn
from pipeline.frame import BGR
from pipeline.sources.in_memory import InMemory

CROPS = 100  # that each of the bare networks looks at in a turn
WARM_UP = 10  # frames


class PeerFailed(MirrorError):
    """The other environment's Python did not run MediaPipe."""


@dataclass(frozen=True, slots=True)
class PeerFigures:
    """What MediaPipe Pose did on the same frames."""

    fps: float
    cpu_ms: float
    found: int
    version: str


def measure(rounds: int, peer_python: Path | None, network: Path | None) -> Iterator[Row]:
    """Yield the built-in parser's speed and cost, in turns with its peers.

    Args:
        rounds: turns, of which each figure is the best.
        peer_python: a Python whose environment has MediaPipe 0.10.21 with the lite model.
        network: the landmark network as it was published; without, the one that ships.

    Raises:
        PeerFailed: that Python does not run it.
    """
    one, two = footage.one_person(), footage.two_people()
    counted = len(one) - WARM_UP
    bare_of = _Bare(network or weights.verify("pose_landmark_lite"))
    ours: list[Cost] = []
    both: list[Cost] = []
    bare: list[Cost] = []
    theirs: list[PeerFigures] = []
    for _ in range(rounds):
        ours.append(_parse_all(one))
        both.append(_parse_all(two))
        bare.append(cost_of(bare_of))
        if peer_python is not None:
            theirs.append(_ask_peer(peer_python, one))
    fps_of_one = counted / min(cost.wall_s for cost in ours)
    fps_of_two = counted / min(cost.wall_s for cost in both)
    cpu_ms = min(cost.cpu_s for cost in ours) / counted * 1e3
    bare_ms = min(cost.cpu_s for cost in bare) / bare_of.crops * 1e3
    size = "640 x 480"
    yield Row(f"one person, {size}", fps_of_one, "fps")
    yield Row("  CPU a frame", cpu_ms, "ms")
    if theirs:
        fps = max(figures.fps for figures in theirs)
        their_ms = min(figures.cpu_ms for figures in theirs)
        against = f"MediaPipe Pose {theirs[0].version} lite: {fps:.1f} fps, {their_ms:.1f} ms CPU"
        yield Row("  over MediaPipe's", fps_of_one / fps, "x", 1.8, "more", against)
    which = "as published" if network else "as it ships, itself a third cheaper than as published"
    against = f"the landmark network in as many threads, {which}: {bare_ms:.1f} ms"
    yield Row("  CPU over the network's", cpu_ms / bare_ms, "x", 1.25, "less", against)
    against = f"{fps_of_two:.1f} fps"
    yield Row("  two people, over one", fps_of_two / fps_of_one, "x", 0.6, "more", against)


def _parse_all(images: list[BGR]) -> Cost:
    """What all frames but the first few cost: those load the models, and find the people."""
    frames = footage.as_frames(images)
    flow = open_flow(InMemory(frames), BuiltIn(), machine.cores(), 1, load().parser)
    with flow as results:
        coming = iter(results)
        for _ in range(WARM_UP):
            next(coming)
        return cost_of(lambda: deque(coming, maxlen=0))


class _Bare:
    """Calls the network alone, over and over, in as many threads as the parser has workers.

    In as many, since a busy core makes its neighbour's work take longer.
    """

    def __init__(self, path: Path) -> None:
        self._sessions = [open_session(path, threads=1) for _ in range(machine.cores())]
        self._outputs = [f"Identity{end}" for end in ("", "_1", "_2", "_4")]
        noise = np.random.default_rng(0).random((1, 256, 256, 3))
        self._crop = noise.astype(np.float32)
        self.crops = len(self._sessions) * CROPS

    def __call__(self) -> None:
        threads = [threading.Thread(target=self._look, args=(one,)) for one in self._sessions]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _look(self, session: InferenceSession) -> None:
        for _ in range(CROPS):
            session.run(self._outputs, {"input_1": self._crop})


def _ask_peer(python: Path, images: list[BGR]) -> PeerFigures:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "frames.npy"
        np.save(path, np.stack(images))
        ended = subprocess.run(
            [str(python), str(Path(mediapipe_peer.__file__)), str(path)],
            capture_output=True,
            text=True,
            check=False,
        )
    if ended.returncode != 0:
        last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise PeerFailed(
            "peer.failed.mediapipe",
            "{python} did not run MediaPipe: {reason}. It needs version 0.10.21 and the lite model",
            python=str(python),
            reason=last,
        )
    return PeerFigures(**json.loads(ended.stdout.strip().splitlines()[-1]))
