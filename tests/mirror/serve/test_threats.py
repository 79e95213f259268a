"""What docs/threat-model.md promises and no other file of tests holds."""

from __future__ import annotations

import hmac
import json
import os
import re
import shutil
import socket
import ssl
import stat
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("fastapi", reason="pip install 'smart-mirror[serve]'")

from doubles import until
from media import write_video
from serving import FAILS, Squares, picture, served

from mirror.cli.main import main
from mirror.serve.access import Access, Token
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.problems import Problem

ROOT = Path(__file__).parents[3]
PAGE = ROOT / "docs" / "threat-model.md"
ADA, BOB = "a" * 16, "b" * 16
CAREFUL = {"x-content-type-options", "x-frame-options", "referrer-policy",
           "cross-origin-resource-policy", "content-security-policy"}  # fmt: skip


# the page itself


def test_every_test_that_the_page_names_is_there() -> None:
    names = set(re.findall(r"`(test_\w+)`", PAGE.read_text()))
    files = {path.stem for path in (ROOT / "tests").rglob("test_*.py")}
    texts = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert len(names) > 30
    assert [name for name in sorted(names - files) if f"def {name}(" not in texts] == []


# tokens


def test_every_token_is_compared_whichever_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    whole = hmac.compare_digest
    monkeypatch.setattr(
        "mirror.serve.access.hmac.compare_digest",
        lambda one, other: compared.append((one, other)) or whole(one, other),  # type: ignore[func-returns-value]
    )
    access = Access((Token(name="ada", token=ADA), Token(name="bob", token=BOB)))
    assert access.caller(f"Bearer {ADA}", "").name == "ada"
    assert access.caller(f"Bearer {BOB}", "").name == "bob"
    for given in (None, "", f"Basic {ADA}", "Bearer", f"Bearer {ADA[:-1]}", "Bearer \ud800"):
        with pytest.raises(Problem):
            access.caller(given, "")
    assert len(compared) == 2 * 8
    assert {len(digest) for pair in compared for digest in pair} == {32}  # whatever was given


def test_a_token_of_half_a_character_is_none(squares: Squares) -> None:
    with served(squares, tokens=(Token(name="ada", token=ADA),)) as client:
        with client.websocket_connect("/v1/stream") as stream:
            stream.send_text('{"token":"\\ud800"}')
            assert stream.receive_json()["code"] == "token.needed"


# what answers say


@pytest.fixture
def squares() -> Squares:
    return Squares()


def test_every_answer_keeps_browsers_careful_and_none_names_what_it_is_made_with(
    squares: Squares,
) -> None:
    with served(squares) as client:
        answers = [
            client.get("/"),
            client.get("/nowhere"),
            client.get("/v1/parse"),
            client.get("/v1/jobs/none"),
            client.post("/v1/parse", content=b"nothing"),
            client.post("/v1/parse?opacity=9", content=picture()),
            client.post("/v1/parse", content=picture(FAILS)),
            client.post("/v1/parse", content=picture()),
            client.get("/healthz"),
            client.get("/metrics"),
        ]
    assert {answer.status_code for answer in answers} == {200, 404, 405, 415, 422, 500}
    for answer in answers:
        assert set(answer.headers) >= CAREFUL
        said = f"{answer.headers} {answer.text[:5000]}".lower()
        for word in ("uvicorn", "fastapi", "starlette", "pydantic", "opencv", "onnx", "traceback"):
            assert word not in said, (answer.url, word)


def test_pages_of_others_may_read_nothing(squares: Squares) -> None:
    origin = {"Origin": "http://elsewhere.example", "Access-Control-Request-Method": "POST"}
    with served(squares) as client:
        answers = [
            client.options("/v1/parse", headers=origin),
            client.post("/v1/parse", content=picture(), headers=origin),
        ]
    for answer in answers:
        assert not [name for name in answer.headers if name.startswith("access-control-")]


def test_pages_of_others_can_have_nothing_done_where_nobody_needs_a_token(squares: Squares) -> None:
    theirs = {"Origin": "http://elsewhere.example"}
    with served(squares) as client:
        assert client.post("/v1/jobs", content=b"film", headers=theirs).status_code == 421
        assert client.post("/v1/parse", content=picture(), headers=theirs).status_code == 421
        own = {"Origin": "http://testserver"}
        assert client.post("/v1/parse", content=picture(), headers=own).status_code == 200
    with served(squares, tokens=(Token(name="ada", token=ADA),)) as client:
        mine = theirs | {"Authorization": f"Bearer {ADA}"}  # a proxy may call it as it likes
        assert client.post("/v1/parse", content=picture(), headers=mine).status_code == 200


