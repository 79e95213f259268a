"""Something to try the library on."""

from __future__ import annotations

from pathlib import Path

from mirror.core.resources import media_file


def demo_clip() -> Path:
    """Return the path of the bundled clip: 198 frames, 720 x 800, a man raises his leg."""
    return media_file("demo.mp4")
