"""M2FP as ModelScope runs it, step by step in plain torch: what ours is measured against.

Nothing is folded or left out: every layer's masks are made at a quarter of the picture and then
shrunk, sampled points are stacked before they are summed, all queries are enlarged to the picture,
and a semantic map is fused from them that nobody looks at. Its masks are held to the golden data.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.deformable import POINTS, DeformableAttention, Sizes
from mirror.parsers.m2fp.network import Network
from mirror.parsers.m2fp.pictures import Placement
from mirror.parsers.m2fp.queries import LEVELS, QueryDecoder

_MOST, _LEAST_SCORE, _SURE = 100, 0.1, 0.5
Result = tuple[Tensor, Tensor, Tensor]  # masks (N, H, W), labels, scores


class PlainDeformableAttention(DeformableAttention):
    """Samples a level's points at once, and stacks the levels before it sums."""

    def forward(self, tokens: Tensor, positions: Tensor, centres: Tensor, sizes: Sizes) -> Tensor:
        """See ``DeformableAttention``."""
        batch, count, channels = tokens.shape
        asking, heads = tokens + positions, self.heads
        values = self.value_proj(tokens).view(batch, count, heads, -1)
        shape = (batch, count, heads, self.levels, POINTS)
        weights = self.attention_weights(asking).view(*shape[:3], -1).softmax(-1).view(shape)
        offsets = self.sampling_offsets(asking).view(*shape, 2)
        steps = torch.tensor([[2.0 / width, 2.0 / height] for height, width in sizes])
        places = centres[:, None, None, None] + offsets * steps[:, None]
        sampled = []
        for level, plane in enumerate(values.split([h * w for h, w in sizes], dim=1)):
            plane = plane.flatten(2).transpose(1, 2).reshape(batch * heads, -1, *sizes[level])
            grid = places[:, :, :, level].transpose(1, 2).flatten(0, 1)
            sampled.append(functional.grid_sample(plane, grid, align_corners=False))
        weights = weights.transpose(1, 2).reshape(batch * heads, 1, count, self.levels * POINTS)
        seen = (torch.stack(sampled, dim=-2).flatten(-2) * weights).sum(-1)
        output: Tensor = self.output_proj(seen.view(batch, channels, count).transpose(1, 2))
        return output


class PlainQueryDecoder(QueryDecoder):
    """Makes every layer's classes and masks in full."""

    def forward(
        self, fine: Tensor, levels: tuple[Tensor, ...], to_masks: nn.Conv2d
    ) -> tuple[Tensor, Tensor]:
        """See ``QueryDecoder``."""
        features = to_masks(fine)
        tokens, keys = self._memory(levels)
        sizes = [(int(level.shape[2]), int(level.shape[3])) for level in levels]
        places = self.query_embed.weight[None]
        queries = self.query_feat.weight[None].expand(fine.shape[0], -1, -1)
        classes, masks, hidden = self._heads(queries, features, sizes[0])
        for index in range(self.layers_used):
            level = index % LEVELS
            queries = self._layer(index, queries, places, tokens[level], keys[level], hidden)
            classes, masks, hidden = self._heads(queries, features, sizes[(index + 1) % LEVELS])
        return classes, masks

    def _heads(
        self, queries: Tensor, features: Tensor, size: tuple[int, int]
    ) -> tuple[Tensor, Tensor, Tensor]:
        normed = self.decoder_norm(queries)
        masks = torch.einsum("bqc,bchw->bqhw", self.mask_embed(normed), features)
        small = functional.interpolate(masks, size, mode="bilinear", align_corners=False)
        hidden = small.sigmoid().flatten(2) < 0.5
        hidden[hidden.all(dim=2)] = False
        return self.class_embed(normed), masks, hidden * -1e4


def make_plain(network: Network) -> Network:
    """Have a network computed as ModelScope does, with the parameters it has."""
    for module in network.modules():
        if isinstance(module, DeformableAttention):
            module.__class__ = PlainDeformableAttention
    network.sem_seg_head.predictor.__class__ = PlainQueryDecoder
    return network.eval()


def plain_result(logits: Tensor, masks: Tensor, placement: Placement) -> Result:
    """Return parts and people as ModelScope does, parts first.

    Args:
        logits: (queries, classes + 1); the class before the last is whole people.
        masks: (queries, h / 4, w / 4) logits.
        placement: where the picture lay in the input.
    """
    x0, y0, x1, y1 = placement.inside
    masks = _enlarged(masks, placement.size)[:, y0:y1, x0:x1]
    masks = _enlarged(masks, (placement.height, placement.width))
    classes = logits.shape[1] - 1
    scores, chosen = logits.softmax(-1)[:, :-1].flatten().topk(_MOST, sorted=False)
    labels, masks = chosen % classes, masks[chosen // classes]
    inside = (masks > 0).float()
    total = (masks.sigmoid().flatten(1) * inside.flatten(1)).sum(1)
    scores = scores * total / (inside.flatten(1).sum(1) + 1e-6)
    _fused(labels, scores, masks, classes - 1)
    human = labels == classes - 1
    parts = ~human & (labels != 0) & (scores >= _LEAST_SCORE)
    kept = torch.cat([parts.nonzero()[:, 0], (human & (scores > _LEAST_SCORE)).nonzero()[:, 0]])
    return (masks[kept] > 0).float(), labels[kept], scores[kept]


def _enlarged(masks: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(masks[None], size, mode="bilinear", align_corners=False)[0]


def _fused(labels: Tensor, scores: Tensor, masks: Tensor, parts: int) -> Tensor:
    """A semantic map: for each part the mean of what sure masks say of a pixel."""
    planes = []
    for label in range(parts):
        plane, times = torch.zeros_like(masks[0]), torch.zeros_like(masks[0])
        shares = masks[labels == label].sigmoid()
        for share, score in zip(shares, scores[labels == label], strict=True):
            if score >= _SURE:
                weighted = share * score
                plane = torch.where(weighted > _SURE, plane + weighted, plane)
                times += weighted > _SURE
        planes.append(plane / times.clamp(min=1))
    return torch.stack(planes)
