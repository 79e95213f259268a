"""The service's page in a real browser: pictures, clips, the camera, tokens, languages."""

from __future__ import annotations

import contextlib
import json
import re
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import cv2
import numpy as np
import pytest
from browser import Witness, chromium
from doubles import until
from media import numbers_in, write_video
from serving import Squares, listening, picture, service_with

from mirror.serve.access import Token
from mirror.serve.app import make_app
from mirror.serve.cameras.cameras import CameraSources
from mirror.serve.service import Service
from pipeline.frame import Frame
from pipeline.sources.managed_source import ClosableSource

PALETTE = (245, 182, 66)  # #f5b642, the head's
SIZE = "64 \u00d7 48"
TOKEN = "abcdefghijklmnop"

Visit = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with chromium(tmp_path_factory.mktemp("browser")) as browser:
        yield browser


@pytest.fixture
def squares() -> Squares:
    return Squares()


@pytest.fixture
def service(browser: Any, squares: Squares) -> Service:  # noqa: ANN401 - skips without a browser
    return service_with(squares)


@pytest.fixture
def address(service: Service) -> Iterator[str]:
    with listening(make_app(service)) as port:
        yield f"http://127.0.0.1:{port}"


@pytest.fixture
def visit(browser: Any, address: str) -> Visit:  # noqa: ANN401
    @contextlib.contextmanager
    def visit(where: str = "", complaints: str = "", **how: Any) -> Iterator[Any]:  # noqa: ANN401
        """The page, which asks nobody else and complains of nothing else."""
        how = {"locale": "en-GB", "color_scheme": "dark", **how}
        context = browser.new_context(**how)
        page = context.new_page()
        page.set_default_timeout(20_000)
        witness = Witness(page)
        page.goto(where or address)
        yield page
        context.close()
        assert witness.hosts - {""} == {urlsplit(where or address).netloc}
        assert [
            said for said in witness.complaints if not re.search(complaints or "$^", said)
        ] == []

    return visit


def choose(page: Any, data: bytes, name: str = "photo.png", kind: str = "image/png") -> None:  # noqa: ANN401
    field = "#clip-file" if kind.startswith("video/") else "#picture-file"
    page.set_input_files(field, {"name": name, "mimeType": kind, "buffer": data})


def figure(page: Any, name: str) -> str:  # noqa: ANN401
    """One of the figures, once it is there."""
    return str(page.locator(f"dt:text-is('{name}') + dd").inner_text())


def colour(page: Any, x: int, y: int) -> list[int]:  # noqa: ANN401
    """What the canvas shows at a point."""
    read = """([x, y]) => {
        const point = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
        point.drawImage(canvas, -x, -y);
        return [...point.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    }"""
    return list(page.evaluate(read, [x, y]))


def mixed(opacity: float, grey: int = 180) -> Any:  # noqa: ANN401 - pytest's
    return pytest.approx([opacity * ink + (1 - opacity) * grey for ink in PALETTE], abs=2)


def test_a_picture_is_drawn_as_the_panel_says_and_downloaded_so(visit: Visit) -> None:
    with visit() as page:
        choose(page, picture())
        assert figure(page, "Size") == SIZE
        assert colour(page, 48, 24) == mixed(0.6)
        assert colour(page, 10, 24) == [0, 0, 0]
        page.fill("#opacity", "100")
        assert colour(page, 48, 24) == mixed(1)
        page.get_by_label("Head", exact=True).uncheck()
        assert colour(page, 48, 24) == [180, 180, 180]
        page.click("#all")
        page.select_option("#palette", "colour-blind")
        assert colour(page, 48, 24) == [255, 255, 255]
        page.check("#mirrored")
        assert colour(page, 10, 24) == [255, 255, 255]
        with page.expect_download() as download:
            page.click("#download")
        assert download.value.suggested_filename == "photo-mirror.png"
        saved = cv2.imread(str(download.value.path()))
        assert saved is not None
        assert saved.shape == (48, 64, 3)
        assert saved[24, 10].tolist() == [255, 255, 255]


