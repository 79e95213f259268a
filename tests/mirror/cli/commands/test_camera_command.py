from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest
from doubles import until
from media import write_video

from mirror.cli.commands import camera
from mirror.cli.main import main


def test_without_a_screen_the_window_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PyQt5.QtWidgets", reason="PyQt5", exc_type=ImportError)
    monkeypatch.setattr("sys.platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    assert main([]) == 1
    told = capsys.readouterr().err
    assert told.startswith("mirror: there is no screen to open a window on")
    assert "mirror video clip.mp4" in told


def test_without_its_libraries_the_window_names_their_packages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("PyQt5.QtWidgets", reason="PyQt5", exc_type=ImportError)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setattr(camera, "library_loads", lambda name: name != "libxcb-icccm.so.4")
    assert main(["camera"]) == 1
    assert "apt-get install libxcb-icccm4" in capsys.readouterr().err


def test_without_qt_the_window_names_the_package(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "PyQt5", None)
    assert main(["camera"]) == 1
    assert "pip install 'smart-mirror[window]'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("parser", "part"), [("built-in", "torse"), ("m2fp", "glov"), ("m2fp-single", "skrit")]
)
def test_a_part_that_the_parser_does_not_have_is_told_before_a_window_opens(
    parser: str, part: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(camera, "check_window", lambda _: pytest.fail("it goes on"))
    assert main(["camera", "--parser", parser, "--effect", f"recolour:{part}=#ff0000"]) == 1
    assert part in capsys.readouterr().err


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent otherwise there")
@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)]
)
def test_ctrl_c_and_termination_end_the_window(tmp_path: Path, number: int, code: int) -> None:
    pytest.importorskip("PyQt5.QtWidgets", reason="PyQt5", exc_type=ImportError)
    film = write_video(tmp_path / "film.mp4", 10)
    surroundings = os.environ | {"XDG_CONFIG_HOME": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "mirror", "camera", str(film), "--parser", "none"]
    with subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE) as process:
        try:
            started = psutil.Process(process.pid)
            # the film is open: so is the window that shows it
            until(lambda: str(film) in [file.path for file in started.open_files()], 20.0)
            process.send_signal(number)
            assert process.wait(5.0) == code
        finally:
            process.kill()
