"""Where a batch's files lie: a folder, or an address that fsspec knows. Writes are all or nothing.

A store's names are paths with slashes below its root. Every call may be made from any thread.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

from mirror.batch.errors import BatchError
from pipeline.targets.durable import sync_folder, write_at_once

_BLOCK = 1 << 20


class Store(Protocol):
    """A place for files; see the module."""

    @property
    def root(self) -> str:
        """Where it is, as messages say it."""
        ...

    def read(self, name: str) -> bytes | None:
        """Return a file's content; None where there is no such file."""
        ...

    def write(self, name: str, content: bytes) -> None:
        """Make a file, or replace it.

        Raises:
            OSError: it cannot be written; what was there is still there.
        """
        ...

    def take_in(self, file: Path, name: str) -> None:
        """Move a finished file of this machine here, in the place of one that is there.

        Raises:
            OSError: it cannot be written; what was there is still there.
        """
        ...

    def digest(self, name: str) -> tuple[str, int] | None:
        """Return a file's SHA-256, in hexadecimal digits, and size; None where there is none."""
        ...

    def exists(self, name: str) -> bool:
        """Say whether there is a file, or a folder that is not empty."""
        ...

    def names(self, folder: str) -> list[str]:
        """Return the names of the files in a folder, in order; not those below it."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""
        ...


class LocalStore:
    """A folder of this machine; it is made with the first file. See ``Store``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def root(self) -> str:
        """The folder."""
        return str(self._folder)

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        try:
            return (self._folder / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``."""
        write_at_once(self._folder / name, content)

    def take_in(self, file: Path, name: str) -> None:
        """See ``Store``. The file has to be on the disk already."""
        target = self._folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.replace(target)
        sync_folder(target.parent)

    def digest(self, name: str) -> tuple[str, int] | None:
        """See ``Store``."""
        try:
            with (self._folder / name).open("rb") as file:
                return digest_of(file)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def exists(self, name: str) -> bool:
        """See ``Store``."""
        path = self._folder / name
        return any(path.iterdir()) if path.is_dir() else path.exists() or path.is_symlink()

    def names(self, folder: str) -> list[str]:
        """See ``Store``."""
        path = self._folder / folder
        with contextlib.suppress(FileNotFoundError):
            return sorted(one.name for one in path.iterdir() if one.is_file())
        return []

    def remove(self, name: str) -> None:
        """See ``Store``."""
        (self._folder / name).unlink(missing_ok=True)


class RemoteStore:
    """An address that fsspec writes to, such as ``s3://bucket/folder``. See ``Store``.

    Object stores show a file when all of it is there; on others, it is moved to its name.
    """

    def __init__(self, address: str) -> None:
        self._address = address.rstrip("/")
        self._system, self._path = file_system(self._address)

    @property
    def root(self) -> str:
        """The address."""
        return self._address

    def read(self, name: str) -> bytes | None:
        """See ``Store``."""
        try:
            return bytes(self._system.cat_file(self._at(name)))
        except FileNotFoundError:
            return None

    def write(self, name: str, content: bytes) -> None:
        """See ``Store``."""
        with tempfile.NamedTemporaryFile(prefix="mirror-batch-") as file:
            file.write(content)
            file.flush()
            self._put(Path(file.name), name)

    def take_in(self, file: Path, name: str) -> None:
        """See ``Store``."""
        self._put(file, name)
        file.unlink()

    def digest(self, name: str) -> tuple[str, int] | None:
        """See ``Store``. All of it is read."""
        try:
            with self._system.open(self._at(name), "rb") as file:
                return digest_of(file)
        except (FileNotFoundError, IsADirectoryError):
            return None

    def exists(self, name: str) -> bool:
        """See ``Store``."""
        return bool(self._system.exists(self._at(name)))

    def names(self, folder: str) -> list[str]:
        """See ``Store``."""
        try:
            found = self._system.ls(self._at(folder), detail=True, refresh=True)
        except (FileNotFoundError, NotADirectoryError):
            return []
        files = (one["name"] for one in found if one["type"] == "file")
        return sorted(name.rpartition("/")[2] for name in files)

    def remove(self, name: str) -> None:
        """See ``Store``."""
        with contextlib.suppress(FileNotFoundError):
            self._system.rm_file(self._at(name))

    def _at(self, name: str) -> str:
        return f"{self._path.rstrip('/')}/{name}"

    def _put(self, file: Path, name: str) -> None:
        target = self._at(name)
        if _is_object_store(self._system):
            self._system.put_file(str(file), target)
            return
        part = f"{target}.{os.urandom(6).hex()}.part"
        self._system.makedirs(target.rpartition("/")[0], exist_ok=True)
        try:
            self._system.put_file(str(file), part)
            self._system.mv(part, target)
        except BaseException:
            with contextlib.suppress(Exception):
                self._system.rm_file(part)
            raise


def open_store(place: str) -> Store:
    """Return the store at a path or an address.

    Raises:
        BatchError: nothing here reads such addresses.
    """
    return RemoteStore(place) if "://" in place else LocalStore(Path(place))


def file_system(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address, and the path in it.

    Raises:
        BatchError: nothing here reads such addresses.
        ModuleNotFoundError: fsspec is not installed.
    """
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(address)
    except (ImportError, ValueError) as error:
        raise BatchError(
            "batch.no_store",
            "{address} cannot be opened: {reason}",
            address=_without_secrets(address),
            reason=str(error),
        ) from error
    return system, path


@contextlib.contextmanager
def fetched(source: str, folder: Path) -> Iterator[Path]:
    """Give a recording as a file of this machine, which is gone after the block if it was made.

    Raises:
        OSError: it cannot be read.
        BatchError: nothing here reads such addresses.
    """
    if "://" not in source:
        yield Path(source)
        return
    system, path = file_system(source)
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / (re.sub(r'[<>:"/\\|?*\0]', "_", path.rpartition("/")[2]) or "clip")
    try:
        with system.open(path, "rb") as remote, file.open("wb") as local:
            shutil.copyfileobj(remote, local, _BLOCK)
        yield file
    finally:
        file.unlink(missing_ok=True)


def digest_of(file: IO[bytes]) -> tuple[str, int]:
    """Return the SHA-256 of what is left of an open file, and how many bytes that is."""
    digest, count = hashlib.sha256(), 0
    while block := file.read(_BLOCK):
        digest.update(block)
        count += len(block)
    return digest.hexdigest(), count


def _is_object_store(system: Any) -> bool:  # noqa: ANN401  # fsspec's
    protocols = system.protocol if isinstance(system.protocol, tuple) else (system.protocol,)
    return bool({"s3", "s3a", "gs", "gcs", "abfs", "az", "adl", "oci"} & set(protocols))


def _without_secrets(address: str) -> str:
    return re.sub(r"//[^/@]*@", "//", address)
