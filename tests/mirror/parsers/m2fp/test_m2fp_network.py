from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from m2fp_golden import CASES, checkpoint, golden, worst
from numpy.typing import NDArray

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint, random_network
from mirror.parsers.m2fp.network import transformer_decoder
from mirror.parsers.m2fp.network.configuration import read_settings
from mirror.parsers.m2fp.network.layers import NormedConv
from mirror.parsers.m2fp.network.model import (
    FOR_OPENVINO,
    FOR_TORCH,
    PLAIN,
    Formulation,
    Network,
)
from mirror.parsers.m2fp.network.published import published
from mirror.parsers.m2fp.preprocessing import letterboxed, scaled


def prepared(kind: str, picture: str) -> NDArray[np.float32]:
    image = golden(kind, picture).image
    return (scaled(image, 160, 320) if kind == "multiple" else letterboxed(image, 256, 192)).pixels


def output(network: Network, pixels: NDArray[np.float32]) -> list[NDArray[np.float32]]:
    with torch.no_grad():
        return [out[0].numpy() for out in network(torch.from_numpy(pixels))]


def apart_from_golden(
    network: Network, kind: str, picture: str, monkeypatch: pytest.MonkeyPatch
) -> float:
    """How far outputs lie from ModelScope's, where attention is cut off where it was there.

    One cell of one case lies within 1e-5 of the cut: on which side is the rounding of the processor
    that computes it, and of ModelScope's. So the cut is tried a little to both sides.
    """
    arrays, plain, apart = golden(kind, picture).arrays, transformer_decoder._hidden_cells, []
    for shift in (0.0, -3e-5, 3e-5):
        monkeypatch.setattr(
            transformer_decoder, "_hidden_cells", lambda masks, by=shift: plain(masks + by)
        )
        logits, masks = output(network, prepared(kind, picture))
        apart.append(max(worst(logits, arrays["pred_logits"]), worst(masks, arrays["pred_masks"])))
    return min(apart)


@pytest.mark.parametrize("formulation", [None, PLAIN, FOR_TORCH, FOR_OPENVINO])
@pytest.mark.parametrize(("kind", "picture"), CASES)
def test_answers_are_modelscopes(
    kind: str,
    picture: str,
    formulation: Formulation | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = load_checkpoint(checkpoint(kind)).network.eval()
    if formulation is not None:
        network.make_fast(formulation)
    assert apart_from_golden(network, kind, picture, monkeypatch) < 5e-5


def test_folding_norms_changes_nothing_that_counts() -> None:
    network = load_checkpoint(checkpoint("single")).network
    pixels = prepared("single", "portrait")
    before = output(network, pixels)
    network.make_fast()
    assert not any(
        isinstance(conv.norm, torch.nn.BatchNorm2d)
        for conv in network.modules()
        if isinstance(conv, NormedConv)
    )
    for ours, theirs in zip(output(network, pixels), before, strict=True):
        assert worst(ours, theirs) < 1e-4


def test_fewer_layers_answer_otherwise() -> None:
    network = load_checkpoint(checkpoint("single")).network
    pixels = prepared("single", "portrait")
    whole = output(network, pixels)[0]
    network.make_fast(decoder_layers=1)
    assert worst(output(network, pixels)[0], whole) > 1e-3


@pytest.mark.parametrize("single", [False, True])
def test_the_published_networks_have_63_million_parameters(single: bool) -> None:
    with torch.device("meta"):
        network = Network(published(single))
    count = sum(parameter.numel() for parameter in network.parameters())
    assert round(count / 1e6, 1) == 63.1


@pytest.mark.parametrize(("depth", "blocks"), [(50, 16), (101, 33), (152, 50)])
def test_backbones_are_as_deep_as_they_are_called(depth: int, blocks: int) -> None:
    settings = read_settings(checkpoint("single") / "configuration.json")
    backbone = dataclasses.replace(settings.backbone, depth=depth)
    network = Network(dataclasses.replace(settings, backbone=backbone))
    stages = [network.backbone.get_submodule(f"res{stage}") for stage in range(2, 6)]
    assert sum(len(list(stage.children())) for stage in stages) == blocks


def test_random_weights_are_the_same_every_time() -> None:
    settings = read_settings(checkpoint("single") / "configuration.json")
    pixels = np.zeros((1, 3, 64, 64), np.float32)
    first, second = (output(random_network(settings), pixels) for _ in range(2))
    assert np.array_equal(first[1], second[1])