def test_what_is_dropped_is_opened_whatever_the_browser_can_read(visit: Visit) -> None:
    with visit() as page:
        data = list(picture(ending=".bmp"))  # which the service does not know
        dropped = page.evaluate_handle(
            """(bytes) => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], "a.bmp", {type: "image/bmp"}));
                return transfer;
            }""",
            data,
        )
        page.click("#tab-camera")
        page.dispatch_event("#stage", "drop", {"dataTransfer": dropped})
        assert figure(page, "Size") == SIZE
        assert page.get_attribute("#tab-picture", "aria-selected") == "true"
        assert colour(page, 48, 24) == mixed(0.6)


def test_a_clip_is_parsed_played_and_downloaded(visit: Visit, tmp_path: Path) -> None:
    film = write_video(tmp_path / "in.mp4", 6).read_bytes()
    with visit() as page:
        page.click("#tab-clip")
        choose(page, film, "in.mp4", "video/mp4")
        assert figure(page, "Frames") == "6"
        wait = (
            "() => new Promise((done) => film.readyState ? done() : film.onloadedmetadata = done)"
        )
        page.evaluate(wait)
        assert page.evaluate("() => [film.videoWidth, film.error]") == [64, None]
        with page.expect_download() as download:
            page.click("#download")
        assert download.value.suggested_filename == "in-mirror.mp4"
        download.value.save_as(tmp_path / "out.mp4")
        assert len(numbers_in(tmp_path / "out.mp4")) == 6
        with page.expect_download() as download:
            page.click("#download-results")
        assert len(Path(download.value.path()).read_text().splitlines()) >= 7


def test_a_clip_that_is_cancelled_is_cancelled_in_the_service(
    visit: Visit, squares: Squares, address: str, tmp_path: Path
) -> None:
    film = write_video(tmp_path / "in.mp4", 6).read_bytes()
    squares.hold = True
    try:
        with visit() as page:
            with page.expect_response("**/v1/jobs?*") as answer:
                choose(page, film, "in.mp4", "video/mp4")
            id = answer.value.json()["id"]
            page.get_by_text("Parsing in.mp4").wait_for()
            with page.expect_response(f"**/v1/jobs/{id}") as answer:
                page.click("#job-cancel")
            assert answer.value.json()["state"] in ("cancelled", "cancelling")
            page.locator("#start").wait_for()
            assert page.is_hidden("#banner")
    finally:
        squares.hold = False
        squares.gate.open()
    job = f"{address}/v1/jobs/{id}"
    until(lambda: json.load(urllib.request.urlopen(job))["state"] == "cancelled")


def test_a_clip_that_is_chosen_before_the_parts_are_known_waits_for_them(
    visit: Visit, tmp_path: Path
) -> None:
    late: list[Any] = []
    with visit() as page:
        page.route("**/v1/parts", lambda route: late.append(route))
        page.reload()
        choose(page, write_video(tmp_path / "in.mp4", 6).read_bytes(), "in.mp4", "video/mp4")
        assert page.locator("#legend label").count() == 0
        late[0].continue_()
        assert figure(page, "Frames") == "6"


def test_a_clip_that_is_none_fails_with_words_for_it(visit: Visit) -> None:
    with visit() as page:
        choose(page, b"no film at all" * 100, "in.mp4", "video/mp4")
        page.locator("#banner").wait_for()
        assert "{" not in page.inner_text("#banner-text")
        page.locator("#start").wait_for()


def test_the_camera_is_shown_live_with_its_rate_until_it_is_stopped(
    visit: Visit, service: Service
) -> None:
    with visit() as page:
        page.click("#tab-camera")
        page.click("#start-button")
        page.locator("#fps", has_text=re.compile(r"[1-9]")).wait_for()
        assert re.fullmatch(r"\d+", page.inner_text("#latency"))
        assert figure(page, "Size") == "80 \u00d7 60"
        assert colour(page, 20, 30) == mixed(0.6, 255)  # mirrored, as mirrors are
        assert max(colour(page, 60, 30)) < 8
        page.click("#camera-button")
        page.locator("#headline").wait_for(state="hidden")
        until(lambda: service.streams.open == 0)
        assert page.evaluate("() => document.querySelectorAll('video').length") == 1


