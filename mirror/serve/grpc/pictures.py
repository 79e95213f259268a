"""``Parse``: one picture in, what was found in it out."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from mirror.rendering.renderer import Renderer
from mirror.serve.answers import Picture, content_of, described
from mirror.serve.grpc.calls import Call
from mirror.serve.grpc.messages import parameters, result_of
from mirror.serve.grpc.v1 import service_pb2 as pb
from mirror.serve.problems import Problem
from mirror.serve.requests.pictures import PictureQuery, answer_picture
from mirror.serve.shared_parser import ParsedPicture, SharedParser
from mirror.serve.uploads import too_large

_OVERLAYS: dict[str, Picture] = {
    "jpeg": "overlay-jpeg",
    "png": "overlay-png",
    "webp": "overlay-webp",
}


class ParseParameters(PictureQuery):
    """What may be asked of one picture, and of its answer."""

    outputs: Annotated[
        list[Literal["results", "labels", "instances", "overlay"]], Field(min_length=1)
    ] = ["results"]  # noqa: RUF012 - pydantic copies it
    format: Literal["jpeg", "png", "webp"] = "jpeg"


async def parse(call: Call) -> None:
    """Answer with one picture parsed."""
    service = call.service
    with service.admission.admitted(call.caller.name, call.caller.at_most):
        request = await call.only(pb.ParseRequest)
        asked = parameters(ParseParameters, request, "image")
        if not request.image:
            raise Problem(422, "picture.missing", "The request has no picture.")
        if len(request.image) > service.bounds.picture_bytes:
            raise too_large(service.bounds.picture_bytes)
        async with service.parsers.using(asked.parser) as parser:
            renderer = asked.renderer(parser.parts)
            done = await answer_picture(
                service,
                parser,
                call.caller,
                request.image,
                lambda found: _response(parser, found, asked, renderer),
                thorough=asked.search == "thorough",
                begin_within_s=call.left_s,
            )
    response = done.answer
    response.timing.wait = 1e3 * done.wait_s
    response.timing.parse = 1e3 * done.parse_s
    response.timing.encode = 1e3 * done.encode_s
    await call.answer(response)


def _response(
    parser: SharedParser, found: ParsedPicture, asked: ParseParameters, renderer: Renderer
) -> pb.ParseResponse:
    made = pb.ParseResponse()
    if "results" in asked.outputs:
        made.result.CopyFrom(result_of(described(parser, found, asked.rle)))
    if "labels" in asked.outputs:
        made.labels = content_of(found, "labels", renderer)
    if "instances" in asked.outputs:
        made.instances = content_of(found, "instances", renderer)
    if "overlay" in asked.outputs:
        made.overlay = content_of(found, _OVERLAYS[asked.format], renderer)
    return made
