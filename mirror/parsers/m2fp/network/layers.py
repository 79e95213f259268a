"""Small layers that several parts of the network share."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network import winograd


class NormedConv(nn.Conv2d):
    """A convolution with its norm inside, so that parameters are called ``x.weight``, ``x.norm.*``.

    Half the input's kernel is padded on each side; there is no bias, for the norm has one.

    Args:
        rectified: whether what is negative after the norm becomes 0.

    Attributes:
        use_winograd: compute it as ``winograd`` does where that is faster, up to 2e-5 off.
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
        rectified: bool = False,
    ) -> None:
        super().__init__(
            inputs, outputs, kernel, stride, padding=kernel // 2, groups=groups, bias=False
        )
        self.norm = norm
        self.use_winograd, self._rectified = False, rectified

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        is_folded = isinstance(self.norm, nn.Identity)
        if self._suits_winograd(x):
            rectified = self._rectified and is_folded
            convolved = winograd.convolved(x, self.weight, self.bias, rectified)
            if is_folded:
                return convolved
        else:
            convolved = super().forward(x)
        normed: Tensor = self.norm(convolved)
        return functional.relu(normed) if self._rectified else normed

    def in_bands(self, x: Tensor) -> list[Tensor]:
        """Return the same in bands of rows as they are computed, all but the last even."""
        if isinstance(self.norm, nn.Identity) and self._suits_winograd(x):
            return winograd.convolved_in_bands(x, self.weight, self.bias, self._rectified)
        return [self(x)]

    def _suits_winograd(self, x: Tensor) -> bool:
        is_plain = self.stride == (1, 1) and self.groups == 1
        return self.use_winograd and is_plain and winograd.suits(self.weight, x)


class TokenLinear(nn.Linear):
    """A linear layer over tokens.

    Args:
        rectified: whether what is negative becomes 0.

    Attributes:
        linear_as_conv: a convolution of 1x1, for which a runtime may have faster code.
    """

    def __init__(self, inputs: int, outputs: int, *, rectified: bool = False) -> None:
        super().__init__(inputs, outputs)
        self.linear_as_conv, self._rectified = False, rectified

    def forward(self, tokens: Tensor) -> Tensor:
        """(B, T, inputs) -> (B, T, outputs)."""
        return linear(tokens, self.weight, self.bias, self.linear_as_conv, self._rectified)


def linear(
    tokens: Tensor, weight: Tensor, bias: Tensor, linear_as_conv: bool, rectified: bool = False
) -> Tensor:
    """Return what a linear layer makes of (B, T, C) tokens; see ``TokenLinear``."""
    if not linear_as_conv:
        made = functional.linear(tokens, weight, bias)
        return functional.relu(made) if rectified else made
    plane = tokens[:, None].permute(0, 3, 1, 2)
    plane = functional.conv2d(plane, weight[:, :, None, None], bias)
    plane = functional.relu(plane) if rectified else plane
    return plane.permute(0, 2, 3, 1)[:, 0]


def transposed(x: Tensor) -> Tensor:
    """(B, N, M) -> (B, M, N).

    Written in the order of axes that OpenVINO has a copy for which is 6 times faster than its own
    of two axes.
    """
    return x[:, :, None].permute(0, 3, 1, 2).flatten(2)


def channels_last(plane: Tensor) -> Tensor:
    """Return (B, C, H, W) as it is, from a convolution that multiplies by one.

    OpenVINO keeps channels last from a convolution to what follows it. After most else it has them
    first, and exchanging axes takes twice as long as multiplying by one.
    """
    ones = plane.new_ones(plane.shape[1], 1, 1, 1)
    return functional.conv2d(plane, ones, groups=plane.shape[1])


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


def constant(make: Callable[..., Tensor], sizes: tuple[object, ...], like: Tensor) -> Tensor:
    """Return what a function makes of a few sizes, on a tensor's device and of its type.

    On a GPU it is kept: a copy from the computer's memory takes as long as a layer there, and is
    forbidden while CUDA records a graph. On the CPU it is made each time, for exporters to see how.
    """
    if not like.is_cuda:
        return make(*sizes).to(like)
    return _kept(make, sizes, like.device, like.dtype)


@functools.lru_cache(maxsize=128)
def _kept(
    make: Callable[..., Tensor], sizes: tuple[object, ...], device: torch.device, dtype: torch.dtype
) -> Tensor:
    return make(*sizes).to(dtype).to(device)  # whole when the copy returns, for any stream


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


class MLP(nn.Module):
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
