"""Whether a checkpoint is whole, and still what it was when it came."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path

from mirror.parsers.m2fp.checkpoint.hub import FILES, PUBLISHED, CheckpointMissing
from mirror.parsers.m2fp.graphs.graph_record import checksum_of
from mirror.parsers.m2fp.network.configuration import read_settings

_RECORD = "mirror-checksums.json"


def check(name: str, folder: Path) -> str:
    """Read a checkpoint whole; return in words what was looked at.

    Where torch is installed, the network is made of it: nothing else tells for certain that it can
    be. Code in a checkpoint is refused, and never run.

    Raises:
        CheckpointMissing: it is damaged, or the other network's.
        CheckpointRefused: it cannot be loaded.
        ConfigurationRefused: see ``read_settings``.
    """
    if read_settings(folder / FILES[0], name).single != PUBLISHED[name].single:
        other = next(other for other in PUBLISHED if other != name)
        raise CheckpointMissing(
            "checkpoint.other_parser",
            "{folder} holds {other}, not {parser}; give it that name",
            folder=folder,
            other=other,
            parser=name,
        )
    _check_parts(name, folder / FILES[1])
    if importlib.util.find_spec("torch") is None:
        return "readable, but not tried: torch is not installed"
    from mirror.parsers.m2fp.checkpoint.loading import load_checkpoint

    load_checkpoint(folder, name)
    return "loads"


def verify(name: str, folder: Path) -> str:
    """Check a checkpoint, and that it is what once came; return in words what was found right.

    Raises:
        PipelineError: it is not; as ``check``.
    """
    recorded = _record(folder)
    for file, checksum in recorded.items():
        if checksum_of(folder / file) != checksum:
            raise _damaged(name, folder / file, "wrong checksum")
    came = "checksums right" if recorded else "no checksums were kept when it came"
    return f"{came}; {check(name, folder)}"


def record(folder: Path) -> None:
    """Keep the checksums of what is in a folder now, to be held against it later."""
    checksums = {file: checksum_of(folder / file) for file in FILES}
    (folder / _RECORD).write_text(json.dumps(checksums, indent=1))


def weights_checksum(name: str, folder: Path) -> str:
    """Return the SHA-256 of a checkpoint's weights: the kept one where the file is as it was.

    Raises:
        CheckpointMissing: it is another one than when the checkpoint came.
    """
    checksum = _weights_checksum(folder)
    if _record(folder).get(FILES[1], checksum) != checksum:
        raise _damaged(name, folder / FILES[1], "wrong checksum")
    return checksum


def _weights_checksum(folder: Path) -> str:
    path = folder / FILES[1]
    stat = path.stat()
    note = folder / "mirror-weights.json"
    try:
        kept = json.loads(note.read_text())
        if kept["size"] == stat.st_size and kept["changed"] == stat.st_mtime_ns:
            return str(kept["checksum"])
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing was kept, or nothing that can be read: compute it
    checksum = checksum_of(path)
    # a folder that cannot be written to only costs a second every time
    with contextlib.suppress(OSError):
        kept = {"checksum": checksum, "size": stat.st_size, "changed": stat.st_mtime_ns}
        note.write_text(json.dumps(kept))
    return checksum


def _check_parts(name: str, weights: Path) -> None:
    # a file of torch's is a zip, whose every part has a checksum of its own
    try:
        with zipfile.ZipFile(weights) as archive:
            broken = archive.testzip()
    except (OSError, zipfile.BadZipFile) as error:
        raise _damaged(name, weights, str(error)) from error
    if broken is not None:
        raise _damaged(name, weights, f"at {broken}")


def _damaged(name: str, path: Path, why: str) -> CheckpointMissing:
    return CheckpointMissing(
        "checkpoint.damaged",
        "{path} is damaged ({reason}); get it again",
        path=path,
        reason=why,
        parser=name,
    )


def _record(folder: Path) -> Mapping[str, str]:
    try:
        content = json.loads((folder / _RECORD).read_text())
        return {file: str(content[file]) for file in FILES if file in content}
    except (OSError, ValueError, TypeError):
        return {}
