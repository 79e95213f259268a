"""The settings as texts: ``configs/default.toml``, and the reference page of the docs."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from typing import Any

from mirror.core.schema import Described, fields_of
from mirror.core.settings import SECTIONS

_HEAD = """\
# Every setting with its default. A file given with --config may hold any of them; what it leaves
# out keeps the value here, and a flag on the command line counts more than both. Take such files
# only from people you trust: the parser's name may be that of code, which is then run.
#
# Made from mirror/core/settings/ by `python -m mirror.core.settings.reference`.
"""
_TABLE = "| setting | flag | what it can be | default | |\n|---|---|---|---|---|"


def as_toml() -> str:
    """Return a file of settings that says nothing but the defaults, with what each is for."""
    parts = [_HEAD]
    for section, schema in SECTIONS.items():
        parts.append(f"\n[{section}]  # {_plain(schema.__doc__)}\n")
        for field in fields_of(schema).values():
            parts += (f"# {line}\n" for line in textwrap.wrap(_sentence(field), 98))
            parts.append(f"{field.name} = {_toml(field.default)}\n")
    return "".join(parts)


def as_markdown() -> str:
    """Return a table of every section's settings."""
    return "\n\n".join(_section(name) for name in SECTIONS)


def _section(name: str) -> str:
    schema = SECTIONS[name]
    rows = "\n".join(_rows(name))
    return f"## {name}\n\n{schema.__doc__}\n\n{_TABLE}\n{rows}"


def _rows(section: str) -> Iterator[str]:
    for field in fields_of(SECTIONS[section]).values():
        flag = f"`{field.setting.flag}`" if field.setting.flag else ""
        cells = (
            f"`{section}.{field.name}`",
            flag,
            field.words(),
            f"`{_toml(field.default)}`",
            _sentence(field),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _sentence(field: Described) -> str:
    return f"{field.help}; {field.setting.more}" if field.setting.more else field.help


def _plain(text: str | None) -> str:
    return (text or "").partition(".")[0].lower()


def _toml(value: Any) -> str:  # noqa: ANN401  # whatever a default is
    return json.dumps(value)


if __name__ == "__main__":
    print(as_toml(), end="")
