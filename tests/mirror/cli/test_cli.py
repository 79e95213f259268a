"""The command line as a user, or a script, meets it."""

import errno
import json
import os
import re
import signal
import subprocess
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from media import numbers_in, pts_of, sound_of, write_video

from mirror.cli.main import main
from mirror.core.label_set import label_set

PARTS = label_set("built-in")


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    return write_video(tmp_path / "clip.mp4", 12, sound=True)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    try:
        code = run(*arguments)
    except SystemExit as ended:  # argparse ends with 2 itself
        code = int(ended.code or 0)
    lines = capsys.readouterr().err.strip().splitlines()
    return code, lines[-1] if lines else ""


def test_a_video_comes_out_frame_by_frame_with_its_sound(clip: Path) -> None:
    assert run("video", clip, "--quiet") == 0
    out = clip.with_name("clip-mirror.mp4")
    assert numbers_in(out) == [n % 10 for n in range(12)]
    assert pts_of(out) == pts_of(clip)
    assert [packet for _, packet in sound_of(out)] == [packet for _, packet in sound_of(clip)]
    assert sorted(path.name for path in clip.parent.iterdir()) == ["clip-mirror.mp4", "clip.mp4"]


def test_the_table_goes_to_stdout_and_progress_to_stderr(
    clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    assert run("video", clip, "--parser", "none") == 0
    printed = capsys.readouterr().out
    assert "frames" in printed
    assert "clip-mirror.mp4" in printed


def test_quiet_prints_nothing(clip: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("video", clip, "--quiet", "--parser", "none") == 0
    assert tuple(capsys.readouterr()) == ("", "")


def test_masks_instances_results_and_statistics(tmp_path: Path) -> None:
    from fractions import Fraction

    from clip import man

    from pipeline.consumer import consuming
    from pipeline.frame import Frame
    from pipeline.sinks.video import VideoWriter
    from pipeline.sources import Footage

    clip = tmp_path / "man.mp4"
    footage = Footage(320, 240, Fraction(1, 15360), Fraction(30), None)
    with consuming(VideoWriter(clip, footage)) as writer:
        for number, image in enumerate(man(3)):
            frame = Frame.from_bgr(image.copy(), 0.0, number * 512, footage.time_base)
            writer.consume(frame)
    masks, results, stats = tmp_path / "masks", tmp_path / "poses.jsonl", tmp_path / "run.json"
    maps = tmp_path / "instances"
    flags = ("--masks", masks, "--instances", maps, "--results", results, "--rle", "--stats", stats)
    assert run("video", clip, "--quiet", *flags) == 0
    header, *lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert header["size"] == [240, 320]
    assert header["parts"]["1"] == "head"
    assert header["time_base"] == "1/15360"
    assert [line["pts"] for line in lines] == [0, 512, 1024]
    (person,) = lines[0]["people"]
    assert {"id", "instance", "score", "box", "landmarks", "angles"} == set(person)
    assert len(person["landmarks"]) == 33
    assert {"name", "x", "y", "score", "world"} == set(person["landmarks"][0])
    assert sorted(path.name for path in masks.iterdir()) == [
        "000000.png", "000001.png", "000002.png", "parts.json",
    ]  # fmt: skip
    labels = palette_indices(masks / "000001.png")
    areas = {name: int((labels == id).sum()) for id, name in enumerate(PARTS.names) if id}
    assert {name: area for name, area in areas.items() if area} == lines[1]["areas"]
    mask = pytest.importorskip("pycocotools.mask", reason="needs pycocotools: the extra coco")
    with warnings.catch_warnings(action="ignore"):  # its own business with numpy
        head = mask.decode(lines[1]["rle"]["head"])
    assert np.array_equal(head, labels == 1)
    described = json.loads((masks / "parts.json").read_text())
    assert described["parts"]["2"] == "torso"
    shown = cv2.imread(str(masks / "000001.png"))
    assert shown is not None
    blue, green, red = shown[labels == 2][0].tolist()
    assert f"#{red:02x}{green:02x}{blue:02x}" == described["palette"]["torso"]
    assert red != blue
    whose = cv2.imread(str(maps / "000001.png"), cv2.IMREAD_UNCHANGED)
    assert whose is not None
    assert whose.dtype == np.uint8
    assert np.array_equal(whose, (labels > 0) * lines[1]["people"][0]["instance"])
    values = json.loads((maps / "instances.json").read_text())["values"]
    assert values["0"] == "nobody"
    report = json.loads(stats.read_text())
    assert report["frames"] == 3
    assert report["people"] == 1
    assert set(report["stages"]) >= {
        "parse",
        "settle",
        "draw",
        "encode",
        "masks",
        "instances",
        "results",
    }


def palette_indices(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        picture = next(container.decode(video=0))
        assert picture.format.name == "pal8"
        return (
            picture.to_ndarray()[0]
            if isinstance(picture.to_ndarray(), tuple)
            else (
                np.frombuffer(memoryview(picture.planes[0]), np.uint8).reshape(picture.height, -1)[
                    :, : picture.width
                ]
            )
        )


def test_side_by_side_is_twice_as_wide(clip: Path, tmp_path: Path) -> None:
    out = tmp_path / "pair.mp4"
    assert run("video", clip, "-o", out, "--quiet", "--side-by-side", "--parser", "none") == 0
    with av.open(str(out)) as video:
        assert video.streams.video[0].width == 128


def test_a_folder_of_pictures_becomes_a_video_at_its_rate(tmp_path: Path) -> None:
    from media import picture_folder

    folder = picture_folder(tmp_path / "pictures")
    assert run("video", folder, "--fps", "12", "--quiet", "--parser", "none") == 0
    out = tmp_path / "pictures-mirror.mp4"
    assert len(numbers_in(out)) == 12
    assert float(pts_of(out)[6][0] * pts_of(out)[6][1]) == pytest.approx(0.5)


def test_limit_stops_early(clip: Path) -> None:
    assert run("video", clip, "--limit", "5", "--quiet", "--parser", "none") == 0
    assert len(numbers_in(clip.with_name("clip-mirror.mp4"))) == 5


def test_an_own_parser_runs_by_its_name(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.py").write_text(
        "import numpy as np\n"
        "def bright():\n"
        "    return lambda image: (image[:, :, 0] > 100).astype(np.uint8)\n"
        "bright.parts = ['background', 'bright']\n"
    )
    monkeypatch.chdir(tmp_path)
    monkeypatch.delitem(sys.modules, "mine", raising=False)  # another test's may be loaded
    results = tmp_path / "out.jsonl"
    code = run("video", clip, "--parser", "mine:bright", "--results", results, "--quiet")
    assert code == 0
    header, *lines = [json.loads(line) for line in results.read_text().splitlines()]
    assert header["parts"] == {"1": "bright"}
    assert [bool(line["areas"]) for line in lines[:6]] == [False] * 4 + [True] * 2


def broken(folder: Path) -> None:
    (folder / "broken.py").write_text(
        "def sometimes():\n"
        "    calls = []\n"
        "    def parse(image):\n"
        "        if 110 < image[0, 0, 0] < 130: raise RuntimeError('it is too grey')\n"
        "        return (image[:, :, 0] * 0)\n"
        "    return parse\n"
    )


def test_a_parser_that_fails_ends_the_run_with_its_own_words(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    broken(tmp_path)
    monkeypatch.chdir(tmp_path)
    code, said = refusal(capsys, "video", clip, "--parser", "broken:sometimes", "--quiet")
    assert code == 1
    assert "it is too grey" in said
    assert "while parsing frame" in said
    assert not clip.with_name("clip-mirror.mp4").exists()


def test_failures_can_be_skipped_and_are_counted(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken(tmp_path)
    monkeypatch.chdir(tmp_path)
    stats = tmp_path / "run.json"
    code = run(
        "video",
        clip,
        "--parser",
        "broken:sometimes",
        "--skip-failures",
        "--stats",
        stats,
        "--quiet",
    )
    assert code == 0
    assert json.loads(stats.read_text())["failed"] == 1
    assert len(numbers_in(clip.with_name("clip-mirror.mp4"))) == 12


@pytest.mark.parametrize(
    ("flags", "code", "said"),
    [
        (["--parser", "built-inn"], 1, "no parser is called 'built-inn'; did you mean built-in?"),
        (["--parts", "heads"], 1, "no part is called 'heads'; did you mean head?"),
        (["--palette", "vivd"], 1, "no palette is called 'vivd'; did you mean vivid?"),
        (["--codec", "h265x"], 1, "did you mean h265?"),
        (["--container", "mp5"], 1, "did you mean mp4?"),
        (["--opacity", "7"], 1, "overlay.opacity is 0 to 1, got 7.0"),
        (["--workers", "0"], 1, "parser.workers is a whole number from 1 to "),
        (["--workers", "many"], 2, "argument --workers"),
        (["--threads", "100000"], 1, "parser.threads is a whole number from 1 to "),
        (["--limit", "99999999999999999999"], 2, "is not a whole number from 1 on"),
        (["--fps", "0.0001"], 2, "0.0001 frames a second cannot be; try 25 (0.001 to 1000)"),
        (["--fps", "1e999999999"], 2, "1e999999999 is not a rate"),
        (["--fps", "nan"], 2, "nan is not a rate"),
        (["-o", ""], 2, "argument -o/--output: the name is empty"),
        (["--masks", ""], 2, "argument --masks: the name is empty"),
        (["--results", ""], 2, "argument --results: the name is empty"),
        (["--stats", ""], 2, "argument --stats: the name is empty"),
        (["--config", ""], 2, "argument --config: the name is empty"),
        (["--parser", ":"], 1, "':' names no function; --parser takes module:factory"),
        (["--parser", ".a:b"], 1, "'.a:b' names no function; --parser takes module:factory"),
        (["--limit", "-3"], 2, "-3 is not a whole number from 1 on"),
        (["--fps", "0"], 2, "0 frames a second cannot be; try 25"),
        (["--labels", "part"], 2, "did you mean parts?"),
        (["--config", "none.toml"], 1, "none.toml does not exist"),
        (["-o", "nowhere/out.mp4"], 1, "the folder nowhere does not exist; make it first"),
        (["-o", "out.xyz"], 1, "ends in .xyz, which names no container"),
        (["--preset", "quick"], 1, "no preset is called 'quick'"),
        (["--masks", "nowhere/masks"], 1, "the folder nowhere does not exist"),
    ],
)
def test_a_refusal_is_one_line_and_leaves_nothing(
    clip: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flags: Sequence[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    found_code, line = refusal(capsys, "video", clip, "--quiet", *flags)
    assert (found_code, said in line) == (code, True), line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["clip.mp4"]


def test_an_unknown_command_has_a_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    code, line = refusal(capsys, "vidoe")
    assert code == 2
    assert line.endswith("did you mean video? (see mirror --help)")


def test_what_exists_is_not_overwritten_unless_asked(
    clip: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = clip.with_name("clip-mirror.mp4")
    out.write_bytes(b"precious")
    code, line = refusal(capsys, "video", clip, "--quiet", "--parser", "none")
    assert (code, "or add --overwrite" in line) == (1, True)
    assert out.read_bytes() == b"precious"
    assert run("video", clip, "--quiet", "--parser", "none", "--overwrite") == 0
    assert len(numbers_in(out)) == 12


def test_too_many_workers_for_the_memory_say_how_many_fit(
    clip: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mirror.core.machine.free_memory_mb", lambda: 220)
    code, line = refusal(capsys, "video", clip, "--workers", "4", "--quiet")
    assert code == 1
    assert "use --workers" in line
    assert not clip.with_name("clip-mirror.mp4").exists()


def parts(folder: Path) -> list[Path]:
    return list(folder.glob("long-mirror.part-*.mp4"))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_ends_at_once_and_its_part_plays(
    tmp_path: Path, sent: signal.Signals
) -> None:
    clip = write_video(tmp_path / "long.mp4", 900)
    (tmp_path / "slow.py").write_text(
        "import time, pathlib\n"
        "def slow():\n"
        "    def parse(image):\n"
        "        time.sleep(0.005)\n"
        "        pathlib.Path('started').touch()\n"
        "        return image[:, :, 0] * 0\n"
        "    return parse\n"
    )
    command = [sys.executable, "-m", "mirror", "video", clip.name, "--parser", "slow:slow"]
    started = tmp_path / "started"
    with subprocess.Popen(
        [*command, "--quiet"], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env={**os.environ}
    ) as running:
        while not (started.exists() and any(p.stat().st_size > 5000 for p in parts(tmp_path))):
            assert running.poll() is None
        running.send_signal(sent)
        _, said = running.communicate(timeout=20)
    assert running.returncode == (130 if sent == signal.SIGINT else 143)
    assert len(said.strip().splitlines()) == 1
    (part,) = parts(tmp_path)
    assert f"{part.name}; to complete it: mirror video --salvage {part.name}" in said
    assert not (tmp_path / "long-mirror.mp4").exists()
    assert len(numbers_in(part)) > 10


def test_the_demo_writes_a_video_and_a_contact_sheet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("demo", "--into", tmp_path, "--parser", "none") == 0  # CI runs the whole of it
    assert len(pts_of(tmp_path / "mirror-demo.mp4")) == 198
    with av.open(str(tmp_path / "mirror-demo.png")) as sheet:
        picture = next(sheet.decode(video=0))
        assert picture.width > picture.height * 1.0
    printed = capsys.readouterr().out
    for word in ("parse", "p99", "people", "dropped", "none", "peak memory"):
        assert word in printed


def test_models_are_listed_and_verified(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("models", "list") == 0
    assert run("models", "verify") == 0
    printed = capsys.readouterr().out
    assert printed.count("pose_landmark_lite") == 2
    assert "checksum right" in printed


def test_debug_shows_where_an_error_arose(clip: Path) -> None:
    with pytest.raises(Exception, match="no parser is called"):
        run("video", clip, "--parser", "nope", "--debug")


@pytest.mark.parametrize(
    "arguments",
    [
        ("video", ""),
        ("camera", ""),
        ("stream", "--source", ""),
        ("stream", "--out", ""),
        ("stream", "--results", ""),
        ("demo", "--into", ""),
        ("bench", "--json", ""),
    ],
)
def test_an_empty_name_is_not_the_current_folder(
    capsys: pytest.CaptureFixture[str], arguments: Sequence[str]
) -> None:
    code, line = refusal(capsys, *arguments)
    assert code == 2
    assert ": the name is empty (see mirror " in line


def test_names_are_shown_as_they_are_and_obeyed_by_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    monkeypatch.setenv("FORCE_COLOR", "1")
    clip = write_video(tmp_path / "clip.mp4", 2).rename(tmp_path / "a[old]\x1b[2J\n.mp4")
    assert run("video", clip, "--parser", "none") == 0
    out, err = capsys.readouterr()
    assert "a[old]\\x1b[2J\\n.mp4 · none" in re.sub("\x1b\\[[0-9;]*m", "", out)
    assert "\x1b[2J" not in out + err
    assert run("video", clip, "--parser", "none") == 1
    out, err = capsys.readouterr()
    assert r"a[old]\x1b[2J\n-mirror.mp4 exists; name another file" in err
    assert err.count("\n") == 1
    code, line = refusal(capsys, "video", clip, "--fps", "\x1b[31m")
    assert (code, "\x1b" in line) == (2, False)


@pytest.mark.parametrize(("flag", "room"), [("--masks", 100), ("--results", 1000), ("-o", 1000)])
def test_a_full_disk_is_said_in_one_line_whatever_is_written(
    clip: Path, tmp_path: Path, flag: str, room: int
) -> None:
    resource = pytest.importorskip("resource", reason="needs Linux or macOS")

    def fill_up() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    command = [sys.executable, "-m", "mirror", "video", str(clip), "--parser", "none", "--quiet"]
    root = str(Path(__file__).parents[3])
    film = str(tmp_path / "out.mkv") if flag == "-o" else os.devnull  # which is never full
    more = () if flag == "-o" else (flag, str(tmp_path / "out"))
    done = subprocess.run(
        [*command, "-o", film, "--container", "mkv", *more],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        preexec_fn=fill_up,
        env={**os.environ, "PYTHONPATH": root, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert "File too large" in done.stderr
    assert "--debug" not in done.stderr


def test_what_the_system_says_of_a_file_is_no_fault_to_be_debugged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = Path.stat

    def stat(path: Path, *, follow_symlinks: bool = True) -> os.stat_result:
        if path.name == "images":  # as in a folder that may not be entered
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return looked(path, follow_symlinks=follow_symlinks)

    monkeypatch.setattr(Path, "stat", stat)
    assert run("eval", "person", tmp_path) == 1
    assert capsys.readouterr().err == f"mirror: {tmp_path / 'images'}: Permission denied\n"
