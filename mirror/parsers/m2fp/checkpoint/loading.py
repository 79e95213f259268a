"""A checkpoint folder, read without running anything that is in it."""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from mirror.core.errors import MirrorError
from mirror.parsers.m2fp.checkpoint.hub import FILES
from mirror.parsers.m2fp.network.configuration import Settings, read_settings
from mirror.parsers.m2fp.network.model import Network

_NAMED = 5  # parameters that a refusal names; the rest is counted


class CheckpointRefused(MirrorError):
    """A checkpoint is missing, damaged, of another model, or holds code."""


class _Unfit(Exception):
    """Why a file of weights is refused, before it is known for whom it was read."""


@dataclass(frozen=True, slots=True, eq=False)
class Checkpoint:
    """A network with its weights, in evaluation mode."""

    settings: Settings
    network: Network


def load_checkpoint(folder: Path, name: str = "m2fp") -> Checkpoint:
    """Return the network that a folder as ModelScope's hub has it describes.

    Args:
        folder: the checkpoint's.
        name: what the command line calls it, for what is said where it is refused.

    Raises:
        ConfigurationRefused: see ``read_settings``.
        CheckpointRefused: the weights are missing, truncated, hold anything but tensors, or do not
            cover every parameter with numbers; then it names those that lack or misfit.
    """
    settings = read_settings(folder / FILES[0], name)
    path = folder / FILES[1]
    try:
        given = _read(path)
        with torch.device("meta"):
            network = Network(settings)
        _check(network.state_dict(), given, path)
    except _Unfit as refused:
        raise CheckpointRefused(
            "checkpoint.refused",
            "{reason}; get the checkpoint again",
            reason=str(refused),
            parser=name,
        ) from refused.__cause__
    network.load_state_dict(dict(given), assign=True)
    return Checkpoint(settings, network.float().eval().requires_grad_(False))


def random_network(settings: Settings, seed: int = 0) -> Network:
    """Return a network with random weights: as fast as a real one, and as wrong as can be."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = Network(settings)
    return network.eval().requires_grad_(False)


def _read(path: Path) -> Mapping[str, Tensor]:
    if path.is_file() and not path.stat().st_size:
        raise _Unfit(f"{path} is damaged (it is empty)")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True, mmap=True)
    except FileNotFoundError:
        raise _Unfit(f"{path} is missing") from None
    except pickle.UnpicklingError as error:
        raise _Unfit(
            f"{path} holds something else than tensors, or is damaged, and was not run"
        ) from error
    except (RuntimeError, EOFError, ValueError, OSError, KeyError) as error:
        first = str(error).partition("\n")[0]
        raise _Unfit(f"{path} is damaged ({first})") from error
    weights = content.get("model") if isinstance(content, dict) else None
    if not isinstance(weights, Mapping) or not all(
        isinstance(value, Tensor) for value in weights.values()
    ):
        raise _Unfit(f"{path} has no state dict called 'model'")
    return weights


def _check(wanted: Mapping[str, Tensor], given: Mapping[str, Tensor], path: Path) -> None:
    faults = [f"it lacks {name}" for name in wanted if name not in given]
    faults += [
        f"{name} is {_shape(given[name])}, not {_shape(tensor)}"
        for name, tensor in wanted.items()
        if name in given and given[name].shape != tensor.shape
    ]
    faults += [f"{name} is unknown" for name in given if name not in wanted]
    _refuse(path, "is of another model", faults)
    faults = [_fault(given[name], tensor, name) for name, tensor in wanted.items()]
    _refuse(path, "cannot be computed with", [fault for fault in faults if fault])


def _refuse(path: Path, what: str, faults: list[str]) -> None:
    if faults:
        more = f", and {len(faults) - _NAMED} more" if len(faults) > _NAMED else ""
        raise _Unfit(f"{path} {what}: {'; '.join(faults[:_NAMED])}{more}")


def _fault(given: Tensor, wanted: Tensor, name: str) -> str:
    if given.dtype.is_floating_point != wanted.dtype.is_floating_point:
        kinds = (str(tensor.dtype).removeprefix("torch.") for tensor in (given, wanted))
        return f"{name} is of {' and not '.join(kinds)}"
    return "" if bool(given.isfinite().all()) else f"{name} has values that are no numbers"


def _shape(tensor: Tensor) -> str:
    return "x".join(map(str, tensor.shape)) or "one number"
