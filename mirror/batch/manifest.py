"""The manifest of a batch: everything that is in its output, with checksums and versions."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from collections.abc import Sequence
from typing import Any, Final

from mirror.batch.batch_job import BatchJob
from mirror.batch.clips import Unreadable
from mirror.batch.parquet_tables import TABLES_VERSION
from mirror.batch.records import ClipRecord, Failure, Records
from mirror.batch.stores import Store
from mirror.version import __version__

NAME: Final = "manifest.json"
MANIFEST_VERSION: Final = 1  # grows where a key changes its meaning; keys are only ever added

_MADE_WITH = ("av", "numpy", "onnxruntime", "opencv-python-headless", "pyarrow")


def write_manifest(store: Store, batch: BatchJob, unreadable: Sequence[Unreadable]) -> None:
    """Write what is known of all recordings in a store, those of earlier runs included.

    Raises:
        OSError: it cannot be written.
    """
    said = manifest(batch, Records(store).all(), unreadable)
    text = json.dumps(said, indent=1, ensure_ascii=False) + "\n"
    store.write(NAME, text.encode("utf-8", "backslashreplace"))


def manifest(
    batch: BatchJob, records: Sequence[ClipRecord], unreadable: Sequence[Unreadable]
) -> dict[str, Any]:
    """Return a manifest in JSON's own types; recordings in the order of their names."""
    done = [record for record in records if record.state == "done"]
    return {
        "schema_version": MANIFEST_VERSION,
        "tables_version": TABLES_VERSION,
        "mirror": __version__,
        "made_with": _versions(),
        "fingerprint": batch.fingerprint(),
        # the service's settings hold its tokens, and are none of a batch's
        "job": batch.model_dump(
            mode="json", exclude={"sources": True, "overwrite": True, "settings": {"serve"}}
        ),
        "clips": [
            record.model_dump(mode="json") for record in sorted(records, key=lambda one: one.clip)
        ],
        "unreadable": [
            {"what": one.what, **Failure.of(one.error).model_dump(mode="json")}
            for one in unreadable
        ],
        "totals": {
            "done": len(done),
            "failed": sum(record.state == "failed" for record in records),
            "frames": sum(record.frames for record in done),
            "bytes": sum(one.bytes for record in done for one in record.outputs),
        },
    }


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _MADE_WITH:
        try:
            found[package] = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found
