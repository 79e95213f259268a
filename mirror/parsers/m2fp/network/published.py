"""The networks as they were published, for measuring without a checkpoint."""

from __future__ import annotations

from mirror.core.label_set import label_set
from mirror.parsers.m2fp.network.configuration import (
    HUMAN,
    BackboneSettings,
    DecoderSettings,
    EncoderSettings,
    Settings,
)


def published(single: bool = False) -> Settings:
    """Return the settings of R101 as the two checkpoints of ModelScope's hub have them."""
    parts = label_set("lip" if single else "cihp")
    return Settings(
        BackboneSettings(101, 1, 64, 128, 256, False),
        EncoderSettings(256, 256, 8, 1024, 6),
        DecoderSettings(256, 256, 100, 8, 2048, 9),
        parts.names if single else (*parts.names, HUMAN),
        parts,
        single,
        (512, 384) if single else None,
        0.5,
    )
