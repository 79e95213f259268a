"""Exported graphs as files: whole, damaged, half made, and asked for by several at once."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
pytest.importorskip("PIL", reason="needs pillow: pip install smart-mirror[m2fp]")

from mirror.parsers.m2fp import model_factory
from mirror.parsers.m2fp.checkpoint import file_lock
from mirror.parsers.m2fp.checkpoint.cache_folder import CacheRefused
from mirror.parsers.m2fp.checkpoint.file_lock import locked
from mirror.parsers.m2fp.graphs import exporter
from mirror.parsers.m2fp.graphs.export_key import ExportKey
from mirror.parsers.m2fp.graphs.export_process import make_here
from mirror.parsers.m2fp.graphs.graph_inventory import remove, stored_graphs
from mirror.parsers.m2fp.graphs.graph_record import ExportAccuracy
from mirror.parsers.m2fp.graphs.graph_store import Exported, exported
from mirror.parsers.m2fp.model_factory import ModelFactory
from mirror.parsers.m2fp.network.model import Network
from mirror.parsers.m2fp.network.published import published
from mirror.parsers.m2fp.runtimes import RuntimeChoice

KEY = ExportKey("c" * 64, 64, 64, "onnxruntime")


def exported_here(key: ExportKey, folder: Path, load: Callable[[], Network]) -> Exported:
    return exported(key, folder, load, make_here)


@pytest.fixture(autouse=True)
def quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make graphs of noise: what is in them is nobody's concern here."""

    def make(network: Network, key: ExportKey, path: Path) -> ExportAccuracy:
        path.write_bytes(b"graph" * 9)
        if key.runtime == "openvino":
            path.with_suffix(".bin").write_bytes(b"weights" * 99)
        return ExportAccuracy(1e-6, 1.0)

    monkeypatch.setattr(exporter, "make", make)


def network() -> Network:
    return torch.nn.Identity()  # type: ignore[no-any-return]


def never() -> Network:
    raise AssertionError("made twice")


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-10])


def scrambled(path: Path) -> None:
    """Of the same size and date: a disk's fault."""
    stat, content = path.stat(), path.read_bytes()
    middle = len(content) // 2
    path.write_bytes(content[:middle] + b"\0\1\2\3\4\5" + content[middle + 6 :])
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


