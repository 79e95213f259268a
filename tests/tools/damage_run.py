"""Takes damaged copies of a film into another container; run as a program, for it may be aborted.

``python damage_run.py FILM TARGET FIRST LAST`` prints each seed before its turn, and what became of
it: ``written``, or ``refused`` where no picture can be had from the copy.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path

from pipeline.consumer import consuming
from pipeline.errors import SourceError
from pipeline.sinks.video import Encoding, VideoWriter
from pipeline.sources.video import VideoFile


def damaged(whole: bytes, seed: int) -> bytes:
    """Flip some bits, overwrite or remove some bytes: the same for the same seed."""
    chance = random.Random(seed)
    copy = bytearray(whole)
    at = chance.randrange(len(copy))
    match chance.choice(("bits", "bits", "bits", "noise", "hole", "head")):
        case "bits":
            for _ in range(chance.choice((1, 3, 10, 30))):
                copy[chance.randrange(len(copy))] ^= 1 << chance.randrange(8)
        case "noise":
            noise = chance.randbytes(chance.choice((4, 40, 400)))
            copy[at : at + len(noise)] = noise
        case "hole":
            del copy[at : at + chance.choice((1, 188, 2000))]
        case _:
            copy[chance.randrange(min(4096, len(copy)))] ^= 1 << chance.randrange(8)
    return bytes(copy)


def take(source: Path, target: Path) -> str:
    """Return what became of one copy."""
    try:
        video = VideoFile(source)
    except SourceError:
        return "refused"
    encoding = Encoding(preset="ultrafast", threads=1)
    with consuming(
        VideoWriter(target, video.footage, encoding, copy_streams_from=source, overwrite=True)
    ) as out:
        for frame in video:
            out.consume(frame)
    return "written"


def main(film: Path, target: Path, seeds: range) -> None:
    """Take every copy in turn."""
    whole = film.read_bytes()
    copy = target.with_name(f"damaged{film.suffix}")
    for seed in seeds:
        print(seed, end=" ", flush=True)
        copy.write_bytes(damaged(whole, seed))
        print(take(copy, target), flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), range(int(sys.argv[3]), int(sys.argv[4])))
