"""ONNX Runtime, set up so that several sessions share a machine peacefully."""

from __future__ import annotations

from pathlib import Path

import onnxruntime as ort

from mirror import weights


def load(name: str, threads: int) -> ort.InferenceSession:
    """Return a session of its own on embedded weights, computing with so many threads.

    Raises:
        WeightsBroken: the weights are missing or damaged.
    """
    return open_session(weights.verify(name), threads)


def open_session(path: Path, threads: int) -> ort.InferenceSession:
    """Return a session of its own on an ONNX file."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # threads that spin while they wait take the cores that other workers need
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
