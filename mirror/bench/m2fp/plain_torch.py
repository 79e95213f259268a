"""M2FP as ModelScope runs it, step by step in plain torch: what ours is measured against.

Nothing is folded or left out: every layer's masks are made at a quarter of the picture and then
shrunk, sampled points are stacked before they are summed, all queries are enlarged to the picture,
and a semantic map is fused from them that nobody looks at. Its masks are held to the golden data.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network.configuration import LEVELS
from mirror.parsers.m2fp.network.deformable_attention import POINTS, DeformableAttention, Sizes
from mirror.parsers.m2fp.network.model import Network
from mirror.parsers.m2fp.network.transformer_decoder import TransformerDecoder
from mirror.parsers.m2fp.preprocessing import Placement

_MOST, _LEAST_SCORE, _SURE = 100, 0.1, 0.5
Found = tuple[int, float, NDArray[np.float32]]  # label, score, mask of 0 and 1


class Instances(NamedTuple):
    """Pairs of query and class: (N,) labels, (N,) scores, (N, H, W) masks."""

    labels: Tensor
    scores: Tensor
    masks: Tensor

    def where(self, chosen: Tensor) -> Instances:
        """Return copies of those that a (N,) condition holds for."""
        index = torch.where(chosen)[0]
        return Instances(*(of[index] for of in self))


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


class PlainQueryDecoder(TransformerDecoder):
    """Makes every layer's classes and masks in full."""

    def forward(
        self, fine: Tensor, levels: tuple[Tensor, ...], to_masks: nn.Conv2d
    ) -> tuple[Tensor, Tensor]:
        """See ``TransformerDecoder``."""
        features = to_masks(fine)
        tokens, keys = self._memory(levels)
        sizes = [(int(level.shape[1]), int(level.shape[2])) for level in levels]
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


def plain_labels(logits: Tensor, masks: Tensor, placement: Placement) -> Tensor:
    """Return (H, W) ids of parts as ModelScope does for one person.

    Args:
        logits: (queries, classes + 1).
        masks: (queries, h / 4, w / 4) logits.
        placement: where the picture lay in the input.
    """
    x0, y0, x1, y1 = placement.inside
    in_input = _enlarged(masks, placement.size).sigmoid()
    planes = torch.einsum("qc,qhw->chw", logits.softmax(-1)[:, :-1], in_input)
    in_picture = _enlarged(planes[:, y0:y1, x0:x1], (placement.height, placement.width))
    return in_picture.argmax(0)


def plain_result(logits: Tensor, masks: Tensor, placement: Placement) -> list[Found]:
    """Return parts and people as ModelScope does, parts first.

    What it copies is copied here and what it keeps until the end is kept: at this size memory costs
    as much as arithmetic.

    Args:
        logits: (queries, classes + 1); the class before the last is whole people.
        masks: (queries, h / 4, w / 4) logits.
        placement: where the picture lay in the input.
    """
    x0, y0, x1, y1 = placement.inside
    in_input = _enlarged(masks, placement.size)
    in_picture = _enlarged(in_input[:, y0:y1, x0:x1], (placement.height, placement.width))
    best = _best(logits, in_picture)
    human = logits.shape[1] - 2
    rest, people = best.where(best.labels != human), best.where(best.labels == human)
    _fused(rest, human)
    parts = rest.where(rest.labels != 0)
    sure = [found for found in zip(*parts, strict=True) if found[1] >= _LEAST_SCORE]
    sure += [found for found in zip(*people, strict=True) if found[1] > _LEAST_SCORE]
    return [(int(label), float(score), (mask > 0).float().numpy()) for label, score, mask in sure]


def _best(logits: Tensor, masks: Tensor) -> Instances:
    """The likeliest pairs of query and class, scored by how sure their masks are of themselves."""
    classes = logits.shape[1] - 1
    scores, chosen = logits.softmax(-1)[:, :-1].flatten().topk(_MOST, sorted=False)
    masks = masks[chosen // classes]
    inside = (masks > 0).float()
    total = (masks.sigmoid().flatten(1) * inside.flatten(1)).sum(1)
    return Instances(chosen % classes, scores * total / (inside.flatten(1).sum(1) + 1e-6), masks)


def _enlarged(masks: Tensor, size: tuple[int, int]) -> Tensor:
    return functional.interpolate(masks[None], size, mode="bilinear", align_corners=False)[0]


def _fused(found: Instances, parts: int) -> Tensor:
    """A semantic map: for each part the mean of what sure masks say of a pixel."""
    planes = []
    for label in range(parts):
        of_label = found.where(found.labels == label)
        plane, times = (torch.zeros(found.masks.shape[1:]) for _ in range(2))
        for share, score in zip(of_label.masks.sigmoid(), of_label.scores, strict=True):
            if score >= _SURE:
                weighted = share * score
                plane = torch.where(weighted > _SURE, plane + weighted, plane)
                times += weighted > _SURE
        planes.append(plane / times.clamp(min=1))
    return torch.stack(planes)
