"""One picture, kept as two PNG files: as it came, and with its parts drawn."""

from __future__ import annotations

import contextlib
from pathlib import Path

import cv2

from mirror.live.capture.capture_folder import claim_unused
from mirror.live.display.mask_sync import Pair
from mirror.rendering.renderer import Renderer
from pipeline.targets.claims import write_whole


def save_snapshot(folder: Path, pair: Pair, renderer: Renderer) -> tuple[Path, ...]:
    """Write a frame, and the same as it is drawn if it was parsed; return the files.

    Raises:
        SinkError: the folder cannot be written to; no file is left that is not whole.
    """
    images = {".png": pair.frame.bgr}
    if pair.result is not None:
        frame = pair.frame.with_bgr(pair.frame.bgr)
        images["-parts.png"] = renderer.render(frame, pair.result.parsing).bgr
    files = claim_unused(folder, *images)
    with contextlib.ExitStack() as stack:
        for file in files:
            stack.callback(file.discard)  # leaves alone what is finished
        for file, image in zip(files, images.values(), strict=True):
            # imwrite knows no other names than those of the system's own encoding
            _, encoded = cv2.imencode(".png", image)
            write_whole(file, encoded.tobytes())
    return tuple(file.path for file in files)
