from __future__ import annotations

import os
import sys
import unicodedata

import pytest
from rich.console import Console

from mirror.jobs.frame_progress import FrameProgress
from mirror.process.printable import cell, shown, title


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("squats [old].mp4", "squats [old].mp4"),
        ("深蹲 · é 👩‍🦰.mp4", "深蹲 · é 👩‍🦰.mp4"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("a\nb\rc\td", r"a\nb\rc\td"),
        ("\x9b2J\x7f", r"\x9b2J\x7f"),
        ("gpj.\u202e4pm", r"gpj.\u202e4pm"),
        (os.fsdecode(b"latin\xe9"), r"latin\xe9"),
        ("\ud800\u2028", r"\ud800\u2028"),
    ],
)
def test_what_a_terminal_would_obey_is_shown(text: str, said: str) -> None:
    assert shown(text) == said
    said.encode()


def test_no_control_character_is_left_and_no_letter_is_lost() -> None:
    for code in range(0x3000):
        unseen = unicodedata.category(chr(code)) in ("Cc", "Zl", "Zp", "Cs")
        assert (shown(chr(code)) != chr(code)) >= unseen, hex(code)
        assert shown(chr(code)).isprintable() or not unseen, hex(code)


def test_brackets_are_no_markup_in_tables(capsys: pytest.CaptureFixture[str]) -> None:
    Console().print(cell("a[red]b[/]"), title("[bold]"))
    assert capsys.readouterr().out == "a[red]b[/] [bold]\n"


def test_brackets_are_no_markup_in_a_bar_of_progress(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)  # a log gets no bar
    with FrameProgress("a[/b]\x1b[2J.mp4", 2) as progress:
        progress.show(1, 1.0)
    said = capsys.readouterr().err
    assert r"a[/b]\x1b[2J.mp4" in said
