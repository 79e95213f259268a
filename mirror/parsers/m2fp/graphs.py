"""Exported graphs on disk: made once, found again, and never taken for another checkpoint's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import PipelineError

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network import Network

_FORMULATION = 3  # raised when graphs are made in another way, so that old ones are not taken
ENDINGS = {"onnxruntime": ".onnx", "openvino": ".xml"}


class ExportRefused(PipelineError):
    """A graph answers otherwise than torch, was made for another checkpoint, or cannot be made."""

    in_short = "M2FP cannot be made ready for this runtime; choose torch"


@dataclass(frozen=True, slots=True)
class ExportKey:
    """What a graph was made of: two exports with the same key are the same.

    Attributes:
        checksum: SHA-256 of the checkpoint's weights.
        height: of the input.
        width: of the input.
        runtime: a key of ``ENDINGS``.
        decoder_layers: after how many the answer is read; 0 after all.
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


@dataclass(frozen=True, slots=True)
class Exported:
    """A graph on disk.

    Attributes:
        path: what the runtime opens.
        difference: the largest from torch, absolute or of the largest value.
    """

    path: Path
    difference: float


def exported(key: ExportKey, folder: Path, load: Callable[[], Network]) -> Exported:
    """Return the graph in a folder, making it first where it is not there yet.

    Args:
        key: what the graph is of.
        folder: where graphs are kept.
        load: loads the network; only called where the graph must be made.

    Raises:
        ExportRefused: what lies there is of another checkpoint, or the graph differs from torch.
    """
    path = folder / (key.stem + ENDINGS[key.runtime])
    if path.exists():
        return Exported(path, _recorded(path, key))
    from mirror.parsers.m2fp.export import make  # needs torch, which a graph that is there does not

    folder.mkdir(parents=True, exist_ok=True)
    difference = make(load(), key, path)
    _record_of(path).write_text(json.dumps({**asdict(key), "difference": difference}))
    return Exported(path, difference)


def _record_of(path: Path) -> Path:
    return path.with_suffix(".json")


def _recorded(path: Path, key: ExportKey) -> float:
    try:
        record = json.loads(_record_of(path).read_text())
        difference = float(record.pop("difference"))
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        record, difference = None, 0.0
    if record is None or record.get("checksum") != key.checksum:
        raise ExportRefused(
            f"{path} was made for another checkpoint, or nothing says for which; delete it, and it "
            "is made anew"
        )
    return difference
