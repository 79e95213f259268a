"""The pixel decoder: backbone features to tokens at three scales and a fine map of masks.

As Mask2Former (arXiv 2112.01527, section 3.2.2) has it.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network.configuration import GROUPS, LEVELS, EncoderSettings
from mirror.parsers.m2fp.network.deformable_attention import DeformableAttention, Sizes, centres_of
from mirror.parsers.m2fp.network.layers import (
    NormedConv,
    TokenLinear,
    constant,
    sine_positions,
    transposed,
)


class EncoderLayer(nn.Module):
    """Deformable attention over all levels, then a feed-forward network for each token."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        channels = settings.channels
        self.self_attn = DeformableAttention(channels, settings.heads, LEVELS)
        self.norm1 = nn.LayerNorm(channels)
        self.linear1 = TokenLinear(channels, settings.feedforward, rectified=True)
        self.linear2 = TokenLinear(settings.feedforward, channels)
        self.norm2 = nn.LayerNorm(channels)

    def forward(self, tokens: Tensor, positions: Tensor, centres: Tensor, sizes: Sizes) -> Tensor:
        """(B, T, C) -> (B, T, C); see ``DeformableAttention``."""
        tokens = self.norm1(tokens + self.self_attn(tokens, positions, centres, sizes))
        output: Tensor = self.norm2(tokens + self.linear2(self.linear1(tokens)))
        return output


class Encoder(nn.Module):
    """The layers, and what tells the levels apart."""

    def __init__(self, settings: EncoderSettings) -> None:
        super().__init__()
        self.level_embed = nn.Parameter(torch.zeros(LEVELS, settings.channels))
        self.encoder = nn.Module()
        self.encoder.layers = nn.ModuleList(EncoderLayer(settings) for _ in range(settings.layers))

    def forward(self, tokens: Tensor, sizes: Sizes) -> Tensor:
        """(B, T, C) -> (B, T, C)."""
        channels = tokens.shape[2]
        positions = torch.cat(
            [
                constant(sine_positions, (height, width, channels), tokens)
                + self.level_embed[level]
                for level, (height, width) in enumerate(sizes)
            ]
        )
        centres = constant(centres_of, sizes, tokens)
        for layer in self.encoder.get_submodule("layers").children():
            tokens = layer(tokens, positions, centres, sizes)
        return tokens


class PixelDecoder(nn.Module):
    """Features res2 to res5 -> what masks are read from, and tokens of strides 32, 16 and 8."""

    def __init__(self, widths: tuple[int, ...], settings: EncoderSettings) -> None:
        super().__init__()
        channels = settings.channels
        self.input_proj = nn.ModuleList(
            nn.Sequential(nn.Conv2d(width, channels, 1), nn.GroupNorm(GROUPS, channels))
            for width in reversed(widths[1:])
        )
        self.transformer = Encoder(settings)
        self.adapter_1 = NormedConv(widths[0], channels, 1, nn.GroupNorm(GROUPS, channels))
        self.layer_1 = NormedConv(
            channels, channels, 3, nn.GroupNorm(GROUPS, channels), rectified=True
        )
        self.mask_features = nn.Conv2d(channels, settings.mask_channels, 1)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, tuple[Tensor, ...]]:
        """Return (B, C, H/4, W/4) before ``mask_features``, and (B, h, w, C) coarsest first."""
        planes = [
            project(plane)
            for project, plane in zip(self.input_proj, reversed(features[1:]), strict=True)
        ]
        sizes = tuple((int(plane.shape[2]), int(plane.shape[3])) for plane in planes)
        tokens = torch.cat([transposed(plane.flatten(2)) for plane in planes], dim=1)
        tokens = self.transformer(tokens, sizes)
        levels = tokens.split([height * width for height, width in sizes], dim=1)
        finest = transposed(levels[-1])
        finest = finest.view(*finest.shape[:2], *sizes[-1])
        fine = self.adapter_1(features[0])
        height, width = int(fine.shape[2]), int(fine.shape[3])
        fine = fine + functional.interpolate(
            finest, (height, width), mode="bilinear", align_corners=False
        )
        if (
            self.layer_1.use_winograd
        ):  # it takes cells one by one, and after a norm none lies together
            fine = transposed(fine.flatten(2)).view(-1, height, width, fine.shape[1])
            fine = fine.permute(0, 3, 1, 2)
        return self.layer_1(fine), tuple(
            level.reshape(-1, *size, level.shape[2])
            for level, size in zip(levels, sizes, strict=True)
        )
