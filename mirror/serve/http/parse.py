"""``POST /v1/parse``: one picture in, what was found in it out."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import Field

from mirror.serve.access import Caller
from mirror.serve.answers import INSTANCES, LABELS, MIXED, answer_of, forms_of
from mirror.serve.http.description import answers, file_body
from mirror.serve.requests.pictures import PictureQuery, answer_picture
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.uploads import read_picture, while_connected

router = APIRouter(prefix="/v1", tags=["pictures"])


class ParseQuery(PictureQuery):
    """What may be asked of one picture, and of its answer."""

    parts: Annotated[
        list[str],
        Field(
            default_factory=list,
            description="what a multipart answer has: json, labels, instances, overlay-jpeg",
        ),
    ]


PICTURES = ("image/jpeg", "image/png", "image/webp")
_ANSWERS = answers(
    "What was found, in the form that `Accept` asks for.",
    "application/json", *PICTURES, LABELS, INSTANCES, MIXED,
)  # fmt: skip


@router.post(
    "/parse", summary="Parse one picture", responses=_ANSWERS, response_class=Response,
    openapi_extra=file_body("image", *PICTURES),
)  # fmt: skip
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
    forms, mixed = forms_of(request.headers.get("accept", ""), query.parts)
    with service.admission.admitted(caller.name, caller.at_most):
        async with service.parsers.using(query.parser) as parser:
            renderer = query.renderer(parser.parts)
            data = await read_picture(request, service.bounds.picture_bytes)
            done = await while_connected(
                request,
                answer_picture(
                    service,
                    parser,
                    caller,
                    data,
                    lambda found: answer_of(parser, found, forms, mixed, renderer, query.rle),
                    thorough=query.search == "thorough",
                    begin_within_s=None if timeout_ms is None else timeout_ms / 1000,
                ),
            )
    timing = {"wait": done.wait_s, "parse": done.parse_s, "encode": done.encode_s}
    said = ", ".join(f"{name};dur={1e3 * seconds:.1f}" for name, seconds in timing.items())
    body = done.answer
    return Response(body.content, media_type=body.media_type, headers={"Server-Timing": said})