def test_the_camera_goes_on_when_a_service_that_was_away_for_a_while_is_back(visit: Visit) -> None:
    is_away = True

    def connect(socket: Any) -> None:  # noqa: ANN401
        if is_away:
            socket.close(code=1012)
        else:
            socket.connect_to_server()

    with visit() as page:
        page.clock.install()
        page.route_web_socket("**/v1/stream?*", connect)
        page.reload()
        page.click("#tab-camera")
        page.click("#start-button")
        page.get_by_text("The connection was lost; trying again").wait_for()
        for _ in range(20):
            page.clock.run_for(1_000)
            page.wait_for_timeout(20)  # the socket closes in real time
        assert page.is_visible("#headline")
        is_away = False
        page.clock.run_for(8_000)
        page.locator("#banner").wait_for(state="hidden")
        page.locator("#fps", has_text=re.compile(r"[1-9]")).wait_for()


def test_a_token_is_asked_for_and_kept_with_the_tab_alone(browser: Any, visit: Visit) -> None:  # noqa: ANN401
    service = service_with(Squares(), tokens=(Token(name="a", token=TOKEN),))
    with listening(make_app(service)) as port:
        with visit(f"http://127.0.0.1:{port}", "401") as page:
            page.fill("#token", "a-token-nobody-knows")
            page.keyboard.press("Enter")
            page.locator("#token-wrong").wait_for()
            page.fill("#token", TOKEN)
            page.keyboard.press("Enter")
            page.get_by_label("Head", exact=True).wait_for()
            assert page.evaluate("() => [localStorage.length, document.cookie]") == [0, ""]
            choose(page, picture())
            assert figure(page, "Size") == SIZE
            page.click("#tab-camera")
            page.click("#start-button")
            page.locator("#fps", has_text=re.compile(r"[1-9]")).wait_for()
            page.reload()
            page.get_by_label("Head", exact=True).wait_for()


def test_the_page_speaks_the_browsers_language_and_says_what_to_do(visit: Visit) -> None:
    with visit(complaints="422", locale="zh-CN", color_scheme="light") as page:
        assert page.inner_text("#tab-picture") == "图片"
        assert page.get_attribute("html", "lang") == "zh-Hans"
        page.get_by_label("左上臂").wait_for()
        choose(page, picture()[:60])
        page.locator("#banner").wait_for()
        assert page.inner_text("#banner-text").startswith("图片已损坏")
        light = page.evaluate("() => getComputedStyle(document.body).backgroundColor")
        assert light == "rgb(255, 255, 255)"


def test_a_service_that_is_away_is_said_to_be(visit: Visit) -> None:
    with visit(complaints="ERR_FAILED") as page:
        page.route("**/v1/parse?*", lambda route: route.abort())
        choose(page, picture())
        page.get_by_text("The service cannot be reached").wait_for()
        page.click("#banner-close")
        assert page.is_hidden("#banner")


def test_the_page_is_used_with_keys_alone(visit: Visit) -> None:
    with visit() as page:
        page.get_by_label("Head", exact=True).wait_for()
        page.keyboard.press("Tab")
        for name in ("clip", "camera", "watch", "picture"):
            page.keyboard.press("ArrowRight")
            assert page.evaluate("() => document.activeElement.id") == f"tab-{name}"
            assert page.get_attribute("body", "data-mode") == name
        reached = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            reached.add(page.evaluate("() => document.activeElement.id"))
        wanted = {"start-button", "all", "none", "opacity", "palette", "outlines", "choose"}
        assert wanted - reached == set()


def test_nothing_is_wider_than_a_phone(visit: Visit) -> None:
    with visit(viewport={"width": 390, "height": 844}) as page:
        choose(page, picture(), "a-name-that-is-longer-than-any-phone-is-wide" * 3 + ".png")
        assert figure(page, "Size") == SIZE
        assert page.evaluate("() => document.documentElement.scrollWidth") == 390
        page.locator("#download").scroll_into_view_if_needed()
        assert page.is_visible("#download")


