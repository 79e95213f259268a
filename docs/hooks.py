"""Fills pages while MkDocs builds them: help, settings and keys are not copied."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

_SETTINGS = "<!-- settings -->"
_RESULTS = "<!-- results -->"
_HELP = re.compile(r"^<!-- help: ?(?P<command>[a-z ]*) -->$", re.MULTILINE)


def on_page_markdown(markdown: str, **_: Any) -> str:  # noqa: ANN401  # MkDocs' own signature
    """Put a command's help, the settings and the keys of results where a page asks for them."""
    if _SETTINGS in markdown:
        from mirror.core.settings.reference import as_markdown

        markdown = markdown.replace(_SETTINGS, as_markdown())
    if _RESULTS in markdown:
        from mirror.outputs import results_schema

        markdown = markdown.replace(_RESULTS, results_schema.as_markdown())
    return _HELP.sub(lambda found: _help_of(found["command"].split()), markdown)


def _help_of(command: list[str]) -> str:
    env = {**os.environ, "COLUMNS": "90", "NO_COLOR": "1"}
    arguments = [sys.executable, "-m", "mirror", *command, "--help"]
    text = subprocess.run(arguments, env=env, check=True, capture_output=True, text=True).stdout
    return f"```text\n{text.rstrip()}\n```"
