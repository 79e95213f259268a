"""Attention that looks at a few places of its own choosing on several feature levels.

Multi-scale deformable attention, arXiv 2010.04159, section 4.1 and equation 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

POINTS = 4  # places that each head looks at on each level
Sizes = tuple[tuple[int, int], ...]  # (height, width) of each level, in the order of its tokens


class DeformableAttention(nn.Module):
    """(B, T, C) tokens of all levels -> (B, T, C).

    Attributes:
        one_call_a_point: sample each point with a call of its own, and add up. Exported graphs
            are faster so, for they need no room for all points; torch itself is slower.
    """

    def __init__(self, channels: int, heads: int, levels: int) -> None:
        super().__init__()
        self.heads, self.levels = heads, levels
        self.one_call_a_point = False
        self.sampling_offsets = nn.Linear(channels, heads * levels * POINTS * 2)
        self.attention_weights = nn.Linear(channels, heads * levels * POINTS)
        self.value_proj = nn.Linear(channels, channels)
        self.output_proj = nn.Linear(channels, channels)

    def forward(self, tokens: Tensor, positions: Tensor, centres: Tensor, sizes: Sizes) -> Tensor:
        """Return what every token has seen.

        Args:
            tokens: (B, T, C), the levels one after the other, each row by row.
            positions: (T, C), what is added to a token before it chooses its places.
            centres: (T, 2), x and y of every token, -1 to 1 over the picture.
            sizes: (height, width) of each level.
        """
        batch, count, channels = tokens.shape
        asking = tokens + positions
        weights = self.attention_weights(asking).view(batch, count, self.heads, -1).softmax(-1)
        shape = (batch, count, self.heads, self.levels, POINTS)
        # (levels, B * heads, points, T): what is sampled together lies together
        weights = (
            weights.view(shape)
            .permute(3, 0, 2, 4, 1)
            .reshape(self.levels, batch * self.heads, POINTS, count)
        )
        offsets = self.sampling_offsets(asking).view(*shape, 2).permute(3, 0, 2, 4, 1, 5)
        offsets = offsets.reshape(self.levels, batch * self.heads, POINTS, count, 2)
        values = self.value_proj(tokens).split([h * w for h, w in sizes], dim=1)
        seen = torch.zeros(())
        for level, (height, width) in enumerate(sizes):
            # offsets are in cells of the level they look at
            step = torch.tensor([2.0 / width, 2.0 / height]).to(offsets)
            grid = centres + offsets[level] * step
            plane = values[level].transpose(1, 2).reshape(-1, channels // self.heads, height, width)
            seen = seen.to(plane) + self._seen(plane, grid, weights[level])
        seen = seen.view(batch, channels, count).transpose(1, 2)
        output: Tensor = self.output_proj(seen)
        return output

    def _seen(self, plane: Tensor, grid: Tensor, weights: Tensor) -> Tensor:
        """(N, c, h, w) sampled at (N, points, T, 2), weighted by (N, points, T) -> (N, c, T)."""
        if not self.one_call_a_point:
            return (_sampled(plane, grid) * weights[:, None]).sum(2)
        seen = torch.zeros(()).to(plane)
        for point in range(POINTS):
            chosen = slice(point, point + 1)
            seen = seen + _sampled(plane, grid[:, chosen])[:, :, 0] * weights[:, chosen]
        return seen


def _sampled(plane: Tensor, grid: Tensor) -> Tensor:
    return functional.grid_sample(
        plane, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def centres_of(sizes: Sizes) -> Tensor:
    """Return (T, 2): x and y of every token's centre, -1 to 1 over the picture."""
    levels = []
    for height, width in sizes:
        ys = (2 * torch.arange(height) + 1) / height - 1
        xs = (2 * torch.arange(width) + 1) / width - 1
        grid = torch.stack(
            [xs[None].expand(height, width), ys[:, None].expand(height, width)], dim=2
        )
        levels.append(grid.reshape(-1, 2))
    return torch.cat(levels)
