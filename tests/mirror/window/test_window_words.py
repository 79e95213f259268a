"""Whatever the window says, translators have seen."""

from __future__ import annotations

import pytest
from doubles import HandFed

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")
pytest.importorskip("babel", reason="needs Babel: extra dev")

from translations import template, words_in
from windows import CAMERA, Open

from mirror.live.readout import Say
from mirror.live.translations import LANGUAGES
from mirror.window.panel.source_page import RUNTIMES


def test_every_text_of_the_window_is_in_the_catalogues(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = set[str]()

    def speaker(language: str) -> Say:
        return lambda text: said.add(text) or text  # type: ignore[func-returns-value]

    monkeypatch.setattr("mirror.window.main_window.speaker", speaker)
    window = opened(HandFed())
    window.toggle_panel()
    window.watch(CAMERA)
    window.show_keys()
    window.refresh()
    assert len(said) > 120
    names = {*LANGUAGES.values(), *RUNTIMES, "background", ""}  # the same in every language
    assert said <= words_in(template()).keys() | names
