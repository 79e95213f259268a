from __future__ import annotations

import hashlib
import http.server
import json
import os
import shutil
import sys
import threading
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from m2fp_golden import checkpoint

from mirror.cli.error_words import worded
from mirror.parsers.m2fp.checkpoint import download, hub, integrity
from mirror.parsers.m2fp.checkpoint.cache_folder import CacheRefused, cache_root
from mirror.parsers.m2fp.checkpoint.file_lock import locked
from mirror.parsers.m2fp.checkpoint.hub import CheckpointMissing
from mirror.parsers.m2fp.graphs.graph_record import checksum_of
from mirror.parsers.m2fp.model_factory import StoredWeights
from pipeline.errors import PipelineError

NAMES = {"m2fp": "multiple", "m2fp-single": "single"}


class Hub(http.server.ThreadingHTTPServer):
    """A hub on this machine with the tiny checkpoint, under the second owner only."""

    daemon_threads = True
    repository = hub.PUBLISHED["m2fp-single"].repository
    folder = checkpoint("single")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.asked: list[tuple[str, str | None]] = []  # file, and the range that was asked for
        self.cuts_after: list[int] = []  # bytes of the weights after which the line breaks
        self.lies = False  # the listed checksum is not the file's

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def listing(self) -> bytes:
        files = []
        for path in sorted(self.folder.iterdir()):
            checksum = hashlib.sha256(b"" if self.lies else path.read_bytes()).hexdigest()
            size = path.stat().st_size
            files.append({"Path": path.name, "Type": "blob", "Size": size, "Sha256": checksum})
        return json.dumps({"Code": 200, "Success": True, "Data": {"Files": files}}).encode()