# films that others send


def ended(client: Any, content: bytes) -> dict[str, Any]:  # noqa: ANN401
    job: dict[str, Any] = client.post("/v1/jobs?outputs=results", content=content).json()

    def has_ended() -> bool:
        job.update(client.get(f"/v1/jobs/{job['id']}").json())
        return job["state"] not in ("queued", "running")

    until(has_ended)
    return job


def test_a_film_that_is_sent_cannot_name_others_nor_itself(
    squares: Squares, tmp_path: Path
) -> None:
    secret = write_video(tmp_path / "secret.mp4", 3)
    lists = [
        "ffconcat version 1.0\nfile input.bin\n",
        f"ffconcat version 1.0\nfile {secret}\n",
        f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n{secret}\n#EXT-X-ENDLIST\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 26\n",
    ]
    with served(squares) as client:
        for text in lists:
            job = ended(client, text.encode())
            assert job["state"] == "failed"
            assert job["error"]["code"].startswith("source.")
            assert "files" not in job["error"]["detail"]  # it was not opened until there were none
        assert ended(client, secret.read_bytes())["state"] == "done"


# what is kept


@pytest.mark.skipif(os.name != "posix", reason="needs the permissions of POSIX")
def test_the_file_of_jobs_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = SqliteStore(tmp_path / "jobs.db")
        try:
            modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
        finally:
            store.close()
    finally:
        os.umask(before)
    assert set(modes.values()) == {0o600}, modes


# TLS


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate that a service signs itself, and its key."""
    if shutil.which("openssl") is None:
        pytest.skip("needs openssl: apt-get install openssl")
    folder = tmp_path_factory.mktemp("tls")
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )  # fmt: skip
    return certificate, key


def test_http_and_grpc_are_encrypted_with_the_same_certificate(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    grpc = pytest.importorskip("grpc", reason="pip install 'smart-mirror[grpc]'")
    from mirror.serve.grpc.v1 import service_pb2 as pb
    from mirror.serve.grpc.v1 import service_pb2_grpc

    (tmp_path / "dark.py").write_text(
        "import numpy as np\ndef factory():\n"
        "    return lambda image: np.zeros(image.shape[:2], np.uint8)\n"
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mirror", "serve", "--port", "0", "--grpc-port", str(port),
         "--tls-certificate", str(pair[0]), "--tls-key", str(pair[1]), "--workers", "1",
         "--parser", "dark:factory"],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": f"{ROOT}{os.pathsep}{tmp_path}", "COLUMNS": "200"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        found = re.search(r"https://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found
        trusted = ssl.create_default_context(cafile=str(pair[0]))
        request = urllib.request.Request(f"{found[0]}/v1/parse", picture())
        with urllib.request.urlopen(request, timeout=30, context=trusted) as answer:
            assert json.load(answer)["people"] == []
        with pytest.raises(OSError):  # noqa: PT011 - closed, or reset
            urllib.request.urlopen(found[0].replace("https", "http"), timeout=10)
        credentials = grpc.ssl_channel_credentials(pair[0].read_bytes())
        with grpc.secure_channel(f"localhost:{port}", credentials) as channel:
            stub: Any = service_pb2_grpc.MirrorStub
            assert stub(channel).Parse(pb.ParseRequest(image=picture()), timeout=30).timing.parse
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("wrong", ["no file", "no pair", "no key", "no certificate"])
def test_tls_that_cannot_be_used_is_said_before_anybody_is_answered(
    pair: tuple[Path, Path], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate, key = pair
    given = {
        "no file": ["--tls-certificate", "nowhere.pem", "--tls-key", str(key)],
        "no pair": ["--tls-certificate", str(certificate), "--tls-key", str(certificate)],
        "no key": ["--tls-certificate", str(certificate)],
        "no certificate": ["--tls-key", str(key)],
    }
    assert main(["serve", "--port", "0", "--parser", "none", *given[wrong]]) == 1
    said = capsys.readouterr()
    assert "TLS cannot be used" in said.err
    assert "http" not in said.out
