"""A 3x3 convolution with a quarter of the multiplications: Winograd's minimal filtering.

F(4x4, 3x3) of Lavin and Gray, arXiv 1509.09308, section 4: the plane is cut into tiles of 6x6 cells
that overlap by 2, tiles and kernel are transformed, multiplied cell by cell, and transformed back
to 4x4 cells of the answer. Written as a few large products of matrices, which is what runtimes do
fastest; the transforms are products with constants.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_STEP, _TILE = 4, 6  # cells from tile to tile, and a tile's side
_AT_ONCE = 768  # tiles: what is made of many more does not stay in the cache
_LEAST_CHANNELS = 64  # below, the transforms cost more than the multiplications that they save
_LEAST_TILES = 32  # below, reading the kernels, which have become four times larger, costs more

# Equations 14 and 15 of the paper (B, G and A there): of a tile, of a kernel, and back.
_OF_TILE = np.array(
    [
        [4, 0, -5, 0, 1, 0],
        [0, -4, -4, 1, 1, 0],
        [0, 4, -4, -1, 1, 0],
        [0, -2, -1, 2, 1, 0],
        [0, 2, -1, -2, 1, 0],
        [0, 4, 0, -5, 0, 1],
    ]
)
_OF_KERNEL = np.array(
    [
        [1 / 4, 0, 0],
        [-1 / 6, -1 / 6, -1 / 6],
        [-1 / 6, 1 / 6, -1 / 6],
        [1 / 24, 1 / 12, 1 / 6],
        [1 / 24, -1 / 12, 1 / 6],
        [0, 0, 1],
    ]
)
_BACK = np.array(
    [[1, 1, 1, 1, 1, 0], [0, 1, -1, 2, -2, 0], [0, 1, 1, 4, 4, 0], [0, 1, -1, 8, -8, 1]]
)


def suits(weight: Tensor, plane: Tensor) -> bool:
    """Return whether a convolution of stride 1 is faster so.

    Args:
        weight: (K, C, h, w).
        plane: (B, C, H, W).
    """
    outputs, inputs, *kernel = weight.shape
    height, width = int(plane.shape[2]), int(plane.shape[3])
    return (
        tuple(kernel) == (3, 3)
        and min(outputs, inputs) >= _LEAST_CHANNELS
        and _steps(height) * _steps(width) >= _LEAST_TILES
    )


def convolved(
    plane: Tensor, weight: Tensor, bias: Tensor | None, rectified: bool = False
) -> Tensor:
    """Return what ``conv2d`` with a padding of 1 returns, but for rounding.

    Made to be traced: the transformed kernels, 4 times as large, become constants of the graph.

    Args:
        plane: (B, C, H, W).
        weight: (K, C, 3, 3).
        bias: (K,).
        rectified: whether what is negative becomes 0.
    """
    batch, channels, height, width = (int(length) for length in plane.shape)
    cells = plane.permute(0, 2, 3, 1).reshape(batch, -1, channels)
    cells = torch.cat([cells, cells.new_zeros(batch, 1, channels)], dim=1)  # the last: outside
    places, kernels = _cells_of_tiles(height, width), _transformed(weight)
    at_once = max(1, _AT_ONCE // places.shape[2])
    bands = [
        _band(cells, places[:, row : row + at_once], kernels)
        for row in range(0, places.shape[1], at_once)
    ]
    answers = torch.cat(bands, dim=1)[:, :height, :width]
    answers = answers if bias is None else answers + bias
    # before channels are taken apart: so two convolutions in a row need not do that in between
    return (answers.relu() if rectified else answers).permute(0, 3, 1, 2)


def _band(cells: Tensor, places: NDArray[np.int32], kernels: Tensor) -> Tensor:
    """Return (B, rows * 4, columns * 4, K) of some rows of tiles: (36, rows, columns) cells."""
    (_, rows, columns), batch, channels = places.shape, *cells.shape[::2]
    tiles = cells.index_select(1, torch.from_numpy(places.reshape(-1)))
    tiles = _constant(np.kron(_OF_TILE, _OF_TILE)) @ tiles.reshape(batch, _TILE**2, -1)
    products = tiles.view(batch, _TILE**2, -1, channels) @ kernels
    answers = _constant(np.kron(_BACK, _BACK)) @ products.view(batch, _TILE**2, -1)
    answers = answers.view(batch, _STEP, _STEP, rows, columns, -1).permute(0, 3, 1, 4, 2, 5)
    return answers.reshape(batch, rows * _STEP, columns * _STEP, -1)


def _steps(length: int) -> int:
    return -(-length // _STEP)


def _cells_of_tiles(height: int, width: int) -> NDArray[np.int32]:
    """Which cell is where in which tile, by place in the tile first; height * width: none is."""
    y, x = (
        np.arange(_TILE)[:, None] + np.arange(_steps(length)) * _STEP - 1
        for length in (height, width)
    )
    y, x = y[:, None, :, None], x[None, :, None, :]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    places = np.where(inside, y * width + x, height * width)
    return places.reshape(_TILE**2, *places.shape[2:]).astype(np.int32)


def _transformed(weight: Tensor) -> Tensor:
    """(K, C, 3, 3) -> (36, C, K)."""
    kernels = weight.detach().numpy().astype(np.float64)
    spread = np.einsum("ai,kcij,bj->abck", _OF_KERNEL, kernels, _OF_KERNEL, optimize=True)
    return _constant(spread.reshape(_TILE**2, *spread.shape[2:]))


def _constant(values: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(values.astype(np.float32))
