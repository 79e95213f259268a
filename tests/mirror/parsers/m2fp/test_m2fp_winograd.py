from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.graphs.graph_writers import converted
from mirror.parsers.m2fp.network import winograd
from mirror.parsers.m2fp.network.backbone import Stem
from mirror.parsers.m2fp.network.layers import NormedConv, fold_batch_norms
from mirror.parsers.m2fp.network.model import Formulation, formulate
from mirror.parsers.m2fp.runtimes import import_openvino


def conv_of(inputs: int, outputs: int, stride: int = 1) -> NormedConv:
    torch.manual_seed(0)
    return NormedConv(inputs, outputs, 3, torch.nn.BatchNorm2d(outputs), stride=stride).eval()


@pytest.mark.parametrize("size", [(24, 32), (1, 1), (5, 7), (30, 41), (130, 134)])
@pytest.mark.parametrize("has_bias", [True, False])
@pytest.mark.parametrize("rectified", [True, False])
def test_answers_as_a_convolution_does(
    size: tuple[int, int], has_bias: bool, rectified: bool
) -> None:
    torch.manual_seed(0)
    plane, weight = torch.randn(2, 16, *size), torch.randn(8, 16, 3, 3)
    bias = torch.randn(8) if has_bias else None
    expected = torch.nn.functional.conv2d(plane, weight, bias, padding=1)
    expected = expected.relu() if rectified else expected
    ours = winograd.convolved(plane, weight, bias, rectified)
    assert ours.shape == expected.shape
    assert float((ours - expected).abs().max()) < 1e-5 * float(expected.abs().max())


@pytest.mark.parametrize(
    ("weight", "plane", "suits"),
    [
        ((256, 256, 3, 3), (24, 32), True),
        ((512, 512, 3, 3), (24, 32), True),
        ((512, 512, 3, 3), (12, 16), False),  # too few tiles for kernels so large
        ((256, 256, 3, 3), (12, 16), True),
        ((256, 256, 3, 3), (4, 16), False),  # too few for any
        ((64, 64, 3, 3), (96, 128), True),
        ((32, 128, 3, 3), (96, 128), False),  # too few channels
        ((256, 256, 1, 1), (24, 32), False),
    ],
)
def test_is_used_where_it_is_faster(
    weight: tuple[int, ...], plane: tuple[int, int], suits: bool
) -> None:
    assert winograd.suits(torch.zeros(weight), torch.zeros(1, weight[1], *plane)) is suits


def test_strides_are_left_as_they_are() -> None:
    conv, plane = conv_of(128, 128, stride=2), torch.randn(1, 128, 24, 32)
    with torch.no_grad():
        before = conv(plane)
        conv.use_winograd = True
        assert torch.equal(conv(plane), before)


@pytest.mark.parametrize("size", [(80, 120), (84, 116), (300, 20)])
def test_a_stem_pools_its_bands_as_it_pools_the_whole(
    size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(winograd, "_AT_ONCE", 40)
    torch.manual_seed(0)
    stem, pictures = Stem(128).eval(), torch.randn(2, 3, *size)
    fold_batch_norms(stem)
    with torch.no_grad():
        expected = stem(pictures)
        formulate(stem, Formulation(use_winograd=True))
        assert len(stem.conv3.in_bands(stem.conv2(stem.conv1(pictures)))) >= 3
        assert float((stem(pictures) - expected).abs().max()) < 1e-5


@pytest.mark.parametrize("size", [(22, 30), (54, 62)])  # of few tiles, and of many in bands
def test_a_graph_answers_as_the_convolution_did(tmp_path: Path, size: tuple[int, int]) -> None:
    if importlib.util.find_spec("openvino") is None:  # importing it would tell its makers
        pytest.skip("needs openvino: pip install smart-mirror[openvino]")
    openvino = import_openvino()
    conv, plane = conv_of(128, 128), torch.randn(1, 128, *size)
    with torch.inference_mode(), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that sizes become constants
        expected = conv(plane).numpy()
        conv.use_winograd = True
        graph = converted(conv, plane, [plane])
    graph.validate_nodes_and_infer_types()
    kinds = [node.get_type_name() for node in graph.get_ordered_ops()]
    assert "Convolution" not in kinds
    assert "Concat" not in kinds[: kinds.index("Gather")]  # no copy with a cell of zeros
    openvino.save_model(graph, str(tmp_path / "conv.xml"), compress_to_fp16=False)
    settings = {"INFERENCE_PRECISION_HINT": "f32"}
    compiled = openvino.Core().compile_model(str(tmp_path / "conv.xml"), "CPU", settings)
    output = compiled.create_infer_request().infer([plane.numpy()])[0]
    np.testing.assert_allclose(output, expected, atol=1e-4)
