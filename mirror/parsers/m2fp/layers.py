"""Small layers that several parts of the network share."""

from __future__ import annotations

import itertools
import math

import torch
from torch import Tensor, nn

from mirror.parsers.m2fp import winograd


class NormedConv(nn.Conv2d):
    """A convolution with its norm inside, so that parameters are called ``x.weight``, ``x.norm.*``.

    Half the input's kernel is padded on each side; there is no bias, for the norm has one.

    Attributes:
        in_tiles: compute it as ``winograd`` does where that is faster, up to 2e-5 off.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        norm: nn.Module,
        *,
        stride: int = 1,
        groups: int = 1,
    ) -> None:
        super().__init__(
            inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False
        )
        self.norm = norm
        self.in_tiles = False

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        is_plain = self.stride == (1, 1) and self.groups == 1
        if self.in_tiles and is_plain and winograd.suits(self.weight, x):
            convolved = winograd.convolved(x, self.weight, self.bias)
        else:
            convolved = super().forward(x)
        normed: Tensor = self.norm(convolved)
        return normed


def fold_batch_norms(network: nn.Module) -> None:
    """Multiply every batch norm into the convolution before it: the same numbers, less work."""
    for conv in network.modules():
        if isinstance(conv, NormedConv) and isinstance(conv.norm, nn.BatchNorm2d):
            norm = conv.norm
            mean, variance = norm.running_mean, norm.running_var
            if mean is None or variance is None:
                raise ValueError("a batch norm without statistics cannot be folded")
            # in float64: a product of two roundings would show in the label map's borders
            scale = norm.weight.double() / torch.sqrt(variance.double() + norm.eps)
            bias = norm.bias.double() - mean.double() * scale
            dtype = conv.weight.dtype
            conv.weight = nn.Parameter(
                (conv.weight.double() * scale[:, None, None, None]).to(dtype)
            )
            conv.bias = nn.Parameter(bias.to(dtype))
            conv.norm = nn.Identity()


def sine_positions(height: int, width: int, channels: int) -> Tensor:
    """Return (H * W, channels) float32: where each cell lies, rows first, as sines and cosines.

    As DETR has it (arXiv 2005.12872, appendix), normalised to a full turn over the picture.
    """
    half = channels // 2
    steps = torch.arange(half, dtype=torch.float32)
    periods = 10000.0 ** (2 * torch.div(steps, 2, rounding_mode="floor") / half)
    rows = _waves(height, periods)[:, None].expand(height, width, half)
    columns = _waves(width, periods)[None].expand(height, width, half)
    return torch.cat([rows, columns], dim=2).reshape(height * width, channels)


def _waves(length: int, periods: Tensor) -> Tensor:
    places = torch.arange(1, length + 1, dtype=torch.float32)
    turns = places / (length + 1e-6) * (2 * math.pi)
    angles = turns[:, None] / periods
    return torch.stack([angles[:, 0::2].sin(), angles[:, 1::2].cos()], dim=2).flatten(1)


class Perceptron(nn.Module):
    """Linear layers with rectifiers between them."""

    def __init__(self, inputs: int, hidden: int, outputs: int, depth: int) -> None:
        super().__init__()
        widths = [inputs, *[hidden] * (depth - 1), outputs]
        self.layers = nn.ModuleList(
            nn.Linear(before, after) for before, after in itertools.pairwise(widths)
        )

    def forward(self, x: Tensor) -> Tensor:
        """(..., inputs) -> (..., outputs)."""
        for layer in self.layers[:-1]:
            x = torch.relu(layer(x))
        last: Tensor = self.layers[-1](x)
        return last