class Lamp(ClosableSource):
    """A camera whose right half is bright."""

    is_live = True

    def __init__(self) -> None:
        self._is_closed = threading.Event()

    def __iter__(self) -> Iterator[Frame]:
        image = np.zeros((48, 64, 3), np.uint8)
        image[:, 32:] = 180
        while not self._is_closed.wait(0.02):
            yield Frame.from_bgr(image.copy(), time.monotonic())

    def close(self) -> None:
        self._is_closed.set()


@pytest.fixture
def watched(browser: Any) -> Iterator[str]:  # noqa: ANN401
    cameras = CameraSources({"door": "0"}, ("http://10.0.0.7/cams/",), lambda _: Lamp())
    with listening(make_app(service_with(Squares(), cameras=cameras))) as port:
        yield f"http://127.0.0.1:{port}"


def sees(page: Any) -> bool:  # noqa: ANN401
    """Whether the picture of a camera is there, with the parts drawn."""
    width = page.evaluate("document.getElementById('watched').naturalWidth")
    return bool(page.locator("#watched").is_visible() and width == 64)


def test_the_cameras_of_the_service_are_watched_added_and_removed(
    visit: Visit, watched: str
) -> None:
    with visit(watched, complaints="403") as page:
        page.click("#tab-watch")
        page.wait_for_selector("#cameras button:has-text('door'):has-text('live')")
        until(lambda: sees(page), 20.0)
        assert figure(page, "Size") == SIZE
        assert page.get_by_label("Remove door").count() == 0
        page.fill("#camera-name", "yard")
        page.fill("#camera-source", "http://10.0.0.9/else")
        page.click("#camera-form button")
        page.wait_for_selector("#banner:has-text('may not open this source')")
        page.fill("#camera-source", "http://10.0.0.7/cams/2")
        page.click("#camera-form button")
        page.wait_for_selector("#cameras [aria-pressed=true]:has-text('yard')")
        until(lambda: sees(page), 20.0)
        page.click("button[aria-label='Remove yard']")
        page.wait_for_selector("#cameras button:has-text('yard')", state="detached")
        page.wait_for_selector("#cameras [aria-pressed=true]:has-text('door')")
        page.click("#tab-picture")
        assert page.locator("#start-button").is_visible()
        assert page.locator("#legend").is_visible()


def test_cameras_are_said_in_chinese_and_that_there_are_none(visit: Visit) -> None:
    with visit(locale="zh-CN") as page:
        page.click("#tab-watch")
        page.wait_for_selector("#no-cameras")
        assert page.inner_text("#no-cameras") == "服务端没有摄像头。"
        assert page.locator("#camera-form").is_hidden()


def test_programmers_read_of_every_address_and_no_other_host_is_asked(
    visit: Visit, address: str
) -> None:
    with visit(f"{address}/docs") as page:
        page.wait_for_selector("details")
        entry = page.locator("details", has_text="/v1/parse").first
        entry.locator("summary").click()
        assert "X-Timeout-Ms" in entry.inner_text()
        assert "application/problem+json" in entry.inner_text()
        assert f"'{address}/v1/parse'" in entry.locator("pre").inner_text()
        said = page.locator("details pre").all_text_contents()
        for path, how in (
            ("/v1/jobs/{id}", "curl -H"),
            ("/metrics", "curl -H"),
            ("/v1/jobs/{id}/events", "curl -N "),
            ("/v1/jobs/{id}/result", "curl -o FILE "),
            ("/v1/cameras/{name}/snapshot.jpg", "curl -o FILE "),
        ):
            assert [line for line in said if line.startswith(how) and line.endswith(f"{path}'")]
        with urllib.request.urlopen(f"{address}/openapi.json") as answer:
            paths = json.load(answer)["paths"]
        assert page.locator("details").count() == sum(map(len, paths.values()))
    with visit(f"{address}/docs", locale="zh-CN") as page:
        page.wait_for_selector("details")
        assert "响应" in page.inner_html("#docs")
