"""The residual network: pictures to features at strides 4, 8, 16 and 32.

ResNet (arXiv 1512.03385) with DeepLab's stem of three small convolutions in place of one of 7x7.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mirror.parsers.m2fp.network.configuration import DEPTHS, BackboneSettings
from mirror.parsers.m2fp.network.layers import NormedConv, channels_last


class Stem(nn.Module):
    """(B, 3, H, W) -> (B, channels, H / 4, W / 4)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        half = channels // 2
        self.conv1 = NormedConv(3, half, 3, nn.BatchNorm2d(half), stride=2, rectified=True)
        self.conv2 = NormedConv(half, half, 3, nn.BatchNorm2d(half), rectified=True)
        self.conv3 = NormedConv(half, channels, 3, nn.BatchNorm2d(channels), rectified=True)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve three times and keep the largest of each neighbourhood."""
        return _pooled(self.conv3.in_bands(self.conv2(self.conv1(x))))


def _pooled(bands: list[Tensor]) -> Tensor:
    """Return the largest of 3x3 cells, every second way, of a plane that comes in bands.

    Each is pooled while it is in the cache: the plane would be the largest thing in the network.
    """
    if len(bands) == 1:
        return functional.max_pool2d(bands[0], kernel_size=3, stride=2, padding=1)
    pooled, above = [], None
    for band in map(channels_last, bands):
        made = functional.max_pool2d(band, kernel_size=3, stride=2, padding=1)
        if above is not None:  # the first row reaches into the band before
            made = torch.cat([torch.maximum(made[:, :, :1], above), made[:, :, 1:]], dim=2)
        pooled.append(made)
        last = band[:, :, -1:]
        above = functional.max_pool2d(last, kernel_size=(1, 3), stride=(1, 2), padding=(0, 1))
    return torch.cat(pooled, dim=2)


class Bottleneck(nn.Module):
    """Narrow, look around, widen, and add to what came in."""

    def __init__(
        self, inputs: int, narrow: int, outputs: int, stride: int, settings: BackboneSettings
    ) -> None:
        super().__init__()
        first, second = (stride, 1) if settings.stride_in_1x1 else (1, stride)
        self.shortcut = (
            NormedConv(inputs, outputs, 1, nn.BatchNorm2d(outputs), stride=stride)
            if inputs != outputs
            else None
        )
        self.conv1 = NormedConv(
            inputs, narrow, 1, nn.BatchNorm2d(narrow), stride=first, rectified=True
        )
        self.conv2 = NormedConv(
            narrow,
            narrow,
            3,
            nn.BatchNorm2d(narrow),
            stride=second,
            groups=settings.groups,
            rectified=True,
        )
        self.conv3 = NormedConv(narrow, outputs, 1, nn.BatchNorm2d(outputs))

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H / stride, W / stride)."""
        past = x if self.shortcut is None else self.shortcut(x)
        return functional.relu(self.conv3(self.conv2(self.conv1(x))) + past)


class Backbone(nn.Module):
    """(B, 3, H, W) -> features at strides 4, 8, 16 and 32, called res2 to res5."""

    def __init__(self, settings: BackboneSettings) -> None:
        super().__init__()
        self.stem = Stem(settings.stem_channels)
        channels, outputs = settings.stem_channels, settings.res2_channels
        narrow = settings.groups * settings.width_per_group
        widths = []
        for stage, blocks in enumerate(DEPTHS[settings.depth]):
            layers = []
            for block in range(blocks):
                stride = 2 if stage > 0 and block == 0 else 1
                layers.append(Bottleneck(channels, narrow, outputs, stride, settings))
                channels = outputs
            self.add_module(f"res{stage + 2}", nn.Sequential(*layers))
            widths.append(outputs)
            narrow, outputs = narrow * 2, outputs * 2
        self.widths = tuple(widths)  # channels of res2 to res5

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Return res2 to res5."""
        x = self.stem(x)
        features = []
        for stage in range(2, 6):
            x = self.get_submodule(f"res{stage}")(x)
            features.append(x)
        return tuple(features)
