"""Texts as a terminal may show them: what a name holds cannot give it commands, nor get lost."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

# what moves the cursor, begins a command or turns the direction of writing; halves of characters,
# which stand for bytes of a name that are no text
_UNSEEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
_NAMED = {"\n": r"\n", "\r": r"\r", "\t": r"\t"}
_FIRST_BYTE, _LAST_BYTE = 0xDC80, 0xDCFF  # how Python keeps bytes of a name that are no text


def shown(text: object) -> str:
    """Return a text on one line, without anything that a terminal would obey instead of show."""
    return _UNSEEN.sub(lambda found: _escaped(found[0]), str(text))


def cell(text: object, style: str = "") -> Text:
    """Return a text for a table: rich takes what stands in brackets for markup elsewhere."""
    from rich.text import Text  # which a line on standard error does not need

    return Text(shown(text), style)


def title(text: object) -> Text:
    """Return a text for the title of a table."""
    return cell(text, "table.title")


def _escaped(character: str) -> str:
    code = ord(character)
    if _FIRST_BYTE <= code <= _LAST_BYTE:
        code -= 0xDC00
    return _NAMED.get(character) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
