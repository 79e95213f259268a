"""Three ways to run the network, alike from outside: torch, ONNX Runtime and OpenVINO."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mirror.core.errors import MirrorError
from mirror.inference.onnx_session import open_session
from mirror.parsers.m2fp.graphs.export_key import ENDINGS, ExportRefused
from mirror.parsers.m2fp.results.postprocessing import NetworkOutput

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network.model import Network

Run = Callable[[NDArray[np.float32]], NetworkOutput]  # (1, 3, H, W), normalised, to an output

# the fastest first, as measured with `mirror bench --parser m2fp`; the package that brings each
RUNTIMES = {"openvino": "openvino", "torch": "torch", "onnxruntime": "onnxruntime"}


class RuntimeMissing(MirrorError):
    """A runtime, or the device it should run on, is not there."""


@dataclass(frozen=True, slots=True)
class RuntimeChoice:
    """What runs the network.

    Attributes:
        runtime: a key of ``RUNTIMES``.
        device: ``cpu`` or ``cuda``; only torch knows the latter.
    """

    runtime: str
    device: str = "cpu"


def choose_runtime(runtime: str, device: str = "cpu") -> RuntimeChoice:
    """Return what a user's wish comes to; ``auto`` is the fastest that is installed.

    Raises:
        RuntimeMissing: it is not installed, or CUDA is asked for and absent.
    """
    if device == "cuda":
        return _on_cuda(runtime)
    if runtime == "auto":
        runtime = next((name for name in RUNTIMES if _is_installed(name)), "torch")
    if runtime not in RUNTIMES:
        raise RuntimeMissing(
            "runtime.unknown",
            "no runtime is called {runtime!r}; there are: {known}",
            runtime=runtime,
            known=", ".join(RUNTIMES),
        )
    if not _is_installed(runtime):
        raise RuntimeMissing(
            "runtime.not_installed",
            "{runtime} is not installed: pip install {package}, or choose auto",
            runtime=runtime,
            package=RUNTIMES[runtime],
        )
    return RuntimeChoice(runtime)


def installed_runtimes() -> tuple[str, ...]:
    """Return the runtimes that are installed, the fastest first."""
    return tuple(name for name in RUNTIMES if _is_installed(name))


def choose_for_graphs(runtime: str) -> RuntimeChoice:
    """Return what runs an exported graph; ``auto`` is the fastest that is installed.

    Raises:
        RuntimeMissing: it is not installed, or nothing is that opens graphs.
    """
    if runtime == "auto":
        runtime = next((name for name in RUNTIMES if name in ENDINGS and _is_installed(name)), "")
    if not runtime:
        raise RuntimeMissing(
            "runtime.none_for_graphs", "nothing that runs graphs is installed: pip install openvino"
        )
    return choose_runtime(runtime)


def _on_cuda(runtime: str) -> RuntimeChoice:
    if runtime not in ("auto", "torch"):
        raise RuntimeMissing(
            "runtime.cpu_only",
            "{runtime} runs on the CPU here; only torch uses CUDA",
            runtime=runtime,
        )
    if not _is_installed("torch"):
        raise RuntimeMissing(
            "runtime.torch_missing", "torch is not installed: pip install 'smart-mirror[m2fp]'"
        )
    import torch

    if not torch.cuda.is_available():
        raise RuntimeMissing(
            "runtime.no_cuda",
            "torch finds no CUDA device. Install a build of torch with CUDA and the driver, "
            "or run on the CPU",
        )
    return RuntimeChoice("torch", "cuda")


def _is_installed(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def run_torch(network: Network, threads: int, device: str = "cpu") -> Run:
    """Return torch's way; threads are torch's of the calling thread, half precision on CUDA."""
    import torch

    from mirror.parsers.m2fp.cuda_graph import Recorded

    torch.set_num_threads(threads)
    answer = network.float() if device == "cpu" else Recorded(network)

    def run(pixels: NDArray[np.float32]) -> NetworkOutput:
        with torch.inference_mode():
            logits, masks = answer(torch.from_numpy(pixels))
        return NetworkOutput(*(out[0].float().cpu().numpy() for out in (logits, masks)))

    return run


def run_onnxruntime(path: Path, threads: int) -> Run:
    """Return ONNX Runtime's way with an exported graph.

    Raises:
        ExportRefused: it cannot be opened.
    """
    with _opening(path, "ONNX Runtime"):
        session = open_session(path, threads)

    def run(pixels: NDArray[np.float32]) -> NetworkOutput:
        logits, masks = session.run(None, {"pictures": pixels})
        return NetworkOutput(logits[0], masks[0])

    return run


def import_openvino() -> ModuleType:
    """Return the package, kept from telling its makers each time that it was imported."""
    # its own fallback where that part is not installed: no thread, no network
    sys.modules.setdefault("openvino_telemetry", None)  # type: ignore[arg-type]
    return importlib.import_module("openvino")


def run_openvino(path: Path, threads: int) -> Run:
    """Return OpenVINO's way with an exported graph.

    Raises:
        ExportRefused: it cannot be opened.
    """
    options = {
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": 1,
        "INFERENCE_PRECISION_HINT": "f32",  # else bfloat16 where the CPU has it
        "ENABLE_CPU_PINNING": False,  # several workers would be pinned to the same cores
    }
    core = import_openvino().Core()
    with _opening(path, "OpenVINO"):
        request = core.compile_model(str(path), "CPU", options).create_infer_request()

    def run(pixels: NDArray[np.float32]) -> NetworkOutput:
        outputs = request.infer([pixels], share_inputs=True)
        return NetworkOutput(*(np.array(outputs[place][0]) for place in (0, 1)))

    return run


@contextlib.contextmanager
def _opening(path: Path, runtime: str) -> Iterator[None]:
    try:
        yield
    except Exception as error:  # the runtimes' errors have no common root below Exception
        first = str(error).strip().partition("\n")[0]
        raise ExportRefused(
            "graph.not_opened",
            "{runtime} cannot open {path} ({reason}); have it made anew, or use another runtime",
            runtime=runtime,
            path=path,
            reason=first,
        ) from error
