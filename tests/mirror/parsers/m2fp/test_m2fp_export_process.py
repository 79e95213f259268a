"""Graphs made in a process of their own."""

from __future__ import annotations

import functools
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from m2fp_golden import checkpoint

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp.checkpoint.loading import CheckpointRefused
from mirror.parsers.m2fp.graphs.export_key import ExportKey, ExportRefused
from mirror.parsers.m2fp.graphs.export_process import make_in_process
from mirror.parsers.m2fp.graphs.graph_store import exported
from mirror.parsers.m2fp.model_factory import StoredWeights

KEY = ExportKey("c" * 64, 64, 64, "onnxruntime")


def test_a_graph_is_made_as_in_this_process(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(checkpoint("single"), tmp_path / "source")  # where a checksum is noted
    load = StoredWeights(tmp_path / "source", "m2fp-single").load
    made = exported(KEY, tmp_path / "graphs", load, make_in_process)
    assert made.accuracy.difference < 2e-3
    assert made.path.stat().st_size > 1e6
    assert capfd.readouterr().out == ""


def test_an_error_is_told_as_in_this_process(tmp_path: Path) -> None:
    source = shutil.copytree(checkpoint("single"), tmp_path / "source")
    (source / "pytorch_model.pt").write_bytes(b"")
    load = StoredWeights(source, "m2fp-single").load
    with pytest.raises(CheckpointRefused, match=r"\(it is empty\); get the .* again$") as refused:
        exported(KEY, tmp_path / "graphs", load, make_in_process)
    assert refused.value.fields["parser"] == "m2fp-single"
    assert list((tmp_path / "graphs").iterdir()) == []


def test_a_process_that_is_killed_is_said(tmp_path: Path) -> None:
    killed: Any = functools.partial(os._exit, 9)  # as the system does it where memory ends
    with pytest.raises(ExportRefused, match=r"at 64x64 cannot be made \(the process .* with 9, fo"):
        make_in_process(killed, KEY, tmp_path / "graph.onnx")


PARENT = """
import functools
from pathlib import Path
from mirror.parsers.m2fp.graphs.export_process import make_in_process
from mirror.parsers.m2fp.graphs.export_key import ExportKey

at_work = "import sys, threading; print('at work', file=sys.stderr); threading.Event().wait()"
key = ExportKey("c", 64, 64, "openvino")
make_in_process(functools.partial(exec, at_work), key, Path("graph.xml"))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_process_ends_with_who_started_it(number: signal.Signals) -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", PARENT]
    with subprocess.Popen(command, stderr=subprocess.PIPE, env=environment, text=True) as parent:
        assert parent.stderr is not None
        assert parent.stderr.readline() == "at work\n"
        parent.send_signal(number)
        parent.stderr.read()  # to its end: that of the last process that writes there
    assert parent.returncode == -number
