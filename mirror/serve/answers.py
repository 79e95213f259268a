"""What a parsed picture can be answered as, and how clients say which: the header ``Accept``."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from mirror.outputs.json_lines import frame_line
from mirror.rendering.cached_renderer import CachedRenderer
from mirror.rendering.renderer import Renderer
from mirror.serve.pictures import ImageFormat, encode, encode_ids
from mirror.serve.problems import Problem
from mirror.serve.shared_parser import ParsedPicture, SharedParser
from mirror.version import __version__

Picture = Literal["labels", "instances", "overlay-jpeg", "overlay-png", "overlay-webp"]
Form = Literal["json"] | Picture

LABELS, INSTANCES = "image/png; map=labels", "image/png; map=instances"
_TYPES: dict[Form, str] = {
    "json": "application/json",
    "labels": LABELS,
    "instances": INSTANCES,
    "overlay-jpeg": "image/jpeg",
    "overlay-png": "image/png",
    "overlay-webp": "image/webp",
}
_FORMS = {media_type: form for form, media_type in _TYPES.items()} | {
    "*/*": "json",
    "application/*": "json",
    "image/*": "overlay-jpeg",
}
MIXED = "multipart/mixed"
_OF_VIDEOS = ("frame", "pts", "time")  # what a line of results says and a picture has not


@dataclass(frozen=True, slots=True)
class Body:
    """An answer's body and its type."""

    content: bytes
    media_type: str


def forms_of(accept: str, parts: Iterable[str] = ()) -> tuple[tuple[Form, ...], bool]:
    """Return what is asked for, and whether as several parts of one answer.

    Args:
        accept: the header; an empty one is for JSON.
        parts: the forms of a multipart answer; empty for JSON and the overlay.

    Raises:
        Problem: nothing that is asked for can be had (406, 422).
    """
    for entry in _by_preference(accept or "*/*"):
        if entry == MIXED:
            chosen = tuple(_form(part) for part in parts) or ("json", "overlay-jpeg")
            return chosen, True
        if entry in _FORMS:
            return (_FORMS[entry],), False
    raise Problem(
        406, "answer.unknown", "An answer of none of these types can be given.",
        types=[*_TYPES.values(), MIXED],
    )  # fmt: skip


def answer_of(parser: SharedParser, picture: ParsedPicture, forms: tuple[Form, ...], mixed: bool,
              renderer: Renderer, rle: bool) -> Body:  # fmt: skip
    """Return a picture's parsing in the forms that are asked for.

    Args:
        parser: has parsed it.
        picture: what was found.
        forms: of the answer.
        mixed: whether they are parts of one answer.
        renderer: draws what was found.
        rle: whether JSON has masks, too.
    """
    once = CachedRenderer(renderer)  # effects remember: a picture drawn twice is two of them
    bodies = [_body(parser, picture, form, once, rle) for form in forms]
    return _together(bodies) if mixed else bodies[0]


def described(parser: SharedParser, picture: ParsedPicture, rle: bool) -> dict[str, Any]:
    """Return what was found, as in a line of results: people, areas, and masks where asked for."""
    line = frame_line(0, picture.frame, picture.parsing, parser.parts, rle)
    found = {name: value for name, value in line.items() if name not in _OF_VIDEOS}
    return {
        "parser": parser.name,
        "version": __version__,
        "size": [picture.frame.width, picture.frame.height],
        **found,
    }


def content_of(picture: ParsedPicture, form: Picture, renderer: Renderer) -> bytes:
    """Return a picture's file that shows a parsing."""
    match form:
        case "labels":
            return encode_ids(picture.parsing.labels)
        case "instances":
            return encode_ids(picture.parsing.instances)
    drawn = renderer.render(picture.frame, picture.parsing).bgr
    image_format: ImageFormat = form.removeprefix("overlay-")  # type: ignore[assignment]
    return encode(drawn, image_format)


def _body(
    parser: SharedParser, picture: ParsedPicture, form: Form, renderer: Renderer, rle: bool
) -> Body:
    if form == "json":
        content = json.dumps(described(parser, picture, rle), separators=(",", ":")).encode()
    else:
        content = content_of(picture, form, renderer)
    return Body(content, _TYPES[form])


def _together(bodies: list[Body]) -> Body:
    boundary = secrets.token_hex(16).encode()
    pieces = b"".join(
        b"--%b\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b\r\n"
        % (boundary, body.media_type.encode(), len(body.content), body.content)
        for body in bodies
    )
    return Body(pieces + b"--%b--\r\n" % boundary, f"{MIXED}; boundary={boundary.decode()}")


def _by_preference(accept: str) -> list[str]:
    """The media types of a header, the most wanted first, as ``type/subtype; map=name``."""
    entries = []
    for place, entry in enumerate(accept.split(",")):
        media_type, *parameters = (piece.strip().lower() for piece in entry.split(";"))
        weight, rest = 1.0, []
        for parameter in parameters:
            name, _, value = parameter.partition("=")
            if name.strip() == "q":
                weight = _number(value)
            else:
                rest.append(f"{name.strip()}={value.strip()}")
        if weight > 0:
            entries.append((-weight, place, "; ".join([media_type, *rest])))
    return [entry for *_, entry in sorted(entries)]


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0


def _form(name: str) -> Form:
    if name == "overlay":
        return "overlay-jpeg"
    if name not in _TYPES:
        raise Problem(
            422, "request.invalid", f"There is no part of an answer called so; there are: "
            f"{', '.join(_TYPES)}.", errors=[{"field": "query.parts"}],
        )  # fmt: skip
    return name
