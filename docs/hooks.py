"""Fills pages while MkDocs builds them: what ``mirror COMMAND --help`` prints is never copied."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

_HELP = re.compile(r"^<!-- help: ?(?P<command>[a-z ]*) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:  # noqa: ANN401  # MkDocs' own signature
    """Put a command's help where a page asks for it."""
    return _HELP.sub(lambda found: _help_of(found["command"].split()), markdown)


def _help_of(command: list[str]) -> str:
    env = {**os.environ, "COLUMNS": "90", "NO_COLOR": "1"}
    arguments = [sys.executable, "-m", "mirror", *command, "--help"]
    text = subprocess.run(arguments, env=env, check=True, capture_output=True, text=True).stdout
    return f"```text\n{text.rstrip()}\n```"
