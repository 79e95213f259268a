from __future__ import annotations

import os
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from m2fp_golden import checkpoint

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.checkpoint.loading import CheckpointRefused, load_checkpoint


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a good checkpoint, to be damaged."""
    copy = tmp_path / "tiny"
    shutil.copytree(checkpoint("single"), copy)
    return copy


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "pytorch_model.pt"
    content = torch.load(path, weights_only=True)
    change(content["model"])
    torch.save(content, path)


def test_a_checkpoint_of_the_hub_loads(folder: Path) -> None:
    loaded = load_checkpoint(folder)
    assert loaded.settings.single
    assert not loaded.network.training


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda weights: weights.pop("backbone.stem.conv2.weight"),
            r"another model: it lacks backbone\.stem\.conv2\.weight; get the checkpoint again",
        ),
        (
            lambda weights: weights.update({"backbone.stem.conv2.weight": torch.zeros(3, 4)}),
            r"backbone\.stem\.conv2\.weight is 3x4, not 8x8x3x3",
        ),
        (
            lambda weights: weights.update(
                {"backbone.stem.conv2.weight": torch.zeros(8, 8, 3, 3, dtype=torch.int64)}
            ),
            r"computed with: backbone\.stem\.conv2\.weight is of int64 and not float32; get",
        ),
        (
            lambda weights: weights["backbone.stem.conv2.weight"].fill_(float("inf")),
            r"backbone\.stem\.conv2\.weight has values that are no numbers",
        ),
        (lambda weights: weights.update({"wings": torch.zeros(1)}), "wings is unknown"),
        (
            lambda weights: [weights.pop(name) for name in list(weights)[:9]],
            "it lacks .*conv1.weight; .*, and 4 more",
        ),
    ],
)
def test_misfitting_parameters_are_named(
    folder: Path, change: Callable[[dict[str, Any]], object], message: str
) -> None:
    rewrite(folder, change)
    with pytest.raises(CheckpointRefused, match=message):
        load_checkpoint(folder)


def test_the_other_models_checkpoint_is_refused(folder: Path) -> None:
    shutil.copy(checkpoint("multiple") / "pytorch_model.pt", folder)
    with pytest.raises(CheckpointRefused, match=r"class_embed\.weight is 22x32, not 21x32"):
        load_checkpoint(folder)


@pytest.mark.parametrize("kept", [0, 100, 1_000_000])
def test_a_truncated_checkpoint_is_refused(folder: Path, kept: int) -> None:
    path = folder / "pytorch_model.pt"
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(CheckpointRefused, match="damaged"):
        load_checkpoint(folder)


class Trap:
    """Unpickling this makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("save", [torch.save, lambda it, path: path.write_bytes(pickle.dumps(it))])
def test_code_in_a_checkpoint_is_not_run(
    folder: Path, tmp_path: Path, save: Callable[[object, Path], object]
) -> None:
    sprung = tmp_path / "sprung"
    save({"model": {"trap": Trap(sprung)}}, folder / "pytorch_model.pt")
    with pytest.raises(CheckpointRefused, match=r"was not run; get the checkpoint again|damaged"):
        load_checkpoint(folder)
    assert not sprung.exists()


def test_tensors_that_are_no_state_dict_are_refused(folder: Path) -> None:
    torch.save({"weights": torch.zeros(1)}, folder / "pytorch_model.pt")
    with pytest.raises(CheckpointRefused, match="has no state dict called 'model'"):
        load_checkpoint(folder)


def test_a_folder_without_weights_is_refused(folder: Path) -> None:
    (folder / "pytorch_model.pt").unlink()
    with pytest.raises(CheckpointRefused, match=r"pytorch_model\.pt is missing; get the check"):
        load_checkpoint(folder)
