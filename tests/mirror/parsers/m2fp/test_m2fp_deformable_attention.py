from __future__ import annotations

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.network.deformable_attention import DeformableAttention, Sizes, centres_of
from mirror.parsers.m2fp.network.model import Formulation, formulate


@pytest.mark.parametrize(
    "sizes",
    [
        ((3, 4), (6, 8), (12, 16)),
        ((1, 1), (2, 2), (4, 4)),  # of an input as small as may be: cells without a neighbour
        ((1, 3), (2, 6), (4, 12)),
        ((3, 1), (6, 2), (12, 4)),
    ],
)
@pytest.mark.parametrize("linear_as_conv", [False, True])
@pytest.mark.parametrize("reach", [0.5, 4.0, 30.0])  # cells, past the border too
def test_bags_hold_what_planes_give(sizes: Sizes, linear_as_conv: bool, reach: float) -> None:
    torch.manual_seed(0)
    attention = DeformableAttention(channels=32, heads=4, levels=3).eval()
    torch.nn.init.normal_(attention.sampling_offsets.bias, std=reach)
    torch.nn.init.normal_(attention.attention_weights.weight)
    formulate(attention, Formulation(linear_as_conv=linear_as_conv))
    count = sum(height * width for height, width in sizes)
    tokens, positions = torch.randn(2, count, 32), torch.randn(count, 32)
    with torch.no_grad():
        expected = attention(tokens, positions, centres_of(*sizes), sizes)
        formulate(attention, Formulation(linear_as_conv=linear_as_conv, use_embedding_bag=True))
        ours = attention(tokens, positions, centres_of(*sizes), sizes)
    assert float((ours - expected).abs().max()) < 1e-5 * max(1.0, reach)
