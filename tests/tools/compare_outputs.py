"""Runs two source trees over the same clips and compares all that they write.

    python tests/tools/compare_outputs.py BASE_TREE THIS_TREE CLIP...

Files are compared byte for byte; Matroska, which gives every file an id of its own, picture by
picture with their times. Of result lines what holds times of the run is left out, and this tree may
say more than the base. Exit code 1 where anything differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import av

FILES = {
    "plain": ("-o", "out.mp4", "--masks", "masks", "--results", "results.jsonl", "--rle"),
    "annotated": ("-o", "out.mkv", "--codec", "ffv1", "--labels", "parts", "--landmarks"),
    "beside": ("-o", "out.mkv", "--codec", "ffv1", "--side-by-side"),
}
STREAMS = {
    "whole": ("y4m", "raw", "mjpeg", "matroska", "labels", "jsonl"),
    "beside": ("y4m", "mjpeg"),
}


def main() -> int:
    base, this, *clips = (Path(argument).absolute() for argument in sys.argv[1:])
    before, after = outputs_of(base, clips), outputs_of(this, clips)
    differing = [name for name in before if not holds(after.get(name), before[name])]
    differing += [f"{name} (new)" for name in after.keys() - before.keys()]
    print(f"{len(before)} outputs, {len(differing)} differ", *differing, sep="\n")
    return bool(differing)


def holds(after: Any, before: Any) -> bool:  # noqa: ANN401
    """Whether two outputs are the same, but for keys that were added."""
    if isinstance(before, dict) and isinstance(after, dict):
        return all(holds(after.get(key), before[key]) for key in before)
    if isinstance(before, list) and isinstance(after, list):
        return len(before) == len(after) and all(map(holds, after, before))
    return bool(before == after)


def outputs_of(tree: Path, clips: list[Path]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        mirror(tree, folder, "demo", "--quiet")
        for clip in clips:
            for kind, flags in FILES.items():
                into = folder / clip.stem / kind
                into.mkdir(parents=True)
                mirror(tree, into, "video", str(clip), "--quiet", *flags)
            for kind, formats in STREAMS.items():
                into = folder / clip.stem / f"stream-{kind}"
                into.mkdir()
                targets = [flag for form in formats for flag in ("--out", f"{form}={form}")]
                beside = ["--side-by-side"] if kind == "beside" else []
                mirror(tree, into, "stream", "--source", str(clip), "--quiet", *beside, *targets)
        files = sorted(path for path in folder.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): content_of(path) for path in files}


def mirror(tree: Path, folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "mirror", *arguments]
    subprocess.run(command, check=True, cwd=folder, env=environment)


def content_of(path: Path) -> Any:  # noqa: ANN401
    if path.suffix == ".jsonl" or path.name == "jsonl":
        lines = map(json.loads, path.read_text().splitlines())
        return [without_times(line) for line in lines if "summary" not in line]
    if path.suffix == ".mkv" or path.name == "matroska":
        with av.open(str(path)) as film:
            return [
                (picture.pts, digest_of(bytes(picture.reformat(format="yuv444p").to_ndarray())))
                for picture in film.decode(video=0)
            ]
    return digest_of(path.read_bytes())


def digest_of(content: bytes) -> str:
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def without_times(line: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in line.items() if key != "timing"}


if __name__ == "__main__":
    sys.exit(main())
