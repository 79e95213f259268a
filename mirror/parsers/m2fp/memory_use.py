"""How much memory M2FP takes, so that a run that would not fit is refused before it starts."""

from __future__ import annotations

# The peak of a process with one copy of R101 with random weights, less the 107 MB that it had
# before (`mirror.bench.m2fp.worker.peak_of_a_worker`, one process at a time), at 256x352, 384x512
# and 640x864: OpenVINO 817, 872, 1301; ONNX Runtime 654, 771, 1223; torch 557, 700, 960 MB.
_OF_A_COPY = {  # runtime -> megabytes, and more of them for a million pixels of the input
    "openvino": (750, 1000),
    "onnxruntime": (550, 1250),
    "torch": (530, 870),
}


def of_a_copy(runtime: str, size: tuple[int, int]) -> int:
    """Return about how many megabytes a worker's copy takes at an input size (height, width)."""
    least, more = _OF_A_COPY[runtime]
    return round(least + more * size[0] * size[1] / 1e6)
