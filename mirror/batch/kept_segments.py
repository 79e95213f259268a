"""What was seen in the segments of a recording, kept until the recording is whole.

A run that is killed, or loses its cluster, goes on with them: preparing and joining are cheap and
run again, parsing is not. A segment counts as parsed only where everything that it was parsed from
is the same to the last bit, and nothing of what is kept has changed.
"""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import io
import pickle
import zlib
from typing import Any

from mirror.batch.clips import Clip
from mirror.batch.records import STATE
from mirror.batch.segments import Segment
from mirror.batch.stores import Store

_FOLDER = f"{STATE}/segments"
_PROTOCOL = 5  # said, since another gives other bytes for the same segment
_DIGEST_BYTES = hashlib.sha256().digest_size
# what pickle makes arrays of; nothing here runs anything
_OF_ARRAYS = {
    ("numpy", "dtype"),
    ("numpy", "ndarray"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("numpy._core.numeric", "_frombuffer"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy.core.numeric", "_frombuffer"),
}


class KeptSegment:
    """The place of one segment's in a store; made by ``KeptSegments``."""

    def __init__(self, store: Store, name: str, frames: int) -> None:
        self._store, self._name, self._frames = store, name, frames

    def read(self) -> tuple[Any, ...] | None:
        """Return what was seen in each frame; None where nothing is kept that can be relied on."""
        content = self._store.read(self._name)
        if content is None:
            return None
        digest, packed = content[:_DIGEST_BYTES], content[_DIGEST_BYTES:]
        if hashlib.sha256(packed).digest() != digest:
            return None
        try:
            seen = _Unpickler(io.BytesIO(zlib.decompress(packed))).load()
        except Exception:  # pickle raises whatever it meets
            return None
        return seen if isinstance(seen, tuple) and len(seen) == self._frames else None

    def keep(self, seen: tuple[Any, ...]) -> None:
        """Keep what was seen in each frame, if there is room: a run that ends early needs it."""
        packed = zlib.compress(pickle.dumps(seen, _PROTOCOL), level=1)
        with contextlib.suppress(OSError):
            self._store.write(self._name, hashlib.sha256(packed).digest() + packed)


class KeptSegments:
    """The segments kept in a batch's output. Any thread, and any worker, may call.

    Args:
        store: the batch's output.
        fingerprint: of the batch: its settings, its files and the version of this program.
    """

    def __init__(self, store: Store, fingerprint: str) -> None:
        self._store, self._fingerprint = store, fingerprint

    def of(self, clip: Clip, segment: Segment) -> KeptSegment:
        """Return the place of what is seen in a segment: another for whatever it is parsed from."""
        made_from = hashlib.sha256(self._fingerprint.encode())
        made_from.update(pickle.dumps(segment, _PROTOCOL))
        name = f"{_FOLDER}/{_beginning(clip)}{segment.number:06d}.{made_from.hexdigest()}"
        return KeptSegment(self._store, name, len(segment.marks))

    def forget(self, clip: Clip | None = None) -> None:
        """Remove all of a recording's, or of every one's, whatever they were made from."""
        for name in self._store.names(_FOLDER):
            if clip is None or name.startswith(_beginning(clip)):
                with contextlib.suppress(OSError):  # what is left does no harm
                    self._store.remove(f"{_FOLDER}/{name}")


def _beginning(clip: Clip) -> str:
    return f"{clip.key}."


class _Unpickler(pickle.Unpickler):
    """Reads arrays and this program's plain values only: files in an output are anybody's."""

    def find_class(self, module: str, name: str) -> Any:  # noqa: ANN401
        if (module, name) in _OF_ARRAYS:
            return super().find_class(module, name)
        if module.partition(".")[0] in ("mirror", "pipeline") and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and dataclasses.is_dataclass(found):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no plain value")
