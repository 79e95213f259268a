"""One picture, kept as two PNG files: as it came, and with its parts drawn."""

from __future__ import annotations

from pathlib import Path

import cv2

from mirror.live.folder import unused, write_whole
from mirror.live.look import Look
from mirror.live.pairing import Pair
from mirror.overlay import draw
from mirror.parts import Vocabulary


def save_snapshot(folder: Path, pair: Pair, look: Look, parts: Vocabulary) -> tuple[Path, ...]:
    """Write a frame, and the same with its parts if it has any; return the files.

    Raises:
        SinkError: the folder cannot be written to; no file is left that is not whole.
    """
    plain = unused(folder, ".png")
    files = [(plain, pair.frame.bgr)]
    if pair.result is not None:
        drawn = draw(pair.frame.bgr, pair.result.parsing, look.style(parts))
        files.append((plain.with_name(f"{plain.stem}-parts.png"), drawn))
    for path, image in files:
        # imwrite knows no other names than those of the system's own encoding
        _, encoded = cv2.imencode(".png", image)
        write_whole(path, encoded.tobytes())
    return tuple(path for path, _ in files)
