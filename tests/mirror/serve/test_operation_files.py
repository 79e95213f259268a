"""What the service is run with beside a shell: units, containers, and what watches them."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import runpy
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import tomllib
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from serving import picture

from mirror.cli.command_parser import parser_for
from mirror.core.schema import ConfigError
from mirror.core.settings.config import load

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "configs" / "serve"
UNIT = FOLDER / "smart-mirror.service"
CONTAINERFILE = (FOLDER / "Containerfile").read_text()
EXPOSURE = "20"  # tenths, of ten: what systemd calls OK ends at 4.9


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile, each on one line."""
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", CONTAINERFILE, flags=re.MULTILINE))
    lines = (line.partition(" ") for line in text.splitlines() if line.strip())
    return [(name, rest.strip()) for name, _, rest in lines]


def variables(pairs: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (pair.partition("=") for pair in pairs)}


# systemd


def unit() -> dict[str, str]:
    text = UNIT.read_text().replace("\\\n", " ")
    return variables([line for line in text.splitlines() if re.match(r"[A-Z]\w*=", line)])


def test_the_unit_starts_what_there_is() -> None:
    command = shlex.split(unit()["ExecStart"])
    assert Path(command[0]).name == "mirror"
    options = parser_for(command[1:]).parse_args(command[1:])
    load(None, {key: value for key, value in vars(options).items() if "." in key})


@pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="needs systemd: apt-get install systemd"
)
def test_systemd_takes_the_unit_and_finds_it_closed(tmp_path: Path) -> None:
    copy = tmp_path / UNIT.name
    copy.write_text(UNIT.read_text().replace("/opt/smart-mirror/bin/mirror", "/bin/true"))
    subprocess.run(["systemd-analyze", "verify", "--man=no", copy], check=True)
    subprocess.run(
        ["systemd-analyze", "security", "--offline=yes", f"--threshold={EXPOSURE}", copy],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip


def test_the_unit_waits_longer_than_the_service_takes_to_end() -> None:
    found, grace_s = unit(), load().serve.grace_s
    assert float(found["TimeoutStopSec"]) > 2 * grace_s
    assert found["SuccessExitStatus"] == "143"
    assert found["Type"] == "notify"


def test_the_unit_gives_the_service_copies_of_what_it_reads_and_no_folder_to_write_to() -> None:
    text = UNIT.read_text()
    given = re.findall(r"^LoadCredential=([^:]+):/etc/smart-mirror/\1$", text, re.MULTILINE)
    read = re.findall(r"\$\{CREDENTIALS_DIRECTORY\}/(\S+)", unit()["ExecStart"])
    assert set(read) == set(given) == {"serve.toml", "tokens.toml"}
    assert "ConfigurationDirectory" not in unit()


# gunicorn

FAST = """
import numpy as np
def factory():
    return lambda image: np.zeros(image.shape[:2], np.uint8)
"""


def processes_of(parent: int) -> set[int]:
    return {child.pid for child in psutil.Process(parent).children()}


def get(port: int, path: str, data: bytes | None = None) -> bytes | None:
    """What is answered with 200; None for all else."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", data, timeout=10) as answer:
            return bytes(answer.read())
    except OSError:
        return None


def wait_for(condition: Callable[[], object]) -> None:
    give_up_at = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < give_up_at
        time.sleep(0.05)


def test_gunicorn_keeps_processes_that_share_their_jobs(tmp_path: Path) -> None:
    pytest.importorskip("gunicorn", reason="pip install gunicorn")
    (tmp_path / "fast.py").write_text(FAST)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    variables = {
        "MIRROR_SERVE_PORT": str(port), "MIRROR_SERVE_STORE": str(tmp_path / "jobs.db"),
        "MIRROR_PARSER_NAME": "fast:factory", "WEB_CONCURRENCY": "2",
        "PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "-c", str(FOLDER / "gunicorn.conf.py")],
        env=os.environ | variables, cwd=tmp_path, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_for(lambda: get(port, "/readyz"))
        assert get(port, "/v1/parse", picture())
        job = json.loads(get(port, "/v1/jobs", b"no film") or b"")
        for _ in range(8):  # whichever of them is asked
            assert get(port, f"/v1/jobs/{job['id']}")
        before = processes_of(process.pid)
        assert len(before) == 2
        os.kill(min(before), signal.SIGKILL)
        wait_for(lambda: len(processes_of(process.pid) - before) == 1)
        wait_for(lambda: get(port, "/v1/parse", picture()))
        process.terminate()
        assert process.wait(30) == 0
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "MIRROR_SERVE_STORE"),
        ({"MIRROR_SERVE_STORE": "jobs.db", "MIRROR_SERVE_GRPC_PORT": "1"}, "gRPC"),
        ({"MIRROR_SERVE_STORE": "jobs.db", "MIRROR_SERVE_HOST": "0.0.0.0"}, "file with the tokens"),
    ],
)
def test_gunicorn_is_not_started_where_processes_could_not_do_it(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], said: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    with pytest.raises((SystemExit, ConfigError), match=said):
        runpy.run_path(str(FOLDER / "gunicorn.conf.py"))


# containers


def test_the_image_has_two_stages_and_nobody_in_particular_runs_it() -> None:
    found = instructions()
    stages = [rest for name, rest in found if name == "FROM"]
    assert len(stages) == 2
    last = found[[name for name, _ in found].index("FROM", 1) :]
    users = [rest for name, rest in last if name == "USER"]
    assert [user.split(":")[0] != "0" and user.split(":")[0].isdigit() for user in users] == [True]
    names = [name for name, _ in last]
    assert names.index("USER") < names.index("ENTRYPOINT")
    (check,) = (rest for name, rest in last if name == "HEALTHCHECK")
    program = json.loads(check.partition("CMD ")[2])[2]
    compile(program, "healthcheck", "exec")
    assert "/readyz" in program


def test_the_image_is_configured_with_settings_that_there_are() -> None:
    (given,) = (rest for name, rest in instructions() if name == "ENV")
    serve = load(None, None, variables(shlex.split(given))).serve
    assert (serve.host, serve.log_format) == ("0.0.0.0", "json")
    assert serve.tokens  # without any, it would refuse to answer others


def test_what_the_image_is_built_from_is_enough_to_build_it(tmp_path: Path) -> None:
    builder = pytest.importorskip("hatchling.builders.wheel", reason="needs hatchling: extra dev")
    ignored = shutil.ignore_patterns("__pycache__", "*.onnx", "*.mp4")
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            *sources, _ = rest.split()
            for source in sources:
                if (ROOT / source).is_dir():
                    shutil.copytree(ROOT / source, tmp_path / source, ignore=ignored)
                else:
                    shutil.copy(ROOT / source, tmp_path)
                allowed = (ROOT / ".dockerignore").read_text().splitlines()
                assert f"!{source.removeprefix('./')}" in allowed
    (wheel,) = builder.WheelBuilder(str(tmp_path)).build(
        directory=str(tmp_path / "made"), versions=["standard"]
    )
    assert Path(wheel).stat().st_size
    (extras,) = (rest.partition("=")[2] for name, rest in instructions() if name == "ARG")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert set(extras.split(",")) <= set(project["optional-dependencies"])


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    yaml = pytest.importorskip("yaml", reason="needs PyYAML: extra docs")
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yml").read_text())
    return loaded


def test_the_compose_file_keeps_to_the_specification(compose: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema", reason="needs jsonschema: extra dev")
    package = importlib.util.find_spec("compose")
    if package is None or package.origin is None:
        pytest.skip("needs the specification: pip install --no-deps docker-compose")
    schema = Path(package.origin).parent / "config" / "compose_spec.json"
    older = {key: value for key, value in compose.items() if key != "name"}  # it has no names yet
    jsonschema.Draft201909Validator(json.loads(schema.read_text())).validate(older)


def test_what_the_compose_file_mounts_is_there_and_nothing_is_open_to_others(
    compose: dict[str, Any],
) -> None:
    made = {"./compose/tokens.toml", "./compose/token.txt"}  # by whoever starts it, as it says
    files = {secret["file"] for secret in compose["secrets"].values()}
    assert files == made
    for service in compose["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (FOLDER / source).is_file(), source
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", ()))
        assert service["cap_drop"] == ["ALL"]
    mirror = compose["services"]["mirror"]
    assert (FOLDER / mirror["build"]["context"] / mirror["build"]["dockerfile"]).is_file()
    serve = load(None, None, mirror["environment"]).serve
    assert serve.store.startswith("redis://redis")
    assert Path(serve.tokens).name in mirror["secrets"]


@pytest.mark.skipif(
    shutil.which("promtool") is None, reason="needs promtool: apt-get install prometheus"
)
def test_prometheus_takes_the_configuration_that_compose_gives_it(tmp_path: Path) -> None:
    shutil.copy(FOLDER / "compose" / "prometheus.yml", tmp_path)
    shutil.copy(FOLDER / "alerts.yml", tmp_path)
    subprocess.run(
        ["promtool", "check", "config", "--syntax-only", tmp_path / "prometheus.yml"],
        check=True, stdout=subprocess.DEVNULL,
    )  # fmt: skip
