"""What a graph was made of: its checkpoint, its size, its runtime."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from mirror.core.errors import MirrorError

_FORMULATION = 5  # raised when graphs are made in another way, so that old ones are not taken
ENDINGS = {"onnxruntime": ".onnx", "openvino": ".xml"}


class ExportRefused(MirrorError):
    """A graph gives other results than torch, cannot be made, or cannot be opened."""


@dataclass(frozen=True, slots=True)
class ExportKey:
    """What a graph was made of: two exports with the same key are the same.

    Attributes:
        checksum: of the checkpoint: its weights, and what of its configuration makes the network.
        height: of the input.
        width: of the input.
        runtime: a key of ``ENDINGS``.
        decoder_layers: after how many the output is read; 0 after all.
        int8: whether the backbone computes with 8 bits.
    """

    checksum: str
    height: int
    width: int
    runtime: str
    decoder_layers: int = 0
    int8: bool = False

    @property
    def stem(self) -> str:
        """The name of its files, without an ending."""
        layers = f"-{self.decoder_layers}layers" if self.decoder_layers else ""
        bits = "-int8" if self.int8 else ""
        size = f"{self.height}x{self.width}"
        return f"{self.checksum[:16]}-{size}{layers}{bits}-{self.runtime}-{_FORMULATION}"

    def __str__(self) -> str:
        """In words."""
        layers = f", {self.decoder_layers} decoder layers" if self.decoder_layers else ""
        bits = " in 8 bits" if self.int8 else ""
        return f"M2FP's graph for {self.runtime}{bits} at {self.height}x{self.width}{layers}"

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> ExportKey:
        """Return the key that a record has."""
        return cls(**said)
