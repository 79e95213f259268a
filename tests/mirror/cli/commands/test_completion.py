"""What a shell offers once it has read the script, asked of bash itself."""

from __future__ import annotations

import contextlib
import io
import json
import shlex
import shutil
import subprocess

import pytest

from mirror.cli.command_parser import COMMANDS
from mirror.cli.main import main

pytestmark = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")

# what a press of Tab does: the function that the script has registered is called, and answers
PRESS_TAB = """
COMP_WORDS=({words}); COMP_CWORD=$(({count} - 1)); COMPREPLY=()
$(complete -p mirror | sed 's/.*-F \\([^ ]*\\) .*/\\1/') mirror "${{COMP_WORDS[COMP_CWORD]}}"
printf '%s\\t' "${{COMPREPLY[@]}}"; echo
"""
TYPED = {
    "mirror do": ["doctor"],
    "mirror video clip.mp4 --opac": ["--opacity"],
    "mirror video --no-out": ["--no-outlines"],
    "mirror video clip.mp4 --labels pe": ["people"],
    "mirror stream --runtime open": ["openvino"],
    "mirror video --quality ba": ["balanced"],
    "mirror video --codec h26": ["h264", "h265"],
    "mirror video --palette co": ["colour-blind"],
    "mirror models down": ["download"],
    "mirror models download --fr": ["--from"],
    "mirror bench win": ["window"],
    "mirror completion z": ["zsh"],
    "mirror video squ": ["squats.mp4"],
    "mirror video squats.mp4 --masks squ": ["squats-masks"],
}


@pytest.fixture(scope="module")
def offered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What bash offers after each of some lines, in a folder with a clip and a folder."""
    folder = tmp_path_factory.mktemp("typed")
    (folder / "squats.mp4").touch()
    (folder / "squats-masks").mkdir()
    script = folder / "script"
    script.write_text(_script("bash"))
    program = f"source {shlex.quote(str(script))}\n"
    for line in [*TYPED, "mirror "]:
        words = line.split(" ")
        quoted = " ".join(map(shlex.quote, words))
        program += PRESS_TAB.format(words=quoted, count=len(words))
    done = subprocess.run(
        ["bash", "--norc", "-c", program], cwd=folder, capture_output=True, text=True, check=True
    )
    answers = [line.rstrip("\t").split("\t") for line in done.stdout.splitlines()]
    return dict(zip([*TYPED, "mirror "], answers, strict=True))


def _script(shell: str) -> str:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        assert main(["completion", shell]) == 0
    return out.getvalue()


@pytest.mark.parametrize("typed", TYPED)
def test_tab_offers_commands_options_names_and_files(
    offered: dict[str, list[str]], typed: str
) -> None:
    expected = TYPED[typed]
    if typed.endswith("video squ"):
        assert set(expected) <= set(offered[typed])  # a folder of pictures is one, too
    else:
        assert offered[typed] == expected, json.dumps(offered[typed])


def test_every_command_is_offered(offered: dict[str, list[str]]) -> None:
    assert set(COMMANDS) <= set(offered["mirror "])


@pytest.mark.parametrize(
    ("shell", "mark"),
    [("zsh", "#compdef mirror"), ("tcsh", "complete mirror"), ("fish", "complete -c mirror")],
)
def test_other_shells_have_a_script_of_their_own(shell: str, mark: str) -> None:
    assert mark in _script(shell)


def test_a_script_for_an_unknown_shell_is_refused(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["completion", "bsh"])
    assert "did you mean bash?" in capsys.readouterr().err
