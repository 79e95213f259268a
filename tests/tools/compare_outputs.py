"""Runs two source trees over the same clips and compares all that they write, byte for byte.

    python tests/tools/compare_outputs.py BASE_TREE THIS_TREE CLIP...

Videos are compared as files; what holds times of the run (``timing``, ``summary``) is left out of
result lines. Exit code 1 where anything differs.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

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
    digests = [digests_of(tree, clips) for tree in (base, this)]
    differing = [name for name in digests[0] if digests[0][name] != digests[1].get(name)]
    for name, digest in digests[0].items():
        print(digest[:12], digests[1].get(name, "missing")[:12], name)
    print(f"{len(digests[0])} outputs, {len(differing)} differ: {', '.join(differing) or 'none'}")
    return bool(differing or digests[0].keys() != digests[1].keys())


def digests_of(tree: Path, clips: list[Path]) -> dict[str, str]:
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
        return {str(path.relative_to(folder)): digest_of(path) for path in files}


def mirror(tree: Path, folder: Path, *arguments: str) -> None:
    environment = {**os.environ, "PYTHONPATH": str(tree)}
    command = [sys.executable, "-m", "mirror", *arguments]
    subprocess.run(command, check=True, cwd=folder, env=environment)


def digest_of(path: Path) -> str:
    content = path.read_bytes()
    if path.suffix == ".jsonl" or path.name == "jsonl":
        lines = [json.loads(line) for line in content.splitlines()]
        kept = [without_times(line) for line in lines if "summary" not in line]
        content = json.dumps(kept).encode()
    return hashlib.md5(content, usedforsecurity=False).hexdigest()


def without_times(line: dict[str, object]) -> dict[str, object]:
    return {key: value for key, value in line.items() if key != "timing"}


if __name__ == "__main__":
    sys.exit(main())
