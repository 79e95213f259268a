"""Exported graphs on disk: made once, found again, and never taken for another checkpoint's."""

from __future__ import annotations

import contextlib
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mirror.parsers.m2fp.checkpoint.cache_folder import using
from mirror.parsers.m2fp.checkpoint.file_lock import locked
from mirror.parsers.m2fp.graphs.export_key import ENDINGS, ExportKey
from mirror.parsers.m2fp.graphs.graph_record import ExportAccuracy, Record

if TYPE_CHECKING:
    from mirror.parsers.m2fp.network.model import Network

_PART = ".part"  # what the folder is called that a graph is made in
_OLD_S = 3600.0  # since a file was written, after which nobody is at it any more
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Exported:
    """A graph on disk.

    Attributes:
        path: what the runtime opens.
        accuracy: against torch, when it was made.
        is_new: it was made just now.
    """

    path: Path
    accuracy: ExportAccuracy
    is_new: bool = False

    @property
    def is_there(self) -> bool:
        """Whether nobody has removed it since."""
        return self.path.with_suffix(".json").exists()


Make = Callable[[Callable[[], "Network"], ExportKey, Path], ExportAccuracy]


def exported(key: ExportKey, folder: Path, load: Callable[[], Network], make: Make) -> Exported:
    """Return the graph in a folder, making it first where it is not there, or damaged.

    Several processes may ask at once: one makes it, the others wait.

    Args:
        key: what the graph is of.
        folder: where graphs are kept.
        load: loads the network; only called where the graph must be made.
        make: makes it.

    Raises:
        ExportRefused: the graph cannot be made, or differs from torch.
        CacheRefused: the folder cannot be written to.
    """
    with using(folder):
        if found := _found(key, folder):
            return found
        folder.mkdir(parents=True, exist_ok=True)
        made_now = f"{key}, which another program is making"
        with locked(folder / f"{key.stem}.lock", what=made_now):
            if found := _found(key, folder):  # somebody else has made it meanwhile
                return found
            if Record.read(folder / f"{key.stem}.json"):
                _log.info("%s is damaged", key)
            return _made(key, folder, load, make)


def forget(key: ExportKey, folder: Path) -> None:
    """Have a graph made anew when it is next asked for."""
    with using(folder):
        (folder / f"{key.stem}.json").unlink(missing_ok=True)


def _found(key: ExportKey, folder: Path) -> Exported | None:
    """What lies there, if it is whole and of that key."""
    record = Record.read(folder / f"{key.stem}.json")
    if record is None or record.of != asdict(key):
        return None  # what lies there without a record, a process was killed over
    if not record.is_true_of(folder):
        return None
    return Exported(folder / (key.stem + ENDINGS[key.runtime]), record.accuracy)


def _made(key: ExportKey, folder: Path, load: Callable[[], Network], make: Make) -> Exported:
    _log.info("making %s, which is kept", key)
    _sweep(folder, but=key.stem)
    began_at = time.monotonic()
    path = folder / (key.stem + ENDINGS[key.runtime])
    with _part(folder / (key.stem + _PART)) as part:
        accuracy = make(load, key, part / path.name)
        record = Record.taken(asdict(key), accuracy, part)
        forget(key, folder)  # what the record says ends to be true with the first file
        for name in record.files:
            (part / name).replace(folder / name)
        record.write(part / f"{key.stem}.json")
        (part / f"{key.stem}.json").replace(folder / f"{key.stem}.json")
    _log.info("made in %.0f s", time.monotonic() - began_at)
    return Exported(path, accuracy, is_new=True)


@contextlib.contextmanager
def _part(folder: Path) -> Iterator[Path]:
    """A folder to make a graph in, empty; gone afterwards, whatever happens."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(folder: Path, but: str) -> None:
    """Remove what killed processes left: hundreds of megabytes each."""
    for part in folder.glob(f"*{_PART}*"):
        if part.suffix == _PART and part.is_dir():
            if part.stem != but:
                with locked(part.with_suffix(".lock"), wait=False) as is_dead:
                    if is_dead:
                        shutil.rmtree(part, ignore_errors=True)
        else:
            with contextlib.suppress(FileNotFoundError):  # another process sweeps too
                if time.time() - part.stat().st_mtime > _OLD_S:
                    part.unlink()
