"""The window's words in the user's language: gettext catalogues, keyed by English; no Qt.

``mirror/locale/LANGUAGE/LC_MESSAGES/mirror.po`` is what translators edit, ``mirror.mo`` beside it
what is read. CONTRIBUTING says how to add a language.
"""

from __future__ import annotations

import gettext
import locale
import os
from collections.abc import Mapping
from pathlib import Path

from mirror.live.readout import Say

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}  # as gettext names them, and they themselves
LOCALES = Path(__file__).parent.parent / "locale"
_WHERE_IT_STANDS = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")  # the first that is set counts


def speaker(language: str) -> Say:
    """Return what says a text in a language; what it has no words for, it says in English."""
    if language == "en":
        return lambda text: text
    words = gettext.translation("mirror", LOCALES, [language])
    return lambda text: words.gettext(text) if text else ""  # gettext's answer to "" is its header


def system_language(environment: Mapping[str, str] = os.environ) -> str:
    """Return the language that the system speaks, where the window does too; else English.

    As gettext does, it asks what the user wants, not which locales have been generated.
    """
    for variable in _WHERE_IT_STANDS:
        if wanted := environment.get(variable):
            found = (language_of(name) for name in wanted.split(":"))
            return next((language for language in found if language is not None), "en")
    return language_of(locale.getlocale()[0] or "") or "en"  # Windows says it otherwise


def language_of(name: str) -> str | None:
    """Return which of the window's languages a locale's name stands for; None where none.

    ``zh_CN.UTF-8``, ``zh-Hans``, ``zh`` and Windows' ``Chinese_China`` are all the one Chinese that
    there is; ``C`` and ``POSIX`` are English.
    """
    plain = name.partition(".")[0].partition("@")[0].replace("-", "_").lower()
    spoken = plain.partition("_")[0].partition(" ")[0]
    spoken = {"c": "en", "posix": "en", "english": "en", "chinese": "zh"}.get(spoken, spoken)
    alike = [language for language in LANGUAGES if language.partition("_")[0] == spoken]
    return next((one for one in alike if one.lower() == plain), alike[0] if alike else None)
