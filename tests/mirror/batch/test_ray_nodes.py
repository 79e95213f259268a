"""Machines of a Ray cluster that vanish while a batch runs, and come; each is a raylet here."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("pyarrow", reason="needs pip install smart-mirror[batch]")
pytest.importorskip("ray", reason="needs pip install smart-mirror[ray]")

from batches import clips_in, manifest_of
from media import write_video

pytestmark = [
    pytest.mark.slow,  # a cluster takes ten seconds to begin
    pytest.mark.timeout(300),
    pytest.mark.filterwarnings("ignore"),  # Ray's own
]

# waits at a frame 80 wide, the first time, for its machine to vanish
WAITER = """
import os, pathlib, signal
import numpy as np

BEGAN = pathlib.Path({began!r})

def make():
    def parse(image):
        if image.shape[1] == 80 and not BEGAN.exists():
            BEGAN.touch()
            signal.sigtimedwait([], 60)
        return np.zeros(image.shape[:2], np.uint8)
    return parse
"""
STORE = 100 << 20  # bytes of a machine's object store; it holds paths and records


@pytest.fixture
def cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A head on which nothing is parsed, and no other machine."""
    from ray.cluster_utils import Cluster

    monkeypatch.setenv("PYTHONPATH", str(tmp_path))  # the machines inherit it
    monkeypatch.setenv("RAY_AUTH_MODE", "disabled")
    head = {"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False}
    made = Cluster(initialize_head=True, head_node_args=head)
    yield made
    made.shutdown()


def test_what_a_vanished_machine_was_at_is_begun_again_on_the_next(
    cluster: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    began = tmp_path / "began"
    (tmp_path / "waiter.py").write_text(WAITER.format(began=str(began)))
    write_video(clips_in(tmp_path / "in", "a.mp4", "b.mp4", "d.mp4") / "c.mp4", 5, size=(80, 64))
    first = cluster.add_node(num_cpus=1, object_store_memory=STORE)
    flags = ("--parser", "waiter:make", "--processes", "1", "--workers", "1", "--threads", "1")
    words = ("batch", "in", "-o", "out", *flags, "--ray", cluster.address)
    with subprocess.Popen([sys.executable, "-m", "mirror", *words], cwd=tmp_path) as run:
        try:
            gives_up_at = time.monotonic() + 90
            while not began.exists() and run.poll() is None and time.monotonic() < gives_up_at:
                time.sleep(0.1)
            assert began.exists()
            cluster.remove_node(first, allow_graceful=False)
            cluster.add_node(num_cpus=1, object_store_memory=STORE)
            assert run.wait(120) == os.EX_OK
        finally:
            run.kill()
    said = manifest_of(tmp_path / "out")["clips"]
    assert {one["clip"]: (one["state"], one["attempts"]) for one in said} == {
        "a.mp4": ("done", 1),
        "b.mp4": ("done", 1),
        "c.mp4": ("done", 2),
        "d.mp4": ("done", 1),
    }
