"""Runs another system, in the Python environment that has it, on the pictures of a data set."""

from __future__ import annotations

import json
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from mirror.core.errors import MirrorError
from mirror.evaluation import peers
from mirror.evaluation.class_mapping import CLASS_SETS
from mirror.evaluation.systems import Answer
from mirror.evaluation.systems.stored import StoredSystem
from mirror.evaluation.truth import DataSet, Sample

MEDIAPIPE = ("mediapipe-lite", "mediapipe-full", "mediapipe-heavy", "mediapipe-selfie")
NAMES = (*MEDIAPIPE, "bodypix")


class PeerFailed(MirrorError):
    """The other environment's Python did not run the peer."""


class PeerSystem:
    """Another system, see ``System``.

    Args:
        name: one of ``NAMES``.
        python: of an environment that has it; ``docs/evaluation.md`` says how to make one.
        model: the network's file, where the peer does not bring it.

    Raises:
        PeerFailed: BodyPix without its network's file.
    """

    def __init__(self, name: str, python: Path, model: Path | None) -> None:
        if name == "bodypix" and model is None:
            raise PeerFailed("peer.no_model", "bodypix needs its network, a file in ONNX")
        self.name = name
        self.parts: Sequence[str] | None = CLASS_SETS["built-in"] if name == "bodypix" else None
        self.cpu_ms: float | None = None
        self.remarks: tuple[str, ...] = ()
        self._python, self._model = python, model

    def answers(self, dataset: DataSet, samples: Sequence[Sample]) -> Iterator[Answer]:
        """See ``System``.

        Raises:
            PeerFailed: that Python does not run it.
        """
        with tempfile.TemporaryDirectory(prefix="mirror-peer-") as folder:
            self._run(Path(folder), dataset, samples)
            stored = StoredSystem(Path(folder), None, self.name)
            yield from stored.answers(dataset, samples)

    def _run(self, folder: Path, dataset: DataSet, samples: Sequence[Sample]) -> None:
        pictures = [
            [str(sample.image_file.absolute()), str(folder / f"{sample.id}.npz")]
            for sample in samples
        ]
        model = self.name.removeprefix("mediapipe-")
        if self._model is not None:
            model = str(self._model.absolute())
        job = folder / "job.json"
        job.write_text(json.dumps({"model": model, "clip": dataset.clip, "pictures": pictures}))
        script = "bodypix" if self.name == "bodypix" else "mediapipe"
        path = Path(peers.__file__).with_name(f"{script}_peer.py")
        try:
            command = [str(self._python), str(path), str(job)]
            ended = subprocess.run(command, capture_output=True, text=True, check=False)
        except OSError as error:
            raise PeerFailed(
                "peer.not_run",
                "{python} cannot be run: {reason}",
                python=str(self._python),
                reason=error.strerror or str(error),
            ) from error
        said = ended.stdout.strip().splitlines()
        if ended.returncode != 0 or not said:
            last = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
            raise PeerFailed(
                "peer.failed",
                "{python} did not run {peer}: {reason}. docs/evaluation.md says what it needs",
                python=str(self._python),
                peer=self.name,
                reason=last,
            )
        told = json.loads(said[-1])
        self.cpu_ms = float(told["cpu_ms"])
        self.remarks = (f"{self.name}: version {told['version']}",)
