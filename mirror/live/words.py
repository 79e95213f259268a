"""The window's words in the user's language. English texts are the keys; no Qt."""

from __future__ import annotations

import locale
import tomllib

from mirror.core.resources import config_file
from mirror.live.readout import Say

LANGUAGES = {"en": "English", "zh": "简体中文"}
_ENGLISH = {  # keys that are not yet English
    "stage queue": "waiting to be taken",
    "stage prepare": "finding people",
    "stage wait": "waiting for a worker",
    "stage parse": "parsing",
    "stage reorder": "waiting for order",
    "stage settle": "steadying",
    "stage hold": "waiting to be drawn",
    "stage draw": "drawing",
    "stage show": "waiting for the screen",
}


def speaker(language: str) -> Say:
    """Return what says a text in a language; what it has no words for, it says in English."""
    with config_file("words.toml").open("rb") as file:
        kept = tomllib.load(file)
    words = _ENGLISH | kept["en"] | (kept.get(language, {}) if language != "en" else {})
    return lambda text: words.get(text, text)


def system_language() -> str:
    """Return the language that the system speaks, where the window does too; else English."""
    name = (locale.getlocale()[0] or "").lower()
    return "zh" if name.startswith(("zh", "chinese")) else "en"
