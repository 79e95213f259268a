"""What the description of the service (OpenAPI) says besides what FastAPI finds out by itself."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict

from mirror.serve.problems import MEDIA_TYPE


class ProblemDetails(BaseModel):
    """What went wrong (RFC 9457)."""

    model_config = ConfigDict(extra="allow")

    type: str
    title: str
    status: int
    code: str
    detail: str
    request_id: str


_BODIES: set[type[BaseModel]] = set()  # filled as the modules of addresses are imported
_SCHEMAS = "#/components/schemas/"
_PROBLEM = {"content": {MEDIA_TYPE: {"schema": {"$ref": f"{_SCHEMAS}ProblemDetails"}}}}
PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "What is wrong with the request.", **_PROBLEM},
    "422": {"description": "What is wrong with the request, by its fields.", **_PROBLEM},
    "5XX": {"description": "Why the service cannot answer now.", **_PROBLEM},
}
_BINARY = {"type": "string", "format": "binary"}


def described(document: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas of what FastAPI does not know of, to which its document refers."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    kinds: list[type[BaseModel]] = [ProblemDetails, *_BODIES]
    for kind in sorted(kinds, key=lambda kind: kind.__name__):
        schema = kind.model_json_schema(ref_template=f"{_SCHEMAS}{{model}}")
        schemas.update(schema.pop("$defs", {}))
        schemas[kind.__name__] = schema
    return document


def json_body(kind: type[BaseModel]) -> dict[str, Any]:
    """Return, for ``openapi_extra``, a body of JSON, whose schema is added to the document."""
    _BODIES.add(kind)
    schema = {"$ref": f"{_SCHEMAS}{kind.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


def file_body(field: str, *media_types: str) -> dict[str, Any]:
    """Return, for ``openapi_extra``, a body that is a file, or a form with one.

    Args:
        field: what the form's field may be called; the service takes any.
        media_types: of the file.
    """
    form = {"type": "object", "properties": {field: _BINARY}, "required": [field]}
    content: dict[str, Any] = {media_type: {"schema": _BINARY} for media_type in media_types}
    content["multipart/form-data"] = {"schema": form}
    return {"requestBody": {"required": True, "content": content}}


def answers(about: str, *media_types: str, status: int = 200) -> dict[int | str, dict[str, Any]]:
    """Return, for ``responses``, an answer that is no JSON of a known form."""
    return {status: {"description": about, "content": {kind: {} for kind in media_types}}}