class Answering(http.server.BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, format: str, *arguments: object) -> None:
        pass

    def do_GET(self) -> None:
        url = urllib.parse.urlsplit(self.path)
        query = urllib.parse.parse_qs(url.query)
        if not url.path.startswith(f"/api/v1/models/iic/{self.server.repository}/repo"):
            self.send_error(404)
        elif url.path.endswith("/files"):
            self._send(self.server.listing())
        else:
            self._send_file(query["FilePath"][0])

    def _send_file(self, name: str) -> None:
        wanted = self.headers.get("Range")
        self.server.asked.append((name, wanted))
        content = (self.server.folder / name).read_bytes()
        first = int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0
        cuts = self.server.cuts_after if name.endswith(".pt") else []
        cut = cuts.pop(0) if cuts else None
        self._send(content, first, cut)

    def _send(self, content: bytes, first: int = 0, cut: int | None = None) -> None:
        self.send_response(206 if first else 200)
        self.send_header("Content-Length", str(len(content) - first))
        if first:
            self.send_header("Content-Range", f"bytes {first}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        self.wfile.write(content[first : None if cut is None else max(first, cut)])
        if cut is not None:
            self.close_connection = True


@pytest.fixture
def small_hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    pytest.importorskip("modelscope_hub", reason="needs modelscope-hub: pip install modelscope-hub")
    import tqdm

    monkeypatch.setattr(tqdm.tqdm, "monitor_interval", 0)  # it would leave a thread running
    with Hub() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_checkpoint_is_downloaded_and_found(small_hub: Hub, tmp_path: Path) -> None:
    folder = download.download("m2fp-single", tmp_path, small_hub.endpoint)
    assert hub.find_checkpoint("m2fp-single", tmp_path) == folder
    assert {file for file, _ in small_hub.asked} == set(hub.FILES)  # and not the golden data
    for file in hub.FILES:
        assert (folder / file).read_bytes() == (checkpoint("single") / file).read_bytes()
    assert integrity.verify("m2fp-single", folder) == "checksums right; loads"


def test_a_download_goes_on_where_it_stopped(small_hub: Hub, tmp_path: Path) -> None:
    small_hub.cuts_after = [1_500_000]
    folder = download.download("m2fp-single", tmp_path, small_hub.endpoint)
    ranges = [wanted for file, wanted in small_hub.asked if file.endswith(".pt")]
    assert ranges[0] is None
    assert len(ranges) == 2
    assert ranges[1] is not None
    assert integrity.verify("m2fp-single", folder) == "checksums right; loads"


def test_a_file_with_another_checksum_is_not_taken(
    small_hub: Hub, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    small_hub.lies = True
    with pytest.raises(CheckpointMissing, match=r"what the hub sends does not .* that has it$"):
        download.download("m2fp-single", tmp_path, small_hub.endpoint)
    with pytest.raises(CheckpointMissing):
        hub.find_checkpoint("m2fp-single", tmp_path)
    assert "rror" not in capfd.readouterr().err  # of the client's log
    assert not list(tmp_path.rglob("*.part"))


def test_a_download_of_what_is_there_fetches_nothing(small_hub: Hub, tmp_path: Path) -> None:
    folder = download.copy_from("m2fp-single", checkpoint("single"), tmp_path)
    assert download.download("m2fp-single", tmp_path, small_hub.endpoint) == folder
    assert small_hub.asked == []


def test_what_the_hub_has_is_tried_before_it_takes_a_good_ones_place(
    small_hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    folder = download.copy_from("m2fp-single", checkpoint("single"), tmp_path / "cache")
    broken = tmp_path / "broken"
    shutil.copytree(checkpoint("single"), broken)
    torch.save({"model": {"wings": torch.zeros(2)}}, broken / "pytorch_model.pt")
    monkeypatch.setattr(Hub, "folder", broken)
    with pytest.raises(PipelineError, match="is of another model: it lacks backbone"):
        download.download("m2fp-single", tmp_path / "cache", small_hub.endpoint)
    assert integrity.verify("m2fp-single", folder) == "checksums right; loads"
    assert not list(tmp_path.rglob("*.part"))


def test_without_a_network_both_ways_are_said(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissing) as caught:
        hub.find_checkpoint("m2fp", tmp_path)
    message = worded(caught.value)
    assert "\n" not in message
    assert "mirror models download m2fp; or, offline" in message
    assert message.endswith("--from DIR")


def test_a_network_that_is_not_there_is_asked_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = pytest.importorskip("modelscope_hub", reason="needs modelscope-hub")
    asked: list[str] = []

    def download_repo(self: object, repository: str, *_: object, **__: object) -> None:
        asked.append(repository)
        raise client.NetworkError("no route to host")

    monkeypatch.setattr(client.HubApi, "download_repo", download_repo)
    with pytest.raises(CheckpointMissing, match=r"downloaded \(.*no route.* that has it$"):
        download.download("m2fp", tmp_path, "http://127.0.0.1:9")
    assert len(asked) == 1


@pytest.mark.parametrize("name", NAMES)
def test_a_folder_takes_the_hubs_place(name: str, tmp_path: Path) -> None:
    folder = download.copy_from(name, checkpoint(NAMES[name]), tmp_path)
    assert hub.find_checkpoint(name, tmp_path) == folder
    assert download.copy_from(name, folder, tmp_path) == folder  # onto itself
    assert integrity.verify(name, folder) == "checksums right; loads"


def test_who_gets_the_same_checkpoint_at_once_takes_turns(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_thread: Callable[[Callable[[], None]], threading.Thread],
) -> None:
    first, came, copyfile = threading.Event(), threading.Event(), shutil.copyfile
    folders: list[Path] = []

    def slowly(source: Path, target: Path) -> None:
        if not first.is_set():
            first.set()
            assert came.wait(5.0)
        copyfile(source, target)

    def get() -> None:
        folders.append(download.copy_from("m2fp", checkpoint("multiple"), tmp_path))

    monkeypatch.setattr(shutil, "copyfile", slowly)
    crew = [in_thread(get)]
    assert first.wait(5.0)
    home = hub.home_of("m2fp", tmp_path)
    with locked(home.with_name(f"{home.name}.lock"), wait=False) as is_free:
        assert not is_free
    crew.append(in_thread(get))
    came.set()
    for member in crew:
        member.join()
    assert folders == [home, home]
    assert integrity.verify("m2fp", home) == "checksums right; loads"
    assert list(home.parent.iterdir()) == [home]


def test_what_a_killed_download_left_whole_can_be_taken(tmp_path: Path) -> None:
    home = hub.home_of("m2fp", tmp_path)
    left = home.with_name(f"{home.name}.part")
    shutil.copytree(checkpoint("multiple"), left)
    assert download.copy_from("m2fp", left, tmp_path) == home
    assert integrity.verify("m2fp", home) == "checksums right; loads"


def test_the_other_model_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissing, match="holds m2fp-single, not m2fp; give it that name"):
        download.copy_from("m2fp", checkpoint("single"), tmp_path)


class Trap:
    """Unpickling this makes a folder."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("fault", ["code", "another model", "no numbers"])
def test_what_cannot_be_loaded_does_not_take_a_good_ones_place(fault: str, tmp_path: Path) -> None:
    torch = pytest.importorskip("torch", reason="needs torch: pip install smart-mirror[m2fp]")
    cache, source, sprung = tmp_path / "cache", tmp_path / "source", tmp_path / "sprung"
    home = download.copy_from("m2fp", checkpoint("multiple"), cache)
    shutil.copytree(checkpoint("multiple"), source)
    content = torch.load(source / "pytorch_model.pt", weights_only=True)
    if fault == "no numbers":
        next(iter(content["model"].values()))[0] = float("nan")
    elif fault == "code":
        content["model"]["trap"] = Trap(sprung)
    else:
        content = {"model": {"wings": torch.zeros(3)}}
    torch.save(content, source / "pytorch_model.pt")
    with pytest.raises(PipelineError, match=r"was not run|of another|cannot be computed"):
        download.copy_from("m2fp", source, cache)
    assert integrity.verify("m2fp", home) == "checksums right; loads"
    shutil.copy(source / "pytorch_model.pt", home)
    (home / "mirror-checksums.json").unlink()
    with pytest.raises(PipelineError, match=r"was not run|of another|cannot be computed"):
        integrity.verify("m2fp", home)
    assert not sprung.exists()


def test_without_torch_it_is_said_that_nothing_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    folder = download.copy_from("m2fp", checkpoint("multiple"), tmp_path)
    told = integrity.verify("m2fp", folder)
    assert told == "checksums right; readable, but not tried: torch is not installed"


def test_a_cache_that_cannot_be_written_to_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CacheRefused, match=r"\(Not a directory\); set MODELSCOPE_CACHE to"):
        download.copy_from("m2fp", checkpoint("multiple"), tmp_path / "file")


def test_what_is_refused_names_its_own_download(tmp_path: Path) -> None:
    folder = download.copy_from("m2fp-single", checkpoint("single"), tmp_path)
    (folder / "configuration.json").write_text("{")
    with pytest.raises(PipelineError) as refused:
        StoredWeights(folder, "m2fp-single")
    assert worded(refused.value).endswith("again: mirror models download m2fp-single")
    shutil.copy(checkpoint("single") / "configuration.json", folder)
    (folder / "mirror-checksums.json").unlink()
    (folder / "pytorch_model.pt").write_bytes(b"")
    with pytest.raises(PipelineError, match=r"\(it is empty\); get .* again$") as refused:
        StoredWeights(folder, "m2fp-single").load()
    assert worded(refused.value).endswith("again: mirror models download m2fp-single")


def test_a_folder_without_a_checkpoint_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointMissing, match=r"has no configuration\.json; a checkpoint is a f"):
        download.copy_from("m2fp", tmp_path, tmp_path / "cache")


def test_damage_is_noticed(tmp_path: Path) -> None:
    folder = download.copy_from("m2fp", checkpoint("multiple"), tmp_path)
    weights = folder / "pytorch_model.pt"
    content = weights.read_bytes()
    weights.write_bytes(content[:-1000])
    with pytest.raises(CheckpointMissing, match=r"pytorch_model\.pt is damaged \(wrong checksum"):
        integrity.verify("m2fp", folder)
    with pytest.raises(CheckpointMissing, match=r"pytorch_model\.pt is damaged \(wrong checksum"):
        integrity.weights_checksum("m2fp", folder)
    with pytest.raises(CheckpointMissing, match=r"pytorch_model\.pt is damaged \(File is not a"):
        integrity.check("m2fp", folder)
    weights.write_bytes(content[:900_000] + b"\0\1\2\3" + content[900_004:])
    with pytest.raises(CheckpointMissing, match=r"pytorch_model\.pt is damaged \("):
        integrity.check("m2fp", folder)
    configuration = folder / "configuration.json"
    weights.write_bytes(content)
    configuration.write_text(configuration.read_text() + " ")
    with pytest.raises(CheckpointMissing, match=r"configuration\.json is damaged \(wrong checks"):
        integrity.verify("m2fp", folder)


@pytest.mark.parametrize("inner", ["models/iic", "hub/models/damo", "hub/damo", "damo"])
def test_what_the_client_put_there_earlier_is_found(tmp_path: Path, inner: str) -> None:
    folder = tmp_path / inner / hub.PUBLISHED["m2fp"].repository
    shutil.copytree(checkpoint("multiple"), folder)
    assert hub.find_checkpoint("m2fp", tmp_path).resolve() == folder
    assert integrity.verify("m2fp", folder) == "no checksums were kept when it came; loads"


def test_the_cache_is_where_modelscope_has_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELSCOPE_CACHE", "/somewhere")
    assert cache_root() == Path("/somewhere")
    monkeypatch.delenv("MODELSCOPE_CACHE")
    assert cache_root() == Path.home() / ".cache" / "modelscope"


def test_a_checksum_is_computed_anew_when_the_file_changes(tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(checkpoint("multiple"), folder)
    first = integrity.weights_checksum("m2fp", folder)
    assert (
        first
        == integrity.weights_checksum("m2fp", folder)
        == checksum_of(folder / "pytorch_model.pt")
    )
    (folder / "pytorch_model.pt").write_bytes(b"other")
    assert integrity.weights_checksum("m2fp", folder) == hashlib.sha256(b"other").hexdigest()
