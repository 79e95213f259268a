"""The service as a replica of Ray Serve's, and on Ray Serve itself."""

from __future__ import annotations

import collections
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

pytest.importorskip("fastapi", reason="needs pip install smart-mirror[serve]")

from fastapi.testclient import TestClient
from media import jpeg

from mirror.core.schema import ConfigError, made
from mirror.serve.ray_deployment import Arguments, Replica, ReplicaUnhealthy, build, config_of
from mirror.serve.shared_parser import SharedParser

PORT = 8793
SETTINGS = {"parser.name": "none", "parser.workers": 1, "serve.room": 4}


def arguments(**args: Any) -> Arguments:  # noqa: ANN401
    return made(Arguments, {"settings": SETTINGS, "insecure": True, **args})


def test_a_replica_answers_once_its_parser_is_warm_and_is_healthy_until_it_ends(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    replica = Replica(config_of(arguments()))
    with TestClient(replica.__serve_build_asgi_app__(), base_url="http://gym.example") as client:
        assert client.get("/readyz").json() == {"status": "ready", "parser": "none"}
        answer = client.post("/v1/parse", content=jpeg(3), headers={"Content-Type": "image/jpeg"})
        assert answer.status_code == 200
        replica.check_health()
        monkeypatch.setattr(SharedParser, "has_ended", True)
        with pytest.raises(ReplicaUnhealthy):
            replica.check_health()


def test_what_others_can_reach_needs_tokens_unless_that_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can be reached by others"):
        config_of(arguments(insecure=False))
    (tmp_path / "tokens").write_text("gym 0123456789abcdef0123456789abcdef\n")
    with_tokens = {**SETTINGS, "serve.tokens": str(tmp_path / "tokens")}
    assert config_of(arguments(insecure=False, settings=with_tokens)).serve.host == "0.0.0.0"


def test_settings_of_a_file_are_under_those_of_the_arguments(tmp_path: Path) -> None:
    (tmp_path / "my.toml").write_text("[serve]\nroom = 7\n[parser]\nquality = 'fast'\n")
    config = config_of(arguments(config=str(tmp_path / "my.toml")))
    assert (config.serve.room, config.parser.quality) == (4, "fast")


def test_what_is_no_argument_is_refused() -> None:
    with pytest.raises(ConfigError, match="replicas"):
        made(Arguments, {"settings": {}, "replicas": 3})
    with pytest.raises(ConfigError, match="no key of \\[serve\\] is called rooms"):
        config_of(arguments(settings={"serve.rooms": 3}))


@pytest.fixture
def ray_serve() -> Iterator[Any]:
    ray = pytest.importorskip("ray", reason="needs pip install smart-mirror[ray]")
    from ray import serve

    ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, logging_level="ERROR")
    serve.start(http_options={"host": "127.0.0.1", "port": PORT})
    yield serve
    serve.shutdown()
    ray.shutdown()


def post() -> int:
    headers = {"Content-Type": "image/jpeg"}
    address = f"http://127.0.0.1:{PORT}/v1/parse"
    return httpx.post(address, content=jpeg(3), headers=headers, timeout=60).status_code


@pytest.mark.slow  # a cluster takes ten seconds to begin
@pytest.mark.timeout(300)
@pytest.mark.filterwarnings("ignore")  # Ray's own
def test_replicas_refuse_what_they_have_no_room_for_and_are_replaced_when_killed(
    ray_serve: Any,  # noqa: ANN401
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings = {**SETTINGS, "parser.name": "built-in"}
    given = {"settings": settings, "insecure": True, "max_replicas": 1}
    ray_serve.run(build(given), name="mirror")
    assert post() == 200
    codes: collections.Counter[int] = collections.Counter()
    callers = [threading.Thread(target=lambda: codes.update([post()])) for _ in range(40)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert set(codes) == {200, 429}
    assert codes[200] >= 4
    os.kill(_replica(), signal.SIGKILL)
    gives_up_at = time.monotonic() + 90
    while (code := _answered()) != 200 and time.monotonic() < gives_up_at:
        time.sleep(0.5)  # until another process has loaded the parser
    assert code == 200


def _answered() -> int:
    try:
        return post()
    except httpx.HTTPError:
        return 0


def _replica() -> int:
    """The process of the one replica that there is."""
    import psutil

    for process in psutil.process_iter(["cmdline"]):
        if "ServeReplica:mirror" in " ".join(process.info["cmdline"] or []):
            return int(process.pid)
    raise AssertionError("there is no replica")
