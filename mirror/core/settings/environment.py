"""Settings in environment variables, as containers and units are given them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any, get_origin

from mirror.core.schema import Schema, fields_of

PREFIX = "MIRROR_"


def of_environment(
    environ: Mapping[str, str], sections: Mapping[str, type[Schema]]
) -> dict[str, dict[str, object]]:
    """Return section -> key -> value of variables such as ``MIRROR_SERVE_PORT``.

    Keys need not exist, and values not be such as they can have; whoever merges them looks.

    Args:
        environ: the variables.
        sections: name -> schema of those that are looked for.
    """
    found: dict[str, dict[str, object]] = {section: {} for section in sections}
    for variable, text in environ.items():
        for section, schema in sections.items():
            start = f"{PREFIX}{section.upper()}_"
            if variable.startswith(start):
                key = variable.removeprefix(start).lower()
                found[section][key] = _value(schema, key, text)
    return found


def _value(schema: type[Schema], key: str, text: str) -> object:
    """A text as its key has it: commas between a list's entries, numbers as in TOML."""
    field = fields_of(schema).get(key)
    if field is None or field.kind is str or field.choices:
        return text
    if get_origin(field.kind) is tuple:
        return [entry.strip() for entry in text.split(",") if entry.strip()]
    try:
        value: Any = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
    return value
