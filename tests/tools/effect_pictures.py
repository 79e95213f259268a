"""Makes the close-ups of effects' edges anew: ``python tests/tools/effect_pictures.py FOLDER``.

They go to docs/pictures: pieces of frames, pixel for pixel, as filmed and with effects. FOLDER has
``two-people.mp4`` of pose2sim's demo data, which does not ship; without it, its close-ups stay.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from mirror.core.resources import media_file
from mirror.core.settings import ParserConfig
from mirror.jobs.composition import open_flow, workers_for
from mirror.parsers.catalogue import find_parser
from mirror.rendering.effects.registry import effect_of
from pipeline.frame import BGR
from pipeline.sources.video import VideoFile

PICTURES = Path(__file__).parents[2] / "docs" / "pictures"
GAP = 6  # white pixels between pieces
_QUALITY = 88


@dataclass(frozen=True, slots=True)
class CloseUp:
    """A piece of a frame to look at closely.

    Attributes:
        name: of its picture.
        film: the file's name.
        number: of the frame, from 0.
        box: x0, y0, x1, y1 in the frame.
        effects: one for each piece behind the first, which is as it was filmed.
    """

    name: str
    film: str
    number: int
    box: tuple[int, int, int, int]
    effects: tuple[str, ...] = ("blur", "replace:#3c6e8f")


CLOSE_UPS = (
    CloseUp("edges-hair", "two-people.mp4", 8, (150, 460, 390, 800)),
    CloseUp("edges-fingers", "two-people.mp4", 8, (420, 840, 660, 1080)),
    CloseUp("edges-arm", "demo.mp4", 112, (170, 190, 410, 430)),
    CloseUp("edges-leg", "demo.mp4", 44, (80, 400, 320, 640)),
    CloseUp("edges-crossing", "two-people.mp4", 40, (120, 480, 500, 860)),
)


def find_film(name: str, folder: Path | None) -> Path | None:
    """Return where a film is: with the product, or in the folder; None: nowhere."""
    places = [media_file(name), *([] if folder is None else [folder / name])]
    return next((path for path in places if path.exists()), None)


def pieces_of(film: Path, close_ups: Sequence[CloseUp]) -> dict[str, list[BGR]]:
    """Return the pieces of each close-up, as a run over the film draws them."""
    config = ParserConfig()
    kind = find_parser(config.name, config)
    last = max(one.number for one in close_ups)
    effects = {effect for one in close_ups for effect in one.effects}
    renderers = {effect: effect_of(effect, kind.parts) for effect in effects}
    pieces: dict[str, list[BGR]] = {}
    with (
        VideoFile(film) as source,
        open_flow(source, kind, *workers_for(kind, config), config) as results,
    ):
        for number, result in enumerate(results):
            drawn = {
                effect: renderer.render(result.frame, result.parsing).bgr
                for effect, renderer in renderers.items()
            }
            for one in close_ups:
                if one.number == number:
                    wholes = [result.frame.bgr, *(drawn[effect] for effect in one.effects)]
                    pieces[one.name] = [_cut(whole, one.box) for whole in wholes]
            if number == last:
                break
    return pieces


def beside(pieces: Sequence[BGR]) -> BGR:
    """Return pieces of the same height side by side, white between them."""
    gap = np.full((pieces[0].shape[0], GAP, 3), 255, np.uint8)
    row = [part for piece in pieces for part in (gap, piece)][1:]
    return np.hstack(row)


def main() -> None:
    """Make those whose films are there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where two-people.mp4 is")
    parser.add_argument("--to", type=Path, default=PICTURES, help="a folder for the pictures")
    options = parser.parse_args()
    for name in sorted({one.film for one in CLOSE_UPS}):
        film = find_film(name, options.folder)
        if film is None:
            print(f"{name} is not there: its close-ups stay as they are")
            continue
        wanted = [one for one in CLOSE_UPS if one.film == name]
        for made, pieces in pieces_of(film, wanted).items():
            path = options.to / f"{made}.jpg"
            cv2.imwrite(str(path), beside(pieces), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
            print(f"{path.name}: {path.stat().st_size >> 10} KB")


def _cut(image: BGR, box: tuple[int, int, int, int]) -> BGR:
    x0, y0, x1, y1 = box
    return np.ascontiguousarray(image[y0:y1, x0:x1])


if __name__ == "__main__":
    main()
