"""One picture, kept as two PNG files: as it came, and with its parts drawn."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import cv2

from mirror.live.look import Look
from mirror.live.pairing import Pair
from mirror.overlay import draw
from mirror.parts import Vocabulary
from pipeline.errors import SinkError
from pipeline.frame import BGR


def save_snapshot(folder: Path, pair: Pair, look: Look, parts: Vocabulary) -> tuple[Path, ...]:
    """Write a frame, and the same with its parts if it has any; return the files.

    Raises:
        SinkError: the folder cannot be written to.
    """
    plain = unused(folder, "mirror", ".png")
    files = [(plain, pair.frame.bgr)]
    if pair.result is not None:
        drawn = draw(pair.frame.bgr, pair.result.parsing, look.style(parts))
        files.append((plain.with_name(f"{plain.stem}-parts.png"), drawn))
    for path, image in files:
        _write(path, image)
    return tuple(path for path, _ in files)


def unused(folder: Path, name: str, suffix: str) -> Path:
    """Return a file's name with the present time in it, which no file has yet."""
    when = datetime.now().strftime("%Y-%m-%d-%H%M%S")
    stem = f"{name}-{when}"
    path, number = folder / f"{stem}{suffix}", 2
    while path.exists() or path.with_name(f"{path.stem}.part{suffix}").exists():
        path, number = folder / f"{stem}-{number}{suffix}", number + 1
    return path


def _write(path: Path, image: BGR) -> None:
    # imwrite knows no other names than those of the system's own encoding
    _, encoded = cv2.imencode(".png", image)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(encoded.tobytes())
    except OSError as error:
        raise SinkError(
            "{path} cannot be written ({reason}); choose another folder",
            path=path,
            reason=error.strerror,
        ) from error
