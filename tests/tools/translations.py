"""Keeps the window's catalogues up to date with its texts.

  python tests/tools/translations.py update      after texts were changed or translated
  python tests/tools/translations.py add de      begins another language

``update`` writes the template anew, takes what is new into every catalogue, leaves out what is said
no more, and compiles. What then has no words, or is marked as fuzzy, the tests name.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[2]
LOCALES = ROOT / "mirror" / "locale"
TEMPLATE = LOCALES / "mirror.pot"
# what is called with a text to be said -> the argument that it is
SAID_BY = {"say": None, "_say": None, "Sentence": None, "N_": None, "Command": (2,)}
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)  # the same words are the same file
_DATES = ('"POT-Creation-Date:', '"PO-Revision-Date:', '"Generated-By:')  # of no use beside Git


def template() -> Catalog:
    """Return every text that the window says, with the files that it stands in."""
    found = _empty()
    for path in sorted((ROOT / "mirror").rglob("*.py")):
        name = path.relative_to(ROOT).as_posix()
        if name.startswith(("mirror/live/", "mirror/window/")):
            for _, text, _, _ in extract_from_file("python", path, keywords=SAID_BY):
                found.add(text, locations=[(name, 0)])
    for text, name in _named():
        found.add(text, locations=[(name, 0)])
    return found


def _empty(language: str | None = None) -> Catalog:
    return Catalog(
        locale=language,
        header_comment="# Smart Mirror's window; CONTRIBUTING.md says how this is kept.",
        project="Smart Mirror",
        version="1",
        msgid_bugs_address="see CONTRIBUTING.md",
        last_translator="see the history",
        language_team="see CONTRIBUTING.md",
        charset="utf-8",
        fuzzy=False,
    )


def _named() -> Iterator[tuple[str, str]]:
    """What the window takes from elsewhere: names of parts, palettes and parsers."""
    from mirror.core.label_set import label_set
    from mirror.parsers.catalogue import NAMES

    for name in ("built-in", "cihp", "lip"):
        parts = label_set(name)
        for text in (*parts.names[1:], *parts.palettes):
            yield text, "configs/parts.toml"
    for text in NAMES:
        yield text, "mirror/parsers/catalogue.py"


def catalogues() -> dict[str, Path]:
    """Return each language's catalogue."""
    return {path.parents[1].name: path for path in sorted(LOCALES.glob("*/LC_MESSAGES/*.po"))}


def read(path: Path, language: str | None = None) -> Catalog:
    """Return what a catalogue holds."""
    with path.open("rb") as file:
        return read_po(file, locale=language)


def words_in(catalogue: Catalog) -> dict[str, str]:
    """Return the words for each text; empty where there are none."""
    return {str(message.id): str(message.string or "") for message in catalogue if message.id}


def text_of(catalogue: Catalog) -> str:
    """Return a catalogue as its file has it: by the texts, without dates and lines."""
    file = io.BytesIO()
    write_po(
        file, catalogue, width=99, sort_output=True, include_lineno=False, ignore_obsolete=True
    )
    lines = file.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(_DATES))


def compiled(catalogue: Catalog) -> bytes:
    """Return a catalogue as gettext reads it."""
    file = io.BytesIO()
    catalogue.creation_date = catalogue.revision_date = _NO_DATE
    write_mo(file, catalogue)
    return file.getvalue()


def update() -> None:
    """Bring every file up to date."""
    texts = template()
    TEMPLATE.write_text(text_of(texts))
    for language, path in catalogues().items():
        catalogue = read(path, language)
        catalogue.update(texts, no_fuzzy_matching=True)
        path.write_text(text_of(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(read(path, language)))


def add(language: str) -> None:
    """Begin another language."""
    path = LOCALES / language / "LC_MESSAGES" / "mirror.po"
    path.parent.mkdir(parents=True)
    path.write_text(text_of(_empty(language)))
    update()


if __name__ == "__main__":
    if sys.argv[1:2] == ["add"]:
        add(sys.argv[2])
    else:
        update()
