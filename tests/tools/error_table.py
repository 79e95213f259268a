"""Writes the reference's table of errors anew: ``python tests/tools/error_table.py``."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_type_hints

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT / "tests" / "support")]

from error_sites import ErrorSite, error_sites  # noqa: E402  # what is by its side

from mirror.core.errors import MirrorFields  # noqa: E402

PAGE = ROOT / "docs" / "reference" / "errors.md"
BEGIN = "<!-- table: python tests/tools/error_table.py -->\n"
_TYPES = {"Path": "path", "str": "text", "int": "whole number", "float": "number"}


def table() -> str:
    """Return the table: a line for each code, by its name."""
    lines = ["| code | fields | raised as | in English |", "|---|---|---|---|"]
    sites = {site.code: site for site in error_sites() if site.code is not None}
    return "\n".join([*lines, *(_line(sites[code]) for code in sorted(sites))]) + "\n"


def page() -> str:
    """Return the page with a table that is up to date."""
    before, _, _ = PAGE.read_text().partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}"


def _line(site: ErrorSite) -> str:
    fields = ", ".join(f"`{name}` {kind}" for name, kind in _typed(site))
    words = (site.words or "").replace("|", "\\|").replace("<", "&lt;")
    return f"| `{site.code}` | {fields} | `{site.kind}` | {words} |"


def _typed(site: ErrorSite) -> Iterator[tuple[str, str]]:
    hints = get_type_hints(MirrorFields)
    for name in sorted(site.fields):
        kind = getattr(hints[name], "__name__", str(hints[name]))
        parts = dict.fromkeys(_TYPES.get(part.strip(), part.strip()) for part in kind.split("|"))
        yield name, " or ".join(parts)


if __name__ == "__main__":
    PAGE.write_text(page())
