"""The whole network: a picture to queries, each with a class and a mask. Needs torch alone.

M2FP, arXiv 2301.00394: Mask2Former with human parts, and whole humans, as its classes.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mirror.parsers.m2fp.network.backbone import Backbone
from mirror.parsers.m2fp.network.configuration import Settings
from mirror.parsers.m2fp.network.layers import fold_batch_norms
from mirror.parsers.m2fp.network.pixel_decoder import PixelDecoder
from mirror.parsers.m2fp.network.transformer_decoder import TransformerDecoder


class Formulation(NamedTuple):
    """Ways to compute the same numbers but for rounding; which is fast depends on the runtime.

    Attributes:
        use_embedding_bag: see ``DeformableAttention``.
        use_winograd: see ``NormedConv``.
        linear_as_conv: see ``TokenLinear``.
    """

    use_embedding_bag: bool = False
    use_winograd: bool = False
    linear_as_conv: bool = False


PLAIN = Formulation()  # all that ONNX can say, and ONNX Runtime gains nothing from tiles
FOR_TORCH = Formulation(use_embedding_bag=True)  # on a CPU
FOR_OPENVINO = Formulation(use_embedding_bag=True, use_winograd=True, linear_as_conv=True)


class Head(nn.Module):
    """What follows the backbone."""

    def __init__(self, widths: tuple[int, ...], settings: Settings) -> None:
        super().__init__()
        self.pixel_decoder = PixelDecoder(widths, settings.encoder)
        self.predictor = TransformerDecoder(len(settings.classes), settings.decoder)

    def forward(self, features: tuple[Tensor, ...]) -> tuple[Tensor, Tensor]:
        """Return class logits and mask logits."""
        fine, levels = self.pixel_decoder(features)
        output: tuple[Tensor, Tensor] = self.predictor(
            fine, levels, self.pixel_decoder.mask_features
        )
        return output


def formulate(part: nn.Module, formulation: Formulation) -> None:
    """Have a network, or a part of it, computed in some way."""
    for module in part.modules():
        for way, is_chosen in formulation._asdict().items():
            if hasattr(module, way):
                setattr(module, way, is_chosen)


class Network(nn.Module):
    """Built from settings; parameters are called as in ModelScope's checkpoints."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.backbone = Backbone(settings.backbone)
        self.sem_seg_head = Head(self.backbone.widths, settings)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        """NetworkOutput for normalised pictures.

        Args:
            pictures: (B, 3, H, W), RGB less the mean over the deviation; sides multiples of 32.

        Returns:
            (B, queries, classes + 1) class logits, the last class "no object", and
            (B, queries, H / 4, W / 4) mask logits.
        """
        output: tuple[Tensor, Tensor] = self.sem_seg_head(self.backbone(pictures))
        return output

    @torch.no_grad()
    def make_fast(
        self, formulation: Formulation = PLAIN, *, decoder_layers: int | None = None
    ) -> None:
        """Prepare for inference: fold the norms, and formulate what is left for a runtime.

        Args:
            formulation: what the runtime is fastest with.
            decoder_layers: read the output after so many layers; None after all.
        """
        self.eval()
        fold_batch_norms(self)
        formulate(self, formulation)
        if decoder_layers is not None:
            predictor = self.sem_seg_head.predictor
            predictor.layers_used = max(1, min(decoder_layers, predictor.layers_used))
