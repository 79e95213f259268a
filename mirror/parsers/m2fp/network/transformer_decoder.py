"""The masked transformer decoder: each query yields one class and one mask.

Mask2Former, arXiv 2112.01527, section 3.2.1: a query attends to cells inside the mask it predicted
one layer earlier, on one of three levels in turn.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network.configuration import LEVELS, DecoderSettings
from mirror.parsers.m2fp.network.layers import (
    MLP,
    constant,
    linear,
    sine_positions,
    transposed,
)

_NEVER = -1e4  # added to the score of a cell that is masked out; finite in half precision too


class Attention(nn.Module):
    """Multi-head attention with parameters as ``torch.nn.MultiheadAttention`` calls them.

    Attributes:
        linear_as_conv: see ``TokenLinear``.
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads, self.linear_as_conv = heads, False
        self.in_proj_weight = nn.Parameter(torch.zeros(3 * channels, channels))
        self.in_proj_bias = nn.Parameter(torch.zeros(3 * channels))
        self.out_proj = nn.Linear(channels, channels)
        nn.init.xavier_uniform_(self.in_proj_weight)

    def forward(self, queries: Tensor, keys: Tensor, values: Tensor, mask: Tensor | None) -> Tensor:
        """(B, Q, C), (B, T, C), (B, T, C) -> (B, Q, C); the (B, Q, T) mask is added to scores."""
        weights, biases = self.in_proj_weight.chunk(3), self.in_proj_bias.chunk(3)
        query, key, value = (
            linear(given, weight, bias, self.linear_as_conv)
            for given, weight, bias in zip((queries, keys, values), weights, biases, strict=True)
        )
        query, value = self._per_head(query), self._per_head(value)
        key = transposed(key).view(key.shape[0], self.heads, -1, key.shape[1])
        scores = query @ key * (query.shape[3] ** -0.5)
        if mask is not None:
            scores = scores + mask[:, None]
        attended = (scores.softmax(-1) @ value).transpose(1, 2).flatten(2)
        output: Tensor = self.out_proj(attended)
        return output

    def _per_head(self, x: Tensor) -> Tensor:
        """(B, N, C) -> (B, heads, N, C / heads)."""
        batch, count, channels = x.shape
        return x.view(batch, count, self.heads, channels // self.heads).transpose(1, 2)


class CrossAttentionLayer(nn.Module):
    """Queries attend to one level of the picture."""

    def __init__(self, settings: DecoderSettings) -> None:
        super().__init__()
        self.multihead_attn = Attention(settings.channels, settings.heads)
        self.norm = nn.LayerNorm(settings.channels)


class SelfAttentionLayer(nn.Module):
    """Queries attend to one another."""

    def __init__(self, settings: DecoderSettings) -> None:
        super().__init__()
        self.self_attn = Attention(settings.channels, settings.heads)
        self.norm = nn.LayerNorm(settings.channels)


class FeedForwardLayer(nn.Module):
    """(B, Q, C) -> (B, Q, C), each query by itself."""

    def __init__(self, settings: DecoderSettings) -> None:
        super().__init__()
        self.linear1 = nn.Linear(settings.channels, settings.feedforward)
        self.linear2 = nn.Linear(settings.feedforward, settings.channels)
        self.norm = nn.LayerNorm(settings.channels)

    def forward(self, queries: Tensor) -> Tensor:
        """Transform each query by itself, and add it to what came in."""
        hidden = functional.relu(self.linear1(queries))
        output: Tensor = self.norm(queries + self.linear2(hidden))
        return output


class TransformerDecoder(nn.Module):
    """Tokens and the fine map -> a class and a mask a query.

    Attributes:
        layers_used: how many layers run before the output is read; all of them by default.
    """

    def __init__(self, classes: int, settings: DecoderSettings) -> None:
        super().__init__()
        self.layers_used = layers = settings.layers
        channels = settings.channels
        self.transformer_self_attention_layers = nn.ModuleList(
            SelfAttentionLayer(settings) for _ in range(layers)
        )
        self.transformer_cross_attention_layers = nn.ModuleList(
            CrossAttentionLayer(settings) for _ in range(layers)
        )
        self.transformer_ffn_layers = nn.ModuleList(
            FeedForwardLayer(settings) for _ in range(layers)
        )
        self.decoder_norm = nn.LayerNorm(channels)
        self.query_feat = nn.Embedding(settings.queries, channels)
        self.query_embed = nn.Embedding(settings.queries, channels)
        self.level_embed = nn.Embedding(LEVELS, channels)
        self.class_embed = nn.Linear(channels, classes + 1)  # the last: no object
        self.mask_embed = MLP(channels, channels, settings.mask_channels, 3)

    def forward(
        self, fine: Tensor, levels: tuple[Tensor, ...], to_masks: nn.Conv2d
    ) -> tuple[Tensor, Tensor]:
        """Return (B, Q, classes + 1) logits and (B, Q, H/4, W/4) mask logits.

        ``fine`` is (B, C, H/4, W/4), ``levels`` are (B, h, w, C), coarsest first.

        A mask is the product of a query with ``to_masks(fine)``. Resizing is linear as the product
        is, so masks for attention are made at the attention's own size, from the resized map; and
        the 1x1 convolution is applied to the queries, which are fewer than the map's cells.
        """
        small = [_resized(fine, level) for level in levels]
        memory, keys = self._memory(levels)
        query_positions = self.query_embed.weight[None]
        queries = self.query_feat.weight[None].expand(fine.shape[0], -1, -1)
        for index in range(self.layers_used):
            level = index % LEVELS
            masks = self._masks(queries, small[level], to_masks).flatten(2)
            queries = self._layer(
                index, queries, query_positions, memory[level], keys[level], _hidden_cells(masks)
            )
        classes = self.class_embed(self.decoder_norm(queries))
        return classes, self._masks(queries, fine, to_masks)

    def _memory(self, levels: tuple[Tensor, ...]) -> tuple[list[Tensor], list[Tensor]]:
        """Every level's (B, T, C) tokens, and the same with their positions."""
        tokens, keys = [], []
        for level, plane in enumerate(levels):
            height, width = int(plane.shape[1]), int(plane.shape[2])
            flat = plane.flatten(1, 2) + self.level_embed.weight[level]
            tokens.append(flat)
            keys.append(flat + constant(sine_positions, (height, width, flat.shape[2]), flat))
        return tokens, keys

    def _layer(
        self,
        index: int,
        queries: Tensor,
        query_positions: Tensor,
        memory: Tensor,
        keys: Tensor,
        mask: Tensor,
    ) -> Tensor:
        cross = self.transformer_cross_attention_layers[index]
        cross_attended = cross.get_submodule("multihead_attn")(
            queries + query_positions, keys, memory, mask
        )
        queries = cross.get_submodule("norm")(queries + cross_attended)
        attention = self.transformer_self_attention_layers[index]
        positioned = queries + query_positions
        self_attended = attention.get_submodule("self_attn")(positioned, positioned, queries, None)
        queries = attention.get_submodule("norm")(queries + self_attended)
        output: Tensor = self.transformer_ffn_layers[index](queries)
        return output

    def _masks(self, queries: Tensor, plane: Tensor, to_masks: nn.Conv2d) -> Tensor:
        """(B, Q, C) and (B, C, h, w) -> (B, Q, h, w)."""
        embedded = self.mask_embed(self.decoder_norm(queries))
        through = embedded @ to_masks.weight.flatten(1)
        masks = through @ plane.flatten(2)
        if to_masks.bias is not None:
            masks = masks + embedded @ to_masks.bias[:, None]
        return masks.view(*masks.shape[:2], *plane.shape[2:])


def _resized(fine: Tensor, level: Tensor) -> Tensor:
    size = (int(level.shape[1]), int(level.shape[2]))
    return functional.interpolate(fine, size, mode="bilinear", align_corners=False)


def _hidden_cells(masks: Tensor) -> Tensor:
    """(B, Q, T) logits -> what is added to attention: a query that sees no cell sees all."""
    outside = (masks < 0).to(masks.dtype)
    sees_any = (masks.amax(dim=2, keepdim=True) >= 0).to(masks.dtype)
    return outside * sees_any * _NEVER
