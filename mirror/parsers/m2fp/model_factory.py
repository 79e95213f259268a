"""Model copies for workers: each built on its worker's thread, for the input size that it needs."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import threadpoolctl

from mirror.parsers.m2fp.checkpoint import hub, integrity
from mirror.parsers.m2fp.graphs.export_key import ExportKey
from mirror.parsers.m2fp.graphs.export_process import make_in_process
from mirror.parsers.m2fp.graphs.graph_store import Exported, exported
from mirror.parsers.m2fp.memory_use import of_a_copy
from mirror.parsers.m2fp.network.configuration import Settings, read_settings
from mirror.parsers.m2fp.runtimes import (
    Run,
    RuntimeChoice,
    run_onnxruntime,
    run_openvino,
    run_torch,
)

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network.model import Network

Size = tuple[int, int]  # (height, width) of the network's input


class Weights(Protocol):
    """Where a network's parameters come from."""

    settings: Settings

    @property
    def checksum(self) -> str:
        """What tells the network from others: by its parameters, and by how it uses them."""
        ...

    def load(self) -> Network:
        """Return the network with its parameters. Needs torch."""
        ...


class StoredWeights:
    """The weights in a checkpoint folder.

    Args:
        folder: the checkpoint's.
        name: what the command line calls it, for what is said where it is refused.

    Raises:
        ConfigurationRefused: see ``read_settings``.
    """

    def __init__(self, folder: Path, name: str = "m2fp") -> None:
        self._folder, self._name = folder, name
        self.settings = read_settings(folder / hub.FILES[0], name)

    @property
    def checksum(self) -> str:
        """SHA-256 of the file and the settings."""
        return _digest(integrity.weights_checksum(self._name, self._folder), self.settings)

    def load(self) -> Network:
        """Read the checkpoint, if it is still what came."""
        from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint

        integrity.weights_checksum(self._name, self._folder)
        return load_checkpoint(self._folder, self._name).network


class RandomWeights:
    """No weights at all: for measuring speed where there is no checkpoint."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    @property
    def checksum(self) -> str:
        """SHA-256 of the settings."""
        return _digest("random weights", self.settings)

    def load(self) -> Network:
        """Make them up, the same every time."""
        from mirror.parsers.m2fp.checkpoint.loading import random_network

        return random_network(self.settings)


class ModelFactory:
    """Opens model copies, and makes the graphs that they need, once.

    Args:
        weights: of the network.
        choice: what runs it.
        graphs: the folder that exported graphs are kept in.
        decoder_layers: after how many the output is read; 0, or more than there are: after all.
        int8: whether graphs have a backbone of 8 bits.
    """

    def __init__(
        self,
        weights: Weights,
        choice: RuntimeChoice,
        graphs: Path,
        decoder_layers: int = 0,
        int8: bool = False,
    ) -> None:
        self._weights, self._choice, self._folder = weights, choice, graphs
        all_layers = weights.settings.decoder.layers
        self._decoder_layers = decoder_layers if decoder_layers < all_layers else 0
        self._int8 = int8
        # looks at all loaded libraries, which on a worker's thread, while another one loads
        # OpenVINO, has been known to end in a deadlock (threadpoolctl, issue 239)
        self._pools = threadpoolctl.ThreadpoolController()
        self._exporting = threading.Lock()  # two workers would make the same graph at once
        self._graphs: dict[Size, Exported] = {}  # found whole before; guarded by _exporting

    @property
    def are_static(self) -> bool:
        """Whether a copy takes inputs of one size only."""
        return self._choice.runtime != "torch"

    def memory_mb(self, size: Size) -> int:
        """Return about how much a copy takes."""
        return of_a_copy(self._choice.runtime, size)

    def open(self, size: Size, threads: int) -> Run:
        """Return a copy of its own for the calling thread. Called on the worker's thread.

        Raises:
            ExportRefused: see ``exported``; or it cannot be opened.
            CheckpointRefused: see ``load_checkpoint``.
        """
        # NumPy's own threads would take the cores of other workers
        self._pools.limit(limits=1, user_api="blas")
        if self._choice.runtime == "torch":
            from mirror.parsers.m2fp.network.model import FOR_TORCH, PLAIN

            network = self._weights.load()
            # bags count rows in the network's own precision: half of it is too little
            formulation = FOR_TORCH if self._choice.device == "cpu" else PLAIN
            network.make_fast(formulation, decoder_layers=self._decoder_layers or None)
            return run_torch(network, threads, self._choice.device)
        path = self.graph(size)
        openers: dict[str, Callable[[Path, int], Run]] = {
            "openvino": run_openvino,
            "onnxruntime": run_onnxruntime,
        }
        return openers[self._choice.runtime](path, threads)

    def make_ready(self, size: Size) -> None:
        """Have the graph made that a size needs, if it is not there yet. Any thread may call."""
        if self.are_static:
            self.graph(size)

    def graph(self, size: Size) -> Path:
        """Return the exported graph for a size, made if it is not there yet."""
        with self._exporting:
            made = self._graphs.get(size)
            if made is None or not made.is_there:
                made = exported(self.key(size), self._folder, self._weights.load, make_in_process)
                self._graphs[size] = made
            return made.path

    def key(self, size: Size) -> ExportKey:
        """Return what the graph for a size is made of."""
        checksum, runtime = self._weights.checksum, self._choice.runtime
        return ExportKey(checksum, *size, runtime, self._decoder_layers, self._int8)


class SizedModel:
    """Runs one worker's network, at whatever size comes.

    torch takes any size with one copy. A static graph is of one size, and when another comes it is
    closed: a copy takes hundreds of megabytes, and a video changes its size once if ever.
    """

    def __init__(self, models: ModelFactory, threads: int) -> None:
        self._models, self._threads = models, threads
        self._run: Run | None = None
        self._size: Size | None = None

    def __getitem__(self, size: Size) -> Run:
        if self._run is None or (size != self._size and self._models.are_static):
            self._run = None  # before the next is there: both might be too much
            self._run, self._size = self._models.open(size, self._threads), size
        return self._run


def _digest(weights: str, settings: Settings) -> str:
    """Colours of parts and the like are left out: they are no part of a network."""
    network = (settings.backbone, settings.encoder, settings.decoder, settings.classes)
    return hashlib.sha256(f"{weights} {network}".encode()).hexdigest()
