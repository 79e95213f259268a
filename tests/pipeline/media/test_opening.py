"""A name is a name, whatever FFmpeg would read into it; and no address reaches a file."""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from media import level, number_in, numbers_in, sound_of, write_video

from mirror.cli.main import main
from mirror.live.sources.source_choice import choice_of, open_choice
from mirror.stream.inputs import Wanted, open_input, open_pipe
from pipeline.errors import SourceError
from pipeline.media.input_limits import InputLimits
from pipeline.media.opening import file_url, open_file
from pipeline.pipes import PipeReader
from pipeline.sources.network.address import plain_way, protocols_of
from pipeline.sources.network.url import NetworkCamera
from pipeline.sources.pictures import PictureFolder
from pipeline.sources.video import VideoFile

STRANGE = (  # each of which FFmpeg takes for something else than a name
    "14:05.mp4",
    "concat:a.mp4|b.mp4",
    "data:text.mp4",
    "pipe:0.mp4",
    "subfile,,start,0,end,9,,:x.mp4",
    "-.mp4",
    "two\nlines.mp4",
    "a%03d.mp4",
    os.fsdecode(b"latin\xe9.mp4"),
)


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Site:
    """Answers on loopback with a text of a test's, and keeps what was asked for."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.content = b""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                self.send_response(200)
                self.send_header("Content-Type", "application/octet-stream")
                self.send_header("Content-Length", str(len(site.content)))
                self.end_headers()
                with contextlib.suppress(OSError):
                    self.wfile.write(site.content)

            def log_message(self, format: str, *args: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]


@pytest.fixture
def site() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.server.serve_forever, args=(0.02,))
    thread.start()
    yield site
    site.server.shutdown()
    site.server.server_close()
    thread.join()


def test_a_picture_that_is_called_like_an_address_is_read_and_nothing_is_asked_for(
    in_folder: Path, site: Site
) -> None:
    cv2.imwrite("1.png", np.full((48, 64, 3), level(3), np.uint8))
    Path("1.png").rename(f"http:127.0.0.1:{site.port}.png")
    (frame,) = PictureFolder(Path())
    assert number_in(frame.picture) == 3
    assert site.asked == []


def test_pictures_are_files_of_their_own_whatever_pattern_their_names_are(in_folder: Path) -> None:
    for number, name in enumerate(["a%d.png", "a0.png", "a?.png", "a{0,1}.png"]):
        cv2.imwrite(name, np.full((48, 64, 3), level(number), np.uint8))
    assert [number_in(frame.picture) for frame in PictureFolder(Path())] == [1, 0, 2, 3]


@pytest.mark.parametrize("name", STRANGE)
def test_a_video_may_have_any_name(in_folder: Path, name: str) -> None:
    write_video(Path("plain.mp4"), 3)
    Path("plain.mp4").rename(name)
    assert [number_in(frame.picture) for frame in VideoFile(Path(name))] == [0, 1, 2]


def test_a_video_that_is_called_like_a_time_is_written_beside_itself(in_folder: Path) -> None:
    source = write_video(in_folder / "plain.mp4", 5, sound=True).rename(in_folder / "14:05.mp4")
    assert main(["video", "14:05.mp4", "--parser", "none", "--quiet"]) == 0
    assert sorted(path.name for path in in_folder.iterdir()) == ["14:05-mirror.mp4", "14:05.mp4"]
    target = in_folder / "14:05-mirror.mp4"
    with (in_folder / "plain.mp4").open("wb") as copy:
        copy.write(target.read_bytes())
    assert numbers_in(in_folder / "plain.mp4") == [0, 1, 2, 3, 4]
    target.rename("out.mp4")
    source.rename("in.mp4")
    assert len(sound_of(in_folder / "out.mp4")) == len(sound_of(in_folder / "in.mp4")) > 0


@pytest.mark.parametrize(
    ("name", "way"),
    [
        ("file:/films/a.mp4", "name the file itself: /films/a.mp4"),
        ("file:///films/a.mp4", "name the file itself: /films/a.mp4"),
        ("FILE:a.mp4", "name the file itself: a.mp4"),
        ("concat:a.ts|b.ts", "name one file; ffmpeg -f concat joins them"),
        ("subfile,,start,0,end,9,,:a.mp4", "name the whole file"),
        ("pipe:0", "leave it out: standard input is read then"),
        ("data:text/plain,x", "save the data to a file, and name that"),
        ("cache:http://127.0.0.1:9/a", "name the address itself: http://127.0.0.1:9/a"),
        ("gopher://host/a", "an address begins with http, https, rtsp, "),
    ],
)
@pytest.mark.parametrize(
    "opened",
    [lambda name: open_input(name, Wanted()), lambda name: open_choice(choice_of(name))],
    ids=["stream", "window"],
)
def test_what_only_ffmpeg_understands_is_refused_with_the_plain_way(
    opened: Callable[[str], object], name: str, way: str
) -> None:
    with pytest.raises(SourceError) as refused:
        opened(name)
    assert way in str(refused.value)
    assert "\n" not in str(refused.value)


def test_a_file_that_is_there_needs_no_other_way(in_folder: Path) -> None:
    write_video(Path("plain.mp4"), 2)
    Path("plain.mp4").rename("file:a.mp4")
    assert len(list(open_input("file:a.mp4", Wanted()))) == 2
    assert plain_way("14:05.mp4") is plain_way("clip.mp4") is plain_way("filed:a.mp4") is None


def test_an_address_may_begin_with_capitals(site: Site) -> None:
    with pytest.raises(SourceError, match="cannot be opened"):
        NetworkCamera(f"HTTP://127.0.0.1:{site.port}/a.mp4")
    assert "/a.mp4" in site.asked
    assert protocols_of("RTSP://host/a") == "rtsp,rtp,udp,tcp,tls"


def transport_stream(folder: Path) -> Path:
    """A file that any list of films could name, such as somebody's own."""
    return write_video(folder / "secret.ts", 5, rate=5)


