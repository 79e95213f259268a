"""Where M2FP's checkpoints come from, where they lie, and whether they are whole.

ModelScope's hub client downloads: it resumes, and checks what it got against the hub's checksums.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import logging
import shutil
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from mirror.parsers.m2fp.settings import read_settings
from pipeline.errors import PipelineError

FILES = ("configuration.json", "pytorch_model.pt")
LICENCE = "CC BY-NC 4.0"
NOTICE = (
    "The weights are licensed under CC BY-NC 4.0: name their authors, and do not use them "
    "commercially."
)
_RECORD = "mirror-checksums.json"
_BLOCK = 1 << 20


class CheckpointMissing(PipelineError):
    """A checkpoint is not there, cannot be fetched, or is not what was fetched."""

    in_short = "a checkpoint of M2FP is damaged; mirror models verify says which"


@dataclass(frozen=True, slots=True)
class Published:
    """A checkpoint as the hub has it.

    Attributes:
        name: what the command line calls it.
        owners: who holds copies, the first to be asked first.
        repository: its name under each of them.
        single: whether it is for one person that fills the picture.
        megabytes: about how much there is to download.
    """

    name: str
    owners: tuple[str, ...]
    repository: str
    single: bool
    megabytes: int


PUBLISHED = {
    published.name: published
    for published in (
        Published("m2fp", ("damo", "iic"), "cv_resnet101_image-multiple-human-parsing", False, 253),
        Published(
            "m2fp-single", ("damo", "iic"), "cv_resnet101_image-single-human-parsing", True, 253
        ),
    )
}


def home_of(name: str, cache: Path) -> Path:
    """Return the folder that a download goes to."""
    published = PUBLISHED[name]
    return cache / "models" / published.owners[0] / published.repository


def find_checkpoint(name: str, cache: Path) -> Path:
    """Return the folder of a checkpoint, wherever a version of ModelScope's client has put it.

    Raises:
        CheckpointMissing: it is nowhere; says both ways to get it.
    """
    published = PUBLISHED[name]
    for owner in published.owners:
        for inner in ("models", ".", "hub/models", "hub"):
            folder = cache / inner / owner / published.repository
            if all((folder / file).is_file() for file in FILES):
                return folder
    raise CheckpointMissing(
        "the checkpoint of {parser} is not there. Download it ({megabytes} MB): mirror models "
        "download {parser}; or, offline, from a folder: mirror models download {parser} --from DIR",
        parser=name,
        megabytes=published.megabytes,
    )


def download(name: str, cache: Path, endpoint: str | None = None) -> Path:
    """Fetch a checkpoint from ModelScope's hub, with progress on stderr; return its folder.

    Args:
        name: a key of ``PUBLISHED``.
        cache: ModelScope's cache folder.
        endpoint: of another hub than ModelScope's own.

    Raises:
        CheckpointMissing: the client is not installed, nobody answers, or what came is not right.
    """
    try:
        from modelscope_hub import HubApi, NetworkError
    except ImportError:
        raise CheckpointMissing(
            "ModelScope's hub client is not installed: pip install 'smart-mirror[m2fp]'"
        ) from None
    logging.getLogger("modelscope_hub").setLevel(logging.ERROR)  # the end says what went wrong
    published, home = PUBLISHED[name], home_of(name, cache)
    api = HubApi(endpoint=endpoint)
    errors = []
    for owner in published.owners:
        try:
            api.download_repo(
                f"{owner}/{published.repository}",
                "model",
                local_dir=home,
                allow_patterns=list(FILES),
            )
        except Exception as error:  # the client's errors have no common root below Exception
            errors.append(f"{owner}: {type(error).__name__} {str(error)[:80]!r}")
            if isinstance(error, NetworkError):
                break  # whoever holds it, nobody answers
            continue
        return _kept(name, home)
    raise CheckpointMissing(
        f"{name} could not be downloaded ({'; '.join(errors)}). Try again to go on where it "
        f"stopped, or copy the folder from a machine that has it: mirror models download {name} "
        "--from DIR"
    )


def copy_from(name: str, source: Path, cache: Path) -> Path:
    """Take a checkpoint from a folder in place of the hub; return where it lies now.

    Raises:
        CheckpointMissing: a file is missing there, damaged, or of the other network.
        ConfigurationRefused: see ``read_settings``.
    """
    for file in FILES:
        if not (source / file).is_file():
            raise CheckpointMissing(
                f"{source} has no {file}; --from takes a folder with {' and '.join(FILES)}"
            )
    _check_kind(name, source)
    home = home_of(name, cache)
    if source.resolve() != home.resolve():
        home.mkdir(parents=True, exist_ok=True)
        for file in FILES:
            part = home / f"{file}.part"
            shutil.copyfile(source / file, part)
            part.replace(home / file)
    return _kept(name, home)


def verify(name: str, folder: Path) -> str:
    """Read a checkpoint whole; return in words what was found right.

    Raises:
        CheckpointMissing: a file is damaged, or not what was fetched.
        ConfigurationRefused: see ``read_settings``.
    """
    _check_kind(name, folder)
    recorded = _record(folder)
    for file, checksum in recorded.items():
        if checksum_of(folder / file) != checksum:
            raise _damaged(name, folder / file, "wrong checksum")
    return "checksums right" if recorded else "readable; no checksums were kept when it came"


def checksum_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def weights_checksum(folder: Path) -> str:
    """Return the SHA-256 of a checkpoint's weights: the kept one where the file is as it was."""
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


def _kept(name: str, home: Path) -> Path:
    _check_kind(name, home)
    checksums = {file: checksum_of(home / file) for file in FILES}
    (home / _RECORD).write_text(json.dumps(checksums, indent=1))
    return home


def _check_kind(name: str, folder: Path) -> None:
    settings = read_settings(folder / FILES[0])
    if settings.single != PUBLISHED[name].single:
        other = next(other for other in PUBLISHED if other != name)
        raise CheckpointMissing(f"{folder} holds {other}, not {name}; give it that name")
    # a file of torch's is a zip, whose every part has a checksum of its own
    try:
        with zipfile.ZipFile(folder / FILES[1]) as archive:
            broken = archive.testzip()
    except (OSError, zipfile.BadZipFile) as error:
        raise _damaged(name, folder / FILES[1], str(error)) from error
    if broken is not None:
        raise _damaged(name, folder / FILES[1], f"at {broken}")


def _damaged(name: str, path: Path, why: str) -> CheckpointMissing:
    return CheckpointMissing(
        f"{path} is damaged ({why}); get it again: mirror models download {name}"
    )


def _record(folder: Path) -> Mapping[str, str]:
    try:
        content = json.loads((folder / _RECORD).read_text())
    except (OSError, ValueError):
        return {}
    return {file: str(content[file]) for file in FILES if file in content}
