"""The whole network: a picture to queries, each with a class and a mask. Needs torch alone.

M2FP, arXiv 2301.00394: Mask2Former with human parts, and whole humans, as its classes.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from mirror.parsers.m2fp.backbone import Backbone
from mirror.parsers.m2fp.deformable import DeformableAttention
from mirror.parsers.m2fp.layers import NormedConv, fold_batch_norms
from mirror.parsers.m2fp.pixels import PixelDecoder
from mirror.parsers.m2fp.queries import QueryDecoder
from mirror.parsers.m2fp.settings import Settings

STRIDE = 32  # a picture's sides must be multiples of it


class Head(nn.Module):
    """What follows the backbone."""

    def __init__(self, widths: tuple[int, ...], settings: Settings) -> None:
        super().__init__()
        self.pixel_decoder = PixelDecoder(widths, settings.encoder)
        self.predictor = QueryDecoder(len(settings.classes), settings.decoder)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return class logits and mask logits."""
        fine, levels = self.pixel_decoder(features)
        answer: tuple[Tensor, Tensor] = self.predictor(
            fine, levels, self.pixel_decoder.mask_features
        )
        return answer


class Network(nn.Module):
    """Built from settings; parameters are called as in ModelScope's checkpoints."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.backbone = Backbone(settings.backbone)
        self.sem_seg_head = Head(self.backbone.widths, settings)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """Answer for normalised pictures.

        Args:
            pictures: (B, 3, H, W), RGB less the mean over the deviation; sides multiples of 32.

        Returns:
            (B, queries, classes + 1) class logits, the last class "no object", and
            (B, queries, H / 4, W / 4) mask logits.
        """
        answer: tuple[Tensor, Tensor] = self.sem_seg_head(self.backbone(pictures))
        return answer

    @torch.no_grad()
    def make_fast(
        self, *, in_bags: bool = False, in_tiles: bool = False, decoder_layers: int | None = None
    ) -> None:
        """Prepare for inference: fold the norms, and formulate what is left for a runtime.

        Args:
            in_bags: see ``DeformableAttention``.
            in_tiles: see ``NormedConv``.
            decoder_layers: read the answer after so many layers; None after all.
        """
        self.eval()
        fold_batch_norms(self)
        for module in self.modules():
            if isinstance(module, DeformableAttention):
                module.in_bags = in_bags
            if isinstance(module, NormedConv):
                module.in_tiles = in_tiles
        if decoder_layers is not None:
            predictor = self.sem_seg_head.predictor
            predictor.layers_used = max(1, min(decoder_layers, predictor.layers_used))
