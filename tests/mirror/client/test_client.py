"""The client against a running service: what it gets, and how it says what is wrong."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from media import write_video
from serving import FAILS, SLOW, Squares, listening, picture, service_with

from mirror.client import AsyncClient, Client, Job, ServiceError, ServiceUnreachable
from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.parser_choice import ParserChoice


@pytest.fixture
def squares() -> Iterator[Squares]:
    kind = Squares()
    yield kind
    kind.gate.open()


@pytest.fixture
def address(squares: Squares) -> Iterator[str]:
    with listening(make_app(service_with(squares))) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def client(address: str) -> Iterator[Client]:
    with Client(address) as client:
        yield client


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_video(tmp_path_factory.mktemp("film") / "film.mp4", 6)


def test_a_picture_is_parsed(client: Client, tmp_path: Path) -> None:
    found = client.parse(picture())
    assert (found.parser, found.size) == ("squares", (64, 48))
    assert found.areas == {"head": 48 * 32}
    assert found.rle is None
    path = tmp_path / "photo.png"
    path.write_bytes(picture())
    assert client.parse(path) == found


def test_a_picture_comes_back_drawn_or_as_a_map(client: Client) -> None:
    assert client.overlay(picture(), format="webp", opacity=1.0, outlines=False)[:4] == b"RIFF"
    data = np.frombuffer(client.map(picture(), "labels"), np.uint8)
    labels = cv2.imdecode(data, cv2.IMREAD_UNCHANGED)
    assert labels is not None
    assert labels[0, 0] == 0 < labels[0, 63]


def test_a_refusal_has_its_code_and_what_more_there_is(client: Client) -> None:
    with pytest.raises(ServiceError) as raised:
        client.parse(picture(size=(101, 100)))
    error = raised.value
    assert (error.code, error.status) == ("picture.too_large", 413)
    assert error.fields["max_pixels"] == 10_000
    with pytest.raises(ServiceError, match=r"service\.failed"):
        client.parse(picture(FAILS))
    with pytest.raises(ServiceError, match=r"request\.invalid"):
        client.overlay(picture(), opacity=3.0)


def test_where_nobody_answers_that_is_said(film: Path) -> None:
    with Client("http://127.0.0.1:9", timeout_s=2.0) as client:
        with pytest.raises(ServiceUnreachable):
            client.parse(picture())
        with pytest.raises(ServiceUnreachable):
            client.submit(film)
        with pytest.raises(ServiceUnreachable):
            list(client.stream([picture()]))


def test_a_video_that_is_not_there_is_no_fault_of_the_service(client: Client) -> None:
    with pytest.raises(FileNotFoundError):
        client.submit(Path("no/such/video.mp4"))


def test_a_video_is_submitted_watched_and_fetched(
    client: Client, film: Path, tmp_path: Path
) -> None:
    job = client.submit(film, outputs=["results"], key="one", rle=False)
    assert client.submit(film, outputs=["results"], key="one").id == job.id
    states = [seen.state for seen in client.watch(job.id)]
    assert states[-1] == "done"
    done = client.wait(job.id)
    assert [file.name for file in done.files] == ["results.jsonl"]
    path = client.download(job.id, "results.jsonl", tmp_path / "mine.jsonl")
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert sum("frame" in line for line in lines) == 6
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(ServiceError, match=r"result\.not_found"):
        client.download(job.id, "video.mp4", tmp_path / "video.mp4")
    with pytest.raises(ServiceError, match=r"job\.not_found"):
        list(client.watch("nobody-s"))
    assert client.cancel(job.id).state == "done"


def test_a_stream_is_answered_in_order_however_long_it_is(client: Client) -> None:
    pictures = (picture(180 if number % 2 else 90) for number in range(40))
    answers = list(client.stream(pictures, outputs=["results", "overlay"], fps=25.0))
    assert [answer.frame for answer in answers] == list(range(40))
    assert [len(answer.areas) for answer in answers] == [0, 1] * 20
    assert all((answer.overlay or b"").startswith(b"\xff\xd8") for answer in answers)
    assert answers[1].message["time"] == pytest.approx(0.04)


def test_what_is_no_picture_is_told_of_in_a_stream(client: Client) -> None:
    answers = list(client.stream([picture(), b"garbage", picture()]))
    assert sorted((answer.frame, answer.kind, answer.reason) for answer in answers) == [
        (0, "frame", None), (1, "failed", "picture.unknown"), (2, "frame", None),
    ]  # fmt: skip


def test_a_stream_that_the_service_ends_says_why(client: Client) -> None:
    with pytest.raises(ServiceError) as raised:
        list(client.stream([], format="gif"))
    assert (raised.value.code, raised.value.status) == ("request.invalid", 422)


def test_a_picture_that_the_parser_fails_on_is_an_answer_of_its_own(client: Client) -> None:
    failed, found = client.stream([picture(FAILS), picture()])
    assert (failed.kind, failed.reason) == ("failed", "parse.failed")
    assert found.kind == "frame"


def test_leaving_a_stream_early_ends_it(client: Client, squares: Squares) -> None:
    answers = client.stream(picture() for _ in range(10_000))
    assert next(answers).frame == 0
    begun = squares.begun
    answers.close()  # type: ignore[attr-defined]
    assert client.parse(picture()).parser == "squares"
    assert squares.begun < begun + 100


def test_a_token_is_sent_with_everything() -> None:
    tokens = (Token(name="ann", token="a" * 16),)
    with listening(make_app(service_with(Squares(), tokens=tokens))) as port:
        address = f"http://127.0.0.1:{port}"
        with Client(address, token="a" * 16) as ann, Client(address) as nobody:
            assert ann.parse(picture()).size == (64, 48)
            assert len(list(ann.stream([picture()]))) == 1
            with pytest.raises(ServiceError, match=r"token\.needed"):
                nobody.parse(picture())


# the same for programs with an event loop


async def counted(count: int) -> AsyncIterator[bytes]:
    for _ in range(count):
        yield picture()


def test_the_other_client_can_do_the_same(address: str, film: Path, tmp_path: Path) -> None:
    async def use() -> tuple[Job, list[Any]]:
        async with AsyncClient(address) as client:
            found = await asyncio.gather(*(client.parse(picture()) for _ in range(3)))
            assert [one.size for one in found] == [(64, 48)] * 3
            assert (await client.overlay(picture())).startswith(b"\xff\xd8")
            assert (await client.map(picture())).startswith(b"\x89PNG")
            with pytest.raises(ServiceError, match=r"picture\.unknown"):
                await client.parse(b"garbage")
            job = await client.submit(film, outputs=["results"])
            seen = [job async for job in client.watch(job.id)]
            await client.download(job.id, "results.jsonl", tmp_path / "a.jsonl")
            assert (await client.wait(job.id)) == seen[-1] == await client.cancel(job.id)
            answers = [answer async for answer in client.stream(counted(30), outputs=["overlay"])]
            return seen[-1], answers

    job, answers = asyncio.run(use())
    assert job.state == "done"
    assert [answer.frame for answer in answers] == list(range(30))
    assert all(answer.overlay for answer in answers)


def test_what_goes_wrong_while_pictures_are_made_reaches_whoever_asked(address: str) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield picture()
        raise ZeroDivisionError

    async def use() -> None:
        async with AsyncClient(address) as client:
            with pytest.raises(ZeroDivisionError):
                async for _ in client.stream(broken()):
                    pass
            with pytest.raises(ServiceError, match=r"request\.invalid"):
                async for _ in client.stream(broken(), format="gif"):
                    pass
        async with AsyncClient("http://127.0.0.1:9") as nobody:
            with pytest.raises(ServiceUnreachable):
                await nobody.parse(picture())

    asyncio.run(use())


def test_a_live_stream_goes_on_while_the_service_is_slow(address: str, squares: Squares) -> None:
    async def use() -> list[Any]:
        async def camera() -> AsyncIterator[bytes]:
            yield picture(SLOW)
            await asyncio.to_thread(squares.gate.wait_reached)
            for _ in range(20):
                yield picture()
            squares.gate.open()

        async with AsyncClient(address) as client:
            return [answer async for answer in client.stream(camera(), live=True)]

    answers = asyncio.run(use())
    assert sorted(answer.frame for answer in answers) == list(range(21))
    assert {answer.kind for answer in answers} == {"frame", "dropped"}


def test_importing_the_client_loads_nothing_that_parses() -> None:
    heavy = "{'cv2', 'av', 'onnxruntime', 'numpy', 'fastapi'} & set(sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys, mirror.client; print({heavy})"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert done.stdout == "set()\n"


def test_a_client_names_who_is_to_parse() -> None:
    other = Squares()
    other.name = "m2fp"
    choice = ParserChoice(names=("m2fp",), find=lambda *_: other)

    async def ask(address: str) -> str:
        async with AsyncClient(address) as client:
            return (await client.parse(picture(), parser="m2fp")).parser

    with listening(make_app(service_with(Squares(), choice=choice))) as port:
        address = f"http://127.0.0.1:{port}"
        with Client(address) as client:
            assert client.parse(picture()).parser == "squares"
            assert client.parse(picture(), parser="m2fp").parser == "m2fp"
            with pytest.raises(ServiceError) as refused:
                client.parse(picture(), parser="os:system")
            assert refused.value.code == "parser.unknown"
            answers = list(client.stream([picture()], parser="m2fp"))
        assert [answer.kind for answer in answers] == ["frame"]
        assert asyncio.run(ask(address)) == "m2fp"
