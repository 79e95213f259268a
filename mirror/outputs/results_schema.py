"""The JSON Schema of what is written as JSON, and the reference page made from it."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter

from mirror.outputs import result_keys
from mirror.outputs.result_keys import Line, RunKeys

Schema = dict[str, Any]
KINDS = ("results", "stats")

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_TITLES = {
    "results": "One line of results, as --results and --out-format jsonl write them",
    "stats": "The figures of a run, as --stats writes them",
}
_TABLE = "| key | | what it is |\n|---|---|---|"
_ATTRIBUTE = re.compile(r"^(\w+): (.*(?:\n .*)*)", re.MULTILINE)


def schema_of(kind: str) -> Schema:
    """Return a JSON Schema, draft 2020-12.

    What is not in it may come in later versions, so it forbids no other keys.

    Args:
        kind: one of ``KINDS``: a line of ``results``, or the file that is ``stats``.
    """
    adapter: TypeAdapter[Any] = TypeAdapter(Line if kind == "results" else RunKeys)
    schema = adapter.json_schema(ref_template="#/$defs/{model}")
    for name, definition in schema.get("$defs", {}).items():
        _describe(definition, getattr(result_keys, name))
    if kind == "stats":
        _describe(schema, RunKeys)
    return {"$schema": _DIALECT, **schema, "title": _TITLES[kind]}


def as_markdown() -> str:
    """Return a table of keys for each kind of object, lines first."""
    definitions = schema_of("results")["$defs"]
    names = [name for name in vars(result_keys) if name in definitions]
    names.sort(key=lambda name: not name.endswith("Line"))
    return "\n\n".join(_section(name, definitions[name]) for name in names)


def _describe(definition: Schema, keys: type) -> None:
    """Give an object and its keys the words of the docstring."""
    words = inspect.getdoc(keys) or ""
    definition.pop("title", None)
    definition["description"] = words.partition("\n\n")[0].replace("\n", " ")
    described: dict[str, str] = {}
    for owner in (*keys.__dict__.get("__orig_bases__", ()), keys):
        described |= _attributes(inspect.getdoc(owner) or "")
    for key, value in definition["properties"].items():
        value.pop("title", None)
        value["description"] = described[key]


def _attributes(words: str) -> dict[str, str]:
    _, _, listed = words.partition("Attributes:\n")
    return {
        name: " ".join(text.split()) for name, text in _ATTRIBUTE.findall(inspect.cleandoc(listed))
    }


def _section(name: str, definition: Schema) -> str:
    rows = "\n".join(_rows(definition))
    return f"### {name}\n\n{definition['description']}\n\n{_TABLE}\n{rows}"


def _rows(definition: Schema) -> Iterator[str]:
    required = definition.get("required", ())
    for key, value in definition["properties"].items():
        shown = f"`{key}`" if key in required else f"`{key}`, optional"
        yield f"| {shown} | {_type_of(value)} | {value['description']} |"


def _type_of(value: Schema) -> str:
    """A type in words, such as "list of PersonKeys"."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in value:
        return " or ".join(_type_of(one) for one in value["anyOf"])
    if "const" in value or "enum" in value:
        return " or ".join(f"`{one}`" for one in value.get("enum", [value.get("const")]))
    if value["type"] == "array":
        return f"list of {_type_of(value['items'])}"
    if value["type"] == "object":
        return f"object of {_type_of(value['additionalProperties'])}"
    return str(value["type"])
