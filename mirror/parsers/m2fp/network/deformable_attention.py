"""Attention that samples a few points of its own choosing on several feature levels.

Multi-scale deformable attention, arXiv 2010.04159, section 4.1 and equation 3.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network.layers import TokenLinear, constant, linear

POINTS = 4  # places that each head looks at on each level
# the 4 cells round a place: 1 where a cell is the second of a row, and of a column
_BEHIND, _BELOW = torch.tensor([[0], [1], [0], [1]]), torch.tensor([[0], [0], [1], [1]])
Sizes = tuple[tuple[int, int], ...]  # (height, width) of each level, in the order of its tokens


class DeformableAttention(nn.Module):
    """(B, T, C) tokens of all levels -> (B, T, C).

    Attributes:
        use_embedding_bag: sums of weighted rows: each token and head has a bag of 4 cells
            round each of its points. Rows are read whole, which is several times faster than
            sampling planes, but no operator of ONNX's does it.
    """

    def __init__(self, channels: int, heads: int, levels: int) -> None:
        super().__init__()
        self.heads, self.levels = heads, levels
        self.use_embedding_bag = False
        self.sampling_offsets = TokenLinear(channels, heads * levels * POINTS * 2)
        self.attention_weights = TokenLinear(channels, heads * levels * POINTS)
        self.value_proj = TokenLinear(channels, channels)
        self.output_proj = TokenLinear(channels, channels)

    def forward(self, tokens: Tensor, positions: Tensor, centres: Tensor, sizes: Sizes) -> Tensor:
        """Return the attention output of every token.

        Args:
            tokens: (B, T, C), the levels one after the other, each row by row.
            positions: (T, C), what is added to a token before it chooses its places.
            centres: (T, 2), x and y of every token, -1 to 1 over the picture.
            sizes: (height, width) of each level.
        """
        queries = tokens + positions
        weights = self.attention_weights(queries).unflatten(2, (self.heads, -1)).softmax(-1)
        see = self._with_embedding_bag if self.use_embedding_bag else self._with_grid_sample
        attended = see(queries, self.value_proj(tokens), weights, centres, sizes)
        output: Tensor = self.output_proj(attended)
        return output

    def _with_grid_sample(
        self, queries: Tensor, values: Tensor, weights: Tensor, centres: Tensor, sizes: Sizes
    ) -> Tensor:
        """Sample each level's plane at all points, and sum over the points."""
        batch, count, channels = values.shape
        shape = (batch, count, self.heads, self.levels, POINTS)
        weights, offsets = weights.view(shape), self.sampling_offsets(queries).view(*shape, 2)
        # (levels, B * heads, points, T): what is sampled together lies together
        weights = weights.permute(3, 0, 2, 4, 1).flatten(1, 2)
        offsets = offsets.permute(3, 0, 2, 4, 1, 5).flatten(1, 2)
        levels = torch.split(values, [height * width for height, width in sizes], dim=1)
        sums = []
        for level, (height, width) in enumerate(sizes):
            # offsets are in cells of the level they look at
            step = constant(_step, (width, height), offsets)
            plane = levels[level].transpose(1, 2)
            plane = plane.reshape(-1, channels // self.heads, height, width)
            sampled = _sampled(plane, centres + offsets[level] * step)
            sums.append((sampled * weights[level][:, None]).sum(2))
        return (sums[0] + sums[1] + sums[2]).view(batch, channels, count).transpose(1, 2)

    def _with_embedding_bag(
        self, queries: Tensor, values: Tensor, weights: Tensor, centres: Tensor, sizes: Sizes
    ) -> Tensor:
        """Sum the 4 cells round each point, weighted, as rows of a table of (head, cell).

        A head's rows lie together: what a token looks at are neighbours, and stay in the cache.
        """
        batch, count, channels = values.shape
        widths, heights, starts = (of.repeat_interleave(POINTS) for of in _extents(sizes, values))
        x, y = self._places(queries, 0, centres, widths), self._places(queries, 1, centres, heights)
        left, upper = _first_of_two(x, widths), _first_of_two(y, heights)
        tables = (torch.arange(batch * self.heads).to(values) * count).view(batch, 1, self.heads, 1)
        # (B, T, heads, 4 cells, levels * points)
        shape = (batch, count, self.heads, 1, -1)
        behind, below = (side.to(values) for side in (_BEHIND, _BELOW))
        first = (upper * widths + left + (starts + tables)).to(torch.int32)
        others = torch.minimum(below, heights - 1) * widths + torch.minimum(behind, widths - 1)
        chosen = first.view(shape) + others.to(torch.int32)
        shares = _share(x - left, behind, widths, shape) * _share(y - upper, below, heights, shape)
        bags = batch * count * self.heads
        attended = functional.embedding_bag(
            chosen.view(bags, -1),
            values.view(batch, count, self.heads, -1).transpose(1, 2).reshape(bags, -1),
            per_sample_weights=(weights.view(shape) * shares).view(bags, -1),
            mode="sum",
        )
        return attended.view(batch, count, channels)

    def _places(self, queries: Tensor, axis: int, centres: Tensor, lengths: Tensor) -> Tensor:
        """(B, T, heads, levels * points): x (axis 0) or y (1), in cells of the point's level."""
        weight = self.sampling_offsets.weight.view(-1, 2, queries.shape[2])[:, axis]
        bias = self.sampling_offsets.bias.view(-1, 2)[:, axis]
        offsets = linear(queries, weight, bias, self.sampling_offsets.linear_as_conv)
        offsets = offsets.view(*queries.shape[:2], self.heads, -1)
        return offsets + ((centres[:, axis, None] + 1) * lengths / 2 - 0.5)[:, None]


def _extents(sizes: Sizes, like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Return every level's width, height and first token, each (levels,)."""
    heights, widths = zip(*sizes, strict=True)
    cells = [height * width for height, width in sizes]
    starts = [sum(cells[:level]) for level in range(len(cells))]
    width, height, start = (
        torch.tensor(of, dtype=torch.float32).to(like) for of in (widths, heights, starts)
    )
    return width, height, start


def _first_of_two(places: Tensor, lengths: Tensor) -> Tensor:
    """Return the first of two neighbours, both inside, that have all that a place takes of any."""
    return torch.minimum(places.floor(), lengths - 2).clamp(min=0)


def _share(offsets: Tensor, sides: Tensor, lengths: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Return how much is taken of the first (side 0) or second (1) of two neighbours.

    Args:
        offsets: of places from the first, in cells.
        sides: (4, 1).
        lengths: how many cells there are; where one, there is no second.
        shape: with an axis for the sides.
    """
    share = functional.relu(1 - (offsets.view(shape) - sides).abs())
    return share * (sides < lengths) if bool((lengths < 2).any()) else share


def _sampled(plane: Tensor, grid: Tensor) -> Tensor:
    return functional.grid_sample(
        plane, grid, mode="bilinear", padding_mode="zeros", align_corners=False
    )


def _step(width: int, height: int) -> Tensor:
    """Return a cell's width and height where the picture's are 2."""
    return torch.tensor([2.0 / width, 2.0 / height])


def centres_of(*sizes: tuple[int, int]) -> Tensor:
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
