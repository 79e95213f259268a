"""Model copies for workers: each built on its worker's thread, for the input size that it needs."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import threadpoolctl

from mirror.parsers.m2fp import hub
from mirror.parsers.m2fp.graphs import ExportKey, exported
from mirror.parsers.m2fp.runtimes import (
    Run,
    RuntimeChoice,
    run_onnxruntime,
    run_openvino,
    run_torch,
)
from mirror.parsers.m2fp.settings import Settings, read_settings

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network import Network

Size = tuple[int, int]  # (height, width) of the network's input


class Weights(Protocol):
    """Where a network's parameters come from."""

    settings: Settings

    @property
    def checksum(self) -> str:
        """What tells them from other weights."""
        ...

    def load(self) -> Network:
        """Return the network with its parameters. Needs torch."""
        ...


class Stored:
    """The weights in a checkpoint folder.

    Raises:
        ConfigurationRefused: see ``read_settings``.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.settings = read_settings(folder / hub.FILES[0])

    @property
    def checksum(self) -> str:
        """SHA-256 of the file."""
        return hub.weights_checksum(self._folder)

    def load(self) -> Network:
        """Read the checkpoint."""
        from mirror.parsers.m2fp.checkpoint import load_checkpoint

        return load_checkpoint(self._folder).network


class Random:
    """No weights at all: for measuring speed where there is no checkpoint."""

    checksum = "random-weights--"

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def load(self) -> Network:
        """Make them up, the same every time."""
        from mirror.parsers.m2fp.checkpoint import random_network

        return random_network(self.settings)


class Copies:
    """Opens model copies, and makes the graphs that they need, once.

    Args:
        weights: of the network.
        choice: what runs it.
        graphs: the folder that exported graphs are kept in.
        decoder_layers: after how many the answer is read; 0 after all.
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
        self._int8 = int8
        self._weights, self._choice = weights, choice
        self._graphs, self._decoder_layers = graphs, decoder_layers
        self._exporting = threading.Lock()  # two workers would make the same graph at once

    def open(self, size: Size, threads: int) -> Run:
        """Return a copy of its own for the calling thread. Called on the worker's thread.

        Raises:
            ExportRefused: see ``exported``.
            CheckpointRefused: see ``load_checkpoint``.
        """
        # NumPy's own threads would take the cores of other workers
        threadpoolctl.threadpool_limits(1, "blas")
        if self._choice.runtime == "torch":
            from mirror.parsers.m2fp.network import FOR_TORCH, PLAIN

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
        if self._choice.runtime != "torch":
            self.graph(size)

    def graph(self, size: Size) -> Path:
        """Return the exported graph for a size, made if it is not there yet."""
        key = ExportKey(
            self._weights.checksum,
            *size,
            self._choice.runtime,
            self._decoder_layers,
            self._int8,
        )
        with self._exporting:
            return exported(key, self._graphs, self._weights.load).path


class Sized:
    """Runs one worker's network, at whatever size comes; keeps a copy open for each.

    torch takes any size with one copy, static graphs need one a size: a video has one or two.
    """

    def __init__(self, copies: Copies, threads: int) -> None:
        self._copies, self._threads = copies, threads
        self._open: dict[Size, Run] = {}

    def __getitem__(self, size: Size) -> Run:
        if size not in self._open:
            self._open.clear()  # a copy takes hundreds of megabytes
            self._open[size] = self._copies.open(size, self._threads)
        return self._open[size]


def graphs_folder(cache: Path) -> Path:
    """Return where exported graphs are kept."""
    return cache / "smart-mirror-exports"