PLAYLIST = "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:1,\n{url}\n#EXT-X-ENDLIST\n"
SESSION = "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n"


@pytest.mark.parametrize(
    "content",
    [
        PLAYLIST,
        PLAYLIST.replace("{url}", "crypto+{url}"),
        "ffconcat version 1.0\nfile '{url}'\n",
        SESSION + "a=rtpmap:96 H264/90000\n",
    ],
    ids=["playlist", "encrypted playlist", "list of films", "session"],
)
def test_what_the_network_sends_cannot_name_a_file(
    tmp_path: Path, site: Site, content: str
) -> None:
    secret = transport_stream(tmp_path)
    site.content = content.format(url=file_url(secret)).encode()
    with pytest.raises(SourceError, match=r"cannot be opened|carries no video"):
        list(NetworkCamera(f"http://127.0.0.1:{site.port}/list.m3u8"))
    assert site.asked


@pytest.mark.parametrize("content", [PLAYLIST, "ffconcat version 1.0\nfile '{url}'\n"])
@pytest.mark.parametrize("to_site", [False, True])
def test_what_comes_through_a_pipe_can_name_nothing(
    tmp_path: Path, site: Site, content: str, to_site: bool
) -> None:
    secret = transport_stream(tmp_path)
    url = f"http://127.0.0.1:{site.port}/a.ts" if to_site else file_url(secret)
    site.content = secret.read_bytes()
    (tmp_path / "list").write_text(content.format(url=url))
    with (tmp_path / "list").open("rb") as piped, pytest.raises(SourceError, match="no video"):
        open_pipe(PipeReader(piped.fileno()), Wanted(format="container"))
    assert site.asked == []


def test_a_list_of_films_on_disk_does_not_reach_the_network(tmp_path: Path, site: Site) -> None:
    site.content = transport_stream(tmp_path).read_bytes()
    listed = tmp_path / "list.m3u8"
    listed.write_text(PLAYLIST.format(url=f"http://127.0.0.1:{site.port}/a.ts"))
    with pytest.raises(SourceError):
        VideoFile(listed)
    assert site.asked == []


def test_a_list_of_films_that_names_itself_is_not_opened_where_it_may_name_nothing(
    tmp_path: Path,
) -> None:
    itself = tmp_path / "list.txt"
    itself.write_text("ffconcat version 1.0\nfile list.txt\n")
    with pytest.raises(av.error.ArgumentError):
        open_file(itself, InputLimits(stays=True))


@pytest.mark.parametrize("ending", ["mp4", "mkv", "mov", "avi", "ts"])
def test_films_that_name_nothing_are_opened_there(tmp_path: Path, ending: str) -> None:
    film = write_video(tmp_path / f"film.{ending}", 5, rate=5)
    with open_file(film, InputLimits(stays=True)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 5


def test_pipes_and_devices_that_are_called_like_pictures_are_not_waited_for(
    tmp_path: Path,
) -> None:
    os.mkfifo(tmp_path / "0.png")
    (tmp_path / "1.png").symlink_to("/dev/zero")
    cv2.imwrite(str(tmp_path / "2.png"), np.full((4, 6, 3), 9, np.uint8))
    assert len(list(PictureFolder(tmp_path))) == 1


def test_numbers_in_names_that_python_cannot_read_are_text(tmp_path: Path) -> None:
    for name in ("1²2.png", "1²10.png", "٣.png"):
        cv2.imwrite(str(tmp_path / "x.png"), np.full((4, 6, 3), 9, np.uint8))
        (tmp_path / "x.png").rename(tmp_path / name)
    assert len(list(PictureFolder(tmp_path))) == 3


def test_no_module_opens_media_by_itself() -> None:
    root = Path(__file__).parents[3]
    modules = [*(root / "mirror").rglob("*.py"), *(root / "pipeline").rglob("*.py")]
    opened = {module.name: module.read_text().split("av.open(")[1:] for module in modules}
    found = {
        name for name, calls in opened.items() if any(not c.startswith("os.devnull") for c in calls)
    }
    assert found == {"opening.py", "coded.py"}  # the latter into memory
