"""The window's catalogues: whole, up to date, and chosen as gettext chooses."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest
from error_sites import fields_of

from mirror.live.translations import LANGUAGES, LOCALES, language_of, speaker, system_language

pytest.importorskip("babel", reason="needs Babel: extra dev")

from translations import TEMPLATE, catalogues, read, template, text_of, words_in

CATALOGUES = catalogues()
HOW = "run python tests/tools/translations.py update"


def test_every_language_that_is_offered_has_its_catalogue() -> None:
    assert {"en", *CATALOGUES} == set(LANGUAGES)


def test_the_template_holds_every_text_that_the_window_says() -> None:
    texts = template()
    assert len(texts) > 200
    assert TEMPLATE.read_text() == text_of(texts), HOW


@pytest.mark.parametrize("language", CATALOGUES)
def test_a_catalogue_has_words_for_every_text_and_for_nothing_else(language: str) -> None:
    catalogue = read(CATALOGUES[language], language)
    words = words_in(catalogue)
    assert words.keys() == words_in(template()).keys(), HOW
    assert not catalogue.obsolete, HOW
    assert not [text for text in words if not words[text]], "these have no words"
    assert not [message.id for message in catalogue if message.fuzzy], "to be looked at"


@pytest.mark.parametrize("language", CATALOGUES)
def test_words_have_places_for_nothing_that_their_text_does_not_carry(language: str) -> None:
    for text, words in words_in(read(CATALOGUES[language], language)).items():
        assert fields_of(words) <= fields_of(text), text


@pytest.mark.parametrize("language", CATALOGUES)
def test_what_is_read_is_what_translators_see(language: str) -> None:
    kept = words_in(read(CATALOGUES[language]))
    with CATALOGUES[language].with_suffix(".mo").open("rb") as file:
        shipped = gettext.GNUTranslations(file)
    assert {text: shipped.gettext(text) for text in kept} == kept, HOW


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_ALL": "en_GB.UTF-8", "LANGUAGE": "zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "de:en:zh_CN"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}, "zh_CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "C.UTF-8"}, "en"),
    ],
)
def test_the_language_is_the_one_that_the_user_wants_whatever_locales_there_are(
    environment: dict[str, str], language: str
) -> None:
    assert system_language(environment) == language


@pytest.mark.parametrize(
    ("name", "language"),
    [
        *(("zh", "zh_CN"), ("zh-Hans", "zh_CN"), ("Chinese (Simplified)_China.936", "zh_CN")),
        *(("en_US.UTF-8@euro", "en"), ("POSIX", "en"), ("fr_FR", None), ("", None)),
    ],
)
def test_a_locales_name_is_understood_however_it_is_written(
    name: str, language: str | None
) -> None:
    assert language_of(name) == language


def test_nothing_is_said_where_there_is_nothing_to_say() -> None:
    assert [speaker(language)("") for language in LANGUAGES] == ["", ""]


def test_a_text_without_words_stays_english() -> None:
    assert speaker("zh_CN")("a parser of one's own") == "a parser of one's own"


def test_catalogues_lie_inside_the_package() -> None:
    assert Path("mirror/locale") == LOCALES.relative_to(LOCALES.parents[1])
