"""The page at ``/`` as it is served: its files, and its words in every language."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from serving import Squares, served

from mirror.core.resources import config_file
from mirror.serve.access import Token
from mirror.serve.http.page import FOLDER

SERVE = FOLDER.parent
TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


@pytest.fixture(scope="module")
def client() -> Iterator[TestClient]:
    with served(Squares()) as client:
        client.get("/")  # the thread that reads files is the client's, not that of a test
        yield client


def test_the_page_and_all_it_needs_are_served_with_headers_that_keep_it_careful(
    client: TestClient,
) -> None:
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    needed = set(re.findall(r'(?:src|href)="(/page/[^"]+)"', page.text))
    modules = {f"/page/{path.name}" for path in FOLDER.glob("*.js")}
    assert len(needed) >= 3
    for address in needed | modules:
        answer = client.get(address)
        assert answer.status_code == 200, address
        assert answer.headers["content-type"].startswith(TYPES[Path(address).suffix])
        assert answer.headers["cache-control"] == "no-cache"
        assert "default-src 'self'" in answer.headers["content-security-policy"]


def test_what_programmers_read_is_as_careful(client: TestClient) -> None:
    page = client.get("/docs")
    assert page.headers["content-type"].startswith("text/html")
    assert "default-src 'self'" in page.headers["content-security-policy"]
    assert not re.search(r"https?://|<script(?![^>]*\ssrc=\"/page/)|<style|\sstyle=", page.text)


def test_modules_import_only_one_another() -> None:
    for path in FOLDER.glob("*.js"):
        for name in re.findall(r'from "([^"]+)"', path.read_text("utf-8")):
            assert (FOLDER / name).is_file(), f"{path.name} imports {name}"


def test_the_page_names_no_other_host_and_has_no_inline_scripts_or_styles() -> None:
    html = (FOLDER / "index.html").read_text("utf-8")
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)|javascript:", html)
    for path in FOLDER.iterdir():
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://[\w.]|//cdn|@import|\beval\(|new Function", text), path.name


@pytest.mark.parametrize("address", ["/page/../app.py", "/page/%2e%2e/app.py", "/page/", "/page/x"])
def test_nothing_but_the_pages_files_is_served(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert answer.json()["code"] == "request.not_found"


def test_parts_come_with_their_colours_and_bones(client: TestClient) -> None:
    known = client.get("/v1/parts").json()
    assert (known["parser"], known["needs_token"]) == ("squares", False)
    assert known["names"][:3] == ["background", "head", "torso"]
    assert {len(colours) for colours in known["palettes"].values()} == {len(known["names"])}
    assert next(iter(known["palettes"])) == "vivid"
    assert ["left_shoulder", "left_elbow"] in known["bones"]


def test_the_page_is_for_everybody_and_the_parts_for_those_with_a_token() -> None:
    token = "abcdefghijklmnop"
    with served(Squares(), tokens=(Token(name="a", token=token),)) as client:
        assert client.get("/").status_code == client.get("/page/main.js").status_code == 200
        assert client.get("/v1/parts").json()["code"] == "token.needed"
        headers = {"Authorization": f"Bearer {token}"}
        assert client.get("/v1/parts", headers=headers).json()["needs_token"] is True


# words


def tables(name: str) -> dict[str, dict[str, str]]:
    """Language -> key -> text, of a module that holds words."""
    found = {}
    text = (FOLDER / name).read_text("utf-8")
    for language, body in re.findall(r"^const (\w+) = \{\n(.*?)^\};", text, re.M | re.S):
        found[language] = dict(re.findall(r'^  "?([\w.-]+)"?: "(.*)",$', body, re.M))
        assert len(found[language]) == len(body.splitlines())
    return found


def fields(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("name", ["words.js", "problem_words.js"])
def test_every_language_says_everything_with_the_same_fields(name: str) -> None:
    languages = tables(name)
    assert sorted(languages) == ["en", "zh"]
    chinese = {key: text for key, text in languages["zh"].items() if not key.startswith("part.")}
    assert chinese.keys() == languages["en"].keys()
    for key, text in chinese.items():
        assert fields(text) == fields(languages["en"][key]), key


def test_chinese_has_a_word_for_every_part_of_every_parser() -> None:
    with config_file("parts.toml").open("rb") as file:
        names = {name for entry in tomllib.load(file).values() for name in entry["names"]}
    said = tables("words.js")["zh"]
    assert [name for name in names - {"background"} if f"part.{name}" not in said] == []


def test_every_word_that_the_page_asks_for_is_there() -> None:
    html = (FOLDER / "index.html").read_text("utf-8")
    scripts = "".join(path.read_text("utf-8") for path in FOLDER.glob("*.js"))
    asked = set(re.findall(r'data-say(?:-label)?="([^"]+)"', html))
    asked |= set(re.findall(r'\bsay\("([^"]+)"', scripts))
    modes = re.findall(r'role="tab"[^>]* data-mode="(\w+)"', html)
    asked |= {f"{mode}_{what}" for mode in modes for what in ("title", "text")}
    assert len(asked) > 30
    assert asked - tables("words.js")["en"].keys() == set()


def test_every_code_of_the_service_and_of_the_page_has_its_words() -> None:
    said = tables("problem_words.js")["en"].keys()
    sources = [path for path in SERVE.rglob("*.py") if "grpc" not in path.parts]
    python = "".join(path.read_text("utf-8") for path in sources)
    codes = set(re.findall(r'Problem\(\s*\d+, "([\w.]+)"', python))
    codes |= set(re.findall(r'\bcode="([\w.]+)"', python))
    scripts = "".join(path.read_text("utf-8") for path in FOLDER.glob("[!p]*.js"))
    codes |= set(re.findall(r'"(page\.\w+)"', scripts))
    others = ("inference.", "model.")  # of addresses that the page does not ask
    codes = {code for code in codes if not code.startswith(others)}
    assert len(codes) > 25
    assert sorted(codes - said) == []
