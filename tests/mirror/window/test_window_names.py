"""What a file is called is shown, whatever it looks like to Qt."""

from __future__ import annotations

import pytest

pytest.importorskip("PyQt5.QtWidgets", reason="the window needs PyQt5", exc_type=ImportError)
pytest.importorskip("pytestqt", reason="the window's tests need pytest-qt")

from PyQt5.QtCore import Qt
from PyQt5.QtGui import QTextDocument
from pytestqt.qtbot import QtBot

from mirror.window.layout.elided_label import ElidedLabel
from mirror.window.pages.start_page import StartPage
from mirror.window.plain_text import tip

NAME = "<img src='file:secret.png'>&amp;.mp4"


def test_a_title_that_looks_like_html_is_letters(qtbot: QtBot) -> None:
    title = ElidedLabel()
    qtbot.addWidget(title)
    title.tell(NAME)
    assert title.textFormat() == Qt.TextFormat.PlainText
    shown = QTextDocument()
    shown.setHtml(title.toolTip())
    assert shown.toPlainText() == NAME


@pytest.mark.parametrize("text", ["film.mp4", "a < b & c.mp4", "<b>bold</b>.mp4"])
def test_a_tool_tip_says_a_name_letter_by_letter(text: str) -> None:
    given = tip(text)
    if given != text:
        document = QTextDocument()
        document.setHtml(given)
        given = document.toPlainText()
    assert given == text


def test_the_page_without_a_picture_shows_what_was_wrong_letter_by_letter(qtbot: QtBot) -> None:
    page = StartPage(lambda text: text, lambda _: None, [("Open a video", lambda: None)])
    qtbot.addWidget(page)
    page.tell(NAME, f"{NAME} does not exist", "", [], wants_camera=False)
    assert page.title.textFormat() == page.problem.textFormat() == Qt.TextFormat.PlainText
