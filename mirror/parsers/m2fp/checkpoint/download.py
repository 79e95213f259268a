"""Getting a checkpoint: from ModelScope's hub, or from a folder. A good one stays until then.

ModelScope's hub client downloads: it resumes, and checks what it got against the hub's checksums.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mirror.parsers.m2fp.checkpoint import integrity
from mirror.parsers.m2fp.checkpoint.cache_folder import using
from mirror.parsers.m2fp.checkpoint.file_lock import locked
from mirror.parsers.m2fp.checkpoint.hub import FILES, PUBLISHED, CheckpointMissing, home_of
from pipeline.errors import PipelineError

_LONGEST = 200  # characters of a cause that are told


def download(name: str, cache: Path, endpoint: str | None = None) -> Path:
    """Fetch a checkpoint from ModelScope's hub, with progress on stderr; return its folder.

    Args:
        name: a key of ``PUBLISHED``.
        cache: ModelScope's cache folder.
        endpoint: of another hub than ModelScope's own.

    Raises:
        CheckpointMissing: the client is not installed, nobody answers, or what came is not right.
        PipelineError: what came cannot be loaded; see ``integrity.check``.
        CacheRefused: the cache cannot be written to.
    """
    try:
        from modelscope_hub import HubApi
    except ImportError:
        raise CheckpointMissing(
            "checkpoint.client_missing",
            "ModelScope's hub client is not installed: pip install 'smart-mirror[m2fp]'",
        ) from None
    home = home_of(name, cache)
    with using(cache), _staging(home) as staging:
        staging.mkdir(exist_ok=True)
        for file in FILES:
            if (home / file).is_file() and not (staging / file).exists():
                _link(home / file, staging / file)  # what is right of it is not fetched again
        _fetch(name, HubApi(endpoint=endpoint), staging)
        try:
            integrity.check(name, staging)
        except PipelineError:
            shutil.rmtree(staging)  # the next download must not go on with it
            raise
        return _moved(staging, home)


def copy_from(name: str, source: Path, cache: Path) -> Path:
    """Take a checkpoint from a folder in place of the hub; return where it lies now.

    Raises:
        CheckpointMissing: a file is missing there, damaged, or of the other network.
        PipelineError: it cannot be loaded; see ``integrity.check``.
        CacheRefused: the cache cannot be written to.
    """
    for file in FILES:
        if not (source / file).is_file():
            raise CheckpointMissing(
                "checkpoint.file_missing",
                "{folder} has no {file}; a checkpoint is a folder with {files}",
                folder=source,
                file=file,
                files=" and ".join(FILES),
            )
    integrity.check(name, source)
    home = home_of(name, cache)
    with using(cache), _staging(home) as staging:
        if source.resolve() == home.resolve():
            integrity.record(home)
            return home
        if source.resolve() != staging.resolve():  # where a killed download was about to be done
            shutil.rmtree(staging, ignore_errors=True)  # its files may be second names of home's
            staging.mkdir()
            for file in FILES:
                shutil.copyfile(source / file, staging / file)
        return _moved(staging, home)


@contextlib.contextmanager
def _staging(home: Path) -> Iterator[Path]:
    """Where a checkpoint becomes whole; whoever else gets the same one waits."""
    home.parent.mkdir(parents=True, exist_ok=True)
    fetched_now = f"{home.name}, which another program is fetching"
    with locked(home.with_name(f"{home.name}.lock"), what=fetched_now):
        yield home.with_name(f"{home.name}.part")


def _link(there: Path, here: Path) -> None:
    """A second name where the file system has them, for the client replaces files; else a copy."""
    try:
        here.hardlink_to(there)
    except OSError:
        shutil.copy2(there, here)


def _moved(staging: Path, home: Path) -> Path:
    integrity.record(staging)
    home.mkdir(exist_ok=True)
    for path in [*(staging / file for file in FILES), *staging.glob("mirror-*.json")]:
        path.replace(home / path.name)  # the checksums last: until then they tell of a mixture
    shutil.rmtree(staging)
    return home


def _fetch(name: str, api: Any, folder: Path) -> None:  # noqa: ANN401  # the client has no types
    from modelscope_hub import NetworkError
    from modelscope_hub.errors import NotExistError

    published = PUBLISHED[name]
    errors: list[Exception] = []
    for owner in published.owners:
        repository = f"{owner}/{published.repository}"
        try:
            with _hushed():
                api.download_repo(repository, "model", local_dir=folder, allow_patterns=list(FILES))
        except Exception as error:  # the client's errors have no common root below Exception
            errors.append(error)
            if isinstance(error, NetworkError):
                break  # whoever holds it, nobody answers
        else:
            return
    # that another owner has no copy is no news
    telling = [error for error in errors if not isinstance(error, NotExistError)] or errors
    raise _refusal(name, telling[0], folder) from telling[0]


def _refusal(name: str, error: Exception, folder: Path) -> CheckpointMissing:
    from modelscope_hub.errors import FileIntegrityError

    where, cause = _cause(error)
    if isinstance(cause, FileIntegrityError):
        shutil.rmtree(folder, ignore_errors=True)
        return CheckpointMissing(
            "checkpoint.bad_checksum_at_hub",
            "{parser} could not be downloaded: {where}what the hub sends does not have the "
            "checksum that the hub lists, and was not kept; wait until that is put right, or "
            "copy the folder from a machine that has it",
            parser=name,
            where=where,
        )
    first = f"{where}{str(cause).strip().partition(chr(10))[0] or type(cause).__name__}"
    return CheckpointMissing(
        "checkpoint.not_downloaded",
        "{parser} could not be downloaded ({reason}). Try again to go on where it stopped, or "
        "copy the folder from a machine that has it",
        parser=name,
        reason=first[:_LONGEST],
    )


def _cause(error: Exception) -> tuple[str, Exception]:
    """The first file that failed, with a colon, and why; the error itself where it is of none."""
    for path, cause in getattr(error, "failed_files", {}).items():
        return f"{path}: ", cause
    return "", error


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep what the client logs from the terminal: the end says what went wrong."""
    log = logging.getLogger("modelscope_hub")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)
