"""A 3x3 convolution with a quarter of the multiplications: Winograd's minimal filtering.

F(4x4, 3x3) of Lavin and Gray, arXiv 1509.09308, section 4: the plane is cut into tiles of 6x6 cells
that overlap by 2, tiles and kernel are transformed, multiplied place by place, and transformed back
to 4x4 cells of the output. Written as products of matrices, which is what runtimes do fastest; the
transforms are products with constants.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_STEP, _TILE = 4, 6  # cells from tile to tile, and a tile's side
_PLACES = _TILE * _TILE
_AT_ONCE = 192  # tiles: what is made of many more does not stay in the cache
_COPIES = 40_000_000  # bytes of a convolution's kernels, which runtimes keep anew for each band
_FEW = 96  # tiles, below which reading the kernels costs more than all else
_LEAST_CHANNELS = 64  # below, the transforms cost more than the multiplications that they save
_LEAST_TILES = 6  # below, reading the kernels, which have become four times larger, costs more
_LARGE, _LEAST_TILES_IF_LARGE = 256 * 256, 32  # of kernels for which memory is dearer than time

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
    least = _LEAST_TILES if outputs * inputs <= _LARGE else _LEAST_TILES_IF_LARGE
    return (
        tuple(kernel) == (3, 3)
        and min(outputs, inputs) >= _LEAST_CHANNELS
        and _steps(int(plane.shape[2])) * _steps(int(plane.shape[3])) >= least
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
    bands = list(_bands(plane, weight, bias, rectified))
    return torch.cat(bands, dim=1).permute(0, 3, 1, 2)


def convolved_in_bands(
    plane: Tensor, weight: Tensor, bias: Tensor | None, rectified: bool = False
) -> list[Tensor]:
    """Return the same in bands, from the top; all but the last of a multiple of 4 rows."""
    return [band.permute(0, 3, 1, 2) for band in _bands(plane, weight, bias, rectified)]


def _bands(plane: Tensor, weight: Tensor, bias: Tensor | None, rectified: bool) -> Iterator[Tensor]:
    """Yield (B, h, W, K) bands."""
    batch, channels, height, width = (int(length) for length in plane.shape)
    cells = plane.permute(0, 2, 3, 1).reshape(batch, -1, channels)
    cells = torch.cat([cells, cells.new_zeros(batch, 1, channels)], dim=1)  # the last: outside
    tiles, kernels = _tiles(height, width), _kernels(weight)
    rows, columns = tiles.shape[:2]
    multiplied = _multiplied_by_place
    if rows * columns >= _FEW:
        multiplied, kernels = _multiplied_by_tile, kernels.swapaxes(1, 2).reshape(-1, channels)
    given, biases = _constant(kernels), None if bias is None else _biases(bias)
    at_once = max(1, _AT_ONCE // columns, -(-rows * given.nbytes // _COPIES))
    for row in range(0, rows, at_once):
        blocks = multiplied(cells, tiles[row : row + at_once], given, biases)
        # rectified before axes are exchanged: so it is part of the product
        blocks = (blocks.relu() if rectified else blocks).permute(0, 1, 3, 2, 4, 5)
        band = blocks.reshape(batch, -1, columns * _STEP, len(weight))
        yield band[:, : height - row * _STEP, :width]


def _multiplied_by_tile(
    cells: Tensor, tiles: NDArray[np.int32], kernels: Tensor, biases: Tensor | None
) -> Tensor:
    """Return (B, rows, columns, 4, 4, K) blocks of the output; a tile's places lie together.

    So its transforms stay in the cache, and places are multiplied as groups of channels are.

    Args:
        cells: (B, H * W + 1, C).
        tiles: (rows, columns, 36).
        kernels: (36 * K, C).
        biases: (36, K).
    """
    (rows, columns, _), batch, channels = tiles.shape, *cells.shape[::2]
    taken = cells.index_select(1, torch.from_numpy(tiles.reshape(-1)))
    spread = _constant(np.kron(_OF_TILE, _OF_TILE))[None] @ taken.view(-1, _PLACES, channels)
    products = functional.conv2d(
        spread.view(batch, rows, columns, -1).permute(0, 3, 1, 2),
        kernels[:, :, None, None],
        None if biases is None else biases.flatten(),
        groups=_PLACES,
    )
    products = products.permute(0, 2, 3, 1).reshape(batch * rows * columns, _PLACES, -1)
    blocks = _constant(np.kron(_BACK, _BACK))[None] @ products
    return blocks.view(batch, rows, columns, _STEP, _STEP, -1)


def _multiplied_by_place(
    cells: Tensor, tiles: NDArray[np.int32], kernels: Tensor, biases: Tensor | None
) -> Tensor:
    """Return the same; what has the same place in its tile lies together.

    So kernels, here (36, C, K), are read once and as they are: a runtime keeps no copy of them.
    """
    (rows, columns, _), batch, channels = tiles.shape, *cells.shape[::2]
    by_place = np.ascontiguousarray(tiles.reshape(-1, _PLACES).T)
    taken = cells.index_select(1, torch.from_numpy(by_place.reshape(-1)))
    spread = _constant(np.kron(_OF_TILE, _OF_TILE)) @ taken.view(batch, _PLACES, -1)
    products = spread.view(batch, _PLACES, -1, channels) @ kernels
    products = products if biases is None else products + biases[:, None]
    blocks = _constant(np.kron(_BACK, _BACK)) @ products.view(batch, _PLACES, -1)
    blocks = blocks.view(batch, _STEP, _STEP, rows, columns, -1)
    return blocks.permute(0, 3, 4, 1, 2, 5)


def _steps(length: int) -> int:
    return -(-length // _STEP)


def _tiles(height: int, width: int) -> NDArray[np.int32]:
    """(rows, columns, 36): which cell is at which place of a tile; height * width: none is."""
    y, x = (
        np.arange(_steps(length))[:, None] * _STEP + np.arange(_TILE) - 1
        for length in (height, width)
    )
    y, x = y[:, None, :, None], x[None, :, None, :]
    inside = (y >= 0) & (y < height) & (x >= 0) & (x < width)
    cells = np.where(inside, y * width + x, height * width)
    return cells.reshape(*cells.shape[:2], _PLACES).astype(np.int32)


def _kernels(weight: Tensor) -> NDArray[np.float64]:
    """(K, C, 3, 3) -> (36, C, K)."""
    kernels = weight.detach().numpy().astype(np.float64)
    spread = np.einsum("ai,kcij,bj->abck", _OF_KERNEL, kernels, _OF_KERNEL, optimize=True)
    return spread.reshape(_PLACES, *spread.shape[2:])


def _biases(bias: Tensor) -> Tensor:
    """(K,) -> (36, K), to be added to products, which costs nothing.

    What is added at the second place of both axes comes back once in every cell of the block.
    """
    biases = np.zeros((_TILE, _TILE, len(bias)))
    biases[1, 1] = bias.detach().numpy()
    return _constant(biases.reshape(_PLACES, -1))


def _constant(values: NDArray[np.generic]) -> Tensor:
    return torch.from_numpy(np.ascontiguousarray(values, np.float32))
