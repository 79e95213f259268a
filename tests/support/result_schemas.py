"""What is written as JSON, held against its schema: every key must be in it."""

from __future__ import annotations

import copy
import functools
import json
from pathlib import Path
from typing import Any

import jsonschema

from mirror.outputs.results_schema import schema_of

Json = Any


@functools.cache
def strict_schema(kind: str) -> dict[str, Any]:
    """The schema, but with no other keys than those it names."""
    schema = copy.deepcopy(schema_of(kind))
    for definition in (schema, *schema["$defs"].values()):
        if "properties" in definition:
            definition["additionalProperties"] = False
    return schema


def check_lines(lines: list[Json]) -> None:
    """Raise where a line is none of those that the schema knows."""
    schema = strict_schema("results")
    for line in lines:
        # by its kind: "is none of four" would say nothing of what is wrong
        kinds = {"mirror": "HeaderLine", "frame": "FrameLine", "gap": "GapLine"}
        kind = next((kinds[key] for key in line if key in kinds), "SummaryLine")
        of_kind = {"$ref": f"#/$defs/{kind}", "$defs": schema["$defs"]}
        jsonschema.Draft202012Validator(of_kind).validate(line)
        jsonschema.Draft202012Validator(schema).validate(line)


def check_stats(figures: Json) -> None:
    """Raise where the figures of a run are not as the schema says."""
    jsonschema.Draft202012Validator(strict_schema("stats")).validate(figures)


def lines_in(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text().splitlines()]
