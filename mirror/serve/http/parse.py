"""``POST /v1/parse``: one picture in, what was found in it out."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field

from mirror.serve.access import Caller
from mirror.serve.answers import INSTANCES, LABELS, MIXED, answer_of, forms_of
from mirror.serve.http.drawing import DrawingQuery
from mirror.serve.pictures import decode
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.uploads import read_picture, while_connected

router = APIRouter(prefix="/v1", tags=["pictures"])


class ParseQuery(DrawingQuery):
    """What may be asked of one picture."""

    search: Annotated[
        Literal["auto", "thorough"],
        Field(description="how people are searched for; thorough finds more and takes a second"),
    ] = "auto"
    rle: Annotated[bool, Field(description="add every part's mask to the JSON, as COCO's RLE")] = (
        False
    )
    parts: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="what a multipart answer has: json, labels, instances, overlay-jpeg",
        ),
    ]


_EXAMPLES: dict[int | str, dict[str, object]] = {
    200: {
        "description": "What was found, in the form that `Accept` asks for.",
        "content": {
            kind: {}
            for kind in ("application/json", "image/jpeg", "image/png", "image/webp", LABELS,
                         INSTANCES, MIXED)
        },
    },
}  # fmt: skip


@router.post("/parse", summary="Parse one picture", responses=_EXAMPLES, response_class=Response)
async def parse(
    request: Request,
    query: Annotated[ParseQuery, Query()],
    service: Annotated[Service, Depends(service_of)],
    caller: Annotated[Caller, Depends(caller_of)],
    timeout_ms: Annotated[int | None, Header(alias="X-Timeout-Ms", ge=1, le=600_000)] = None,
) -> Response:
    """Parse the picture of the body, or of a form's first file, and answer at once.

    `Accept` says how: `application/json`; `image/png; map=labels` or `map=instances`, whose grey
    values are ids; `image/jpeg`, `image/png` or `image/webp`, with the parts drawn; or
    `multipart/mixed`. `X-Timeout-Ms` says by when a worker must have begun.
    """
    parser = service.parser
    forms, mixed = forms_of(request.headers.get("accept", ""), query.parts)
    style = query.style(parser.parts)
    with service.admission.admitted(caller.name, caller.at_most):
        data = await read_picture(request, service.bounds.picture_bytes)
        image = await parser.beside(decode, data, service.bounds.pixels)
        found = await while_connected(
            request,
            parser.parse(
                image,
                caller.name,
                thorough=query.search == "thorough",
                begin_within_s=None if timeout_ms is None else timeout_ms / 1000,
            ),
        )
        service.admission.served(found.parse_s)
        began = time.monotonic()
        body = await parser.beside(answer_of, parser, found, forms, mixed, style, query.rle)
    encode_s = time.monotonic() - began
    service.metrics.parsed("picture", found.wait_s, found.parse_s, encode_s)
    timing = {"wait": found.wait_s, "parse": found.parse_s, "encode": encode_s}
    said = ", ".join(f"{name};dur={1e3 * seconds:.1f}" for name, seconds in timing.items())
    return Response(body.content, media_type=body.media_type, headers={"Server-Timing": said})