@pytest.mark.parametrize("ending", ["xml", "bin", "onnx"])
@pytest.mark.parametrize("damage", [emptied, truncated, scrambled, Path.unlink])
def test_a_damaged_export_is_made_anew_without_asking(
    tmp_path: Path,
    ending: str,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO")
    runtime = "onnxruntime" if ending == "onnx" else "openvino"
    key = ExportKey("c" * 64, 64, 64, runtime)
    path = exported_here(key, tmp_path, network).path.with_suffix(f".{ending}")
    whole = path.read_bytes()
    damage(path)
    caplog.clear()
    assert exported_here(key, tmp_path, network).is_new
    assert path.read_bytes() == whole
    assert caplog.text.count(f"M2FP's graph for {runtime} at 64x64 is damaged") == 1
    assert exported_here(key, tmp_path, never)


@pytest.mark.parametrize(
    "record", [None, "", "[]", '{"of": {}}', "another checkpoint's", "another accuracy"]
)
def test_a_graph_without_a_record_of_its_own_is_made_anew(
    tmp_path: Path, record: str | None
) -> None:
    path = exported_here(KEY, tmp_path, network).path.with_suffix(".json")
    if record is None:
        path.unlink()
    else:
        told = path.read_text()
        if record == "another accuracy":
            told = told.replace('"labels": 1.0', '"labels": "all"')
        elif record == "another checkpoint's":
            told = told.replace("ccc", "ddd")
        else:
            told = record
        path.write_text(told)
        assert stored_graphs(tmp_path)
    assert exported_here(KEY, tmp_path, network).is_new
    assert not exported_here(KEY, tmp_path, never).is_new


def test_what_breaks_off_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut_off(network: Network, key: ExportKey, path: Path) -> None:
        path.write_bytes(b"half of it")
        raise KeyboardInterrupt

    monkeypatch.setattr(exporter, "make", cut_off)
    with pytest.raises(KeyboardInterrupt):
        exported_here(KEY, tmp_path, network)
    assert list(tmp_path.iterdir()) == []


def test_what_killed_processes_left_is_swept_up(tmp_path: Path) -> None:
    for name in (f"{KEY.stem}.part", "dead.part", "at-work.part"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "half.onnx").write_bytes(b"half of it")
    for name in ("before.123.part.xml", "before.123.part8.onnx"):
        (tmp_path / name).write_bytes(b"of an older version")
        os.utime(tmp_path / name, (0, 0))
    with locked(tmp_path / "at-work.lock"):
        exported_here(KEY, tmp_path, network)
        left = {path.name for path in tmp_path.iterdir()}
    assert left == {f"{KEY.stem}.json", f"{KEY.stem}.onnx", "at-work.part", "at-work.lock"}


def test_one_makes_a_graph_and_the_others_wait_for_it(
    tmp_path: Path,
    in_thread: Callable[[Callable[[], None]], threading.Thread],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said: queue.SimpleQueue[str] = queue.SimpleQueue()
    monkeypatch.setattr(file_lock._log, "info", lambda text, *args: said.put(text % args))
    found: list[Exported] = []
    begun, waiting = threading.Event(), threading.Event()

    def load() -> Network:
        assert not begun.is_set(), "made twice"
        begun.set()
        assert waiting.wait(5.0)
        return network()

    crew = [in_thread(lambda: found.append(exported_here(KEY, tmp_path, load))) for _ in range(3)]
    assert begun.wait(5.0)
    with locked(tmp_path / f"{KEY.stem}.lock", wait=False) as is_free:
        assert not is_free
    for _ in range(2):
        assert said.get(timeout=5.0) == f"waiting for {KEY}, which another program is making"
    waiting.set()
    for member in crew:
        member.join()
    assert sorted(one.is_new for one in found) == [False, False, True]


def test_a_cache_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheRefused, match=r"cannot be used \(Not a directory\); set MODELSCOPE_C"):
        exported_here(KEY, tmp_path / "file" / "exports", network)
    with pytest.raises(CacheRefused, match="cannot be used"):
        exported_here(KEY, tmp_path / "file", network)


def test_what_is_kept_is_listed_and_removed_but_not_what_is_being_made(tmp_path: Path) -> None:
    exported_here(KEY, tmp_path, network)
    record = tmp_path / "scrambled.json"
    record.write_text(
        '{"of": {"wings": 2}, "accuracy": {"difference": 0, "labels": 1}, "files": {}}'
    )
    (tmp_path / "at-work.part").mkdir()
    (tmp_path / "at-work.part" / "half.onnx").write_bytes(b"half")
    with locked(tmp_path / "at-work.lock"):
        found = {graph.name: graph for graph in stored_graphs(tmp_path)}
        assert found[KEY.stem].about == f"{KEY}, 100.0% of pixels as torch"
        assert found["scrambled"].about.startswith("not finished")
        assert found["at-work"].bytes == 4
        gone = {name: remove(graph, tmp_path) for name, graph in found.items()}
        assert gone == {KEY.stem: True, "scrambled": True, "at-work": False}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["at-work.lock", "at-work.part"]
    assert remove(found["at-work"], tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert stored_graphs(tmp_path / "nowhere") == []


def test_a_file_that_goes_meanwhile_is_no_fault_of_the_cache(tmp_path: Path) -> None:
    for name in ("gone.onnx", "before.123.part.xml"):
        (tmp_path / name).symlink_to("nowhere")  # listed, but not to be looked at any more
    assert [(graph.name, graph.bytes) for graph in stored_graphs(tmp_path)] == [
        ("before", 0),
        ("gone", 0),
    ]
    assert exported_here(KEY, tmp_path, network).is_new


class Given:
    """Weights as a parser has them."""

    checksum = KEY.checksum
    settings = published()

    def load(self) -> Network:
        return network()


def test_a_graph_that_was_removed_during_a_run_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_factory, "make_in_process", make_here)
    opener = ModelFactory(Given(), RuntimeChoice("onnxruntime"), tmp_path)
    path = opener.graph((64, 64))
    for graph in stored_graphs(tmp_path):
        assert remove(graph, tmp_path)
    assert opener.graph((64, 64)) == path
    assert path.is_file()
