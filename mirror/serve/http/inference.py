"""``/v2``: the Open Inference Protocol, so that clients of KServe and Triton work."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from mirror.serve.access import Caller
from mirror.serve.answers import described
from mirror.serve.http.description import answers, json_body
from mirror.serve.inference_protocol import (
    HEADER_LENGTH,
    INPUT,
    Inference,
    InferenceRequest,
    Tensor,
    answer_body,
    read_inference,
)
from mirror.serve.pictures import decode
from mirror.serve.problems import Problem, problem_of
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.shared_parser import ParsedPicture, SharedParser
from mirror.serve.uploads import ClientLeft, read_body, while_connected
from mirror.version import __version__

router = APIRouter(prefix="/v2", tags=["inference"])

_OUTPUTS = ("labels", "instances", "people")
_JSON_BYTES = 1 << 16  # of a request, besides its picture

Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]


@router.get("", summary="What is this server?")
async def server() -> dict[str, Any]:
    """Answer with the server's name and version."""
    return {
        "name": "smart-mirror",
        "version": __version__,
        "extensions": ["binary_tensor_data"],
    }


@router.get("/health/live", summary="Does it live?")
async def live() -> dict[str, bool]:
    """Answer for as long as the service runs."""
    return {"live": True}


@router.get("/health/ready", summary="Can it answer?")
async def ready(request: Request, service: Serving) -> dict[str, bool]:
    """Answer once the parser has answered, until the service is told to stop."""
    _check_ready(request, service)
    return {"ready": True}


@router.get("/models/{name}", summary="What does a model take and give?")
@router.get("/models/{name}/versions/1", include_in_schema=False)
async def model(name: str, service: Serving, _caller: Asking) -> dict[str, Any]:
    """Answer with the model's inputs and outputs."""
    _check_name(name, service)
    return {
        "name": name,
        "versions": ["1"],
        "platform": "smart-mirror",
        "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [1]}],
        "outputs": [
            {"name": "labels", "datatype": "UINT8", "shape": [1, -1, -1]},
            {"name": "instances", "datatype": "UINT16", "shape": [1, -1, -1]},
            {"name": "people", "datatype": "BYTES", "shape": [1]},
        ],
    }


@router.get("/models/{name}/ready", summary="Can a model answer?")
@router.get("/models/{name}/versions/1/ready", include_in_schema=False)
async def model_ready(name: str, request: Request, service: Serving) -> dict[str, Any]:
    """Answer once the parser has answered."""
    _check_name(name, service)
    _check_ready(request, service)
    return {"name": name, "ready": True}


@router.post(
    "/models/{name}/infer", summary="Parse one picture", response_class=Response,
    openapi_extra=json_body(InferenceRequest),
    responses=answers("Label map, instance map and people.", "application/json",
                      "application/octet-stream"),
)  # fmt: skip
@router.post("/models/{name}/versions/1/infer", include_in_schema=False)
async def infer(name: str, request: Request, service: Serving, caller: Asking) -> Response:
    """Parse a picture, and answer with label map, instance map and people."""
    return await _with_error(lambda: _infer(name, request, service, caller))


async def _infer(name: str, request: Request, service: Service, caller: Caller) -> Response:
    _check_name(name, service)
    with service.admission.admitted(caller.name, caller.at_most):
        async with service.parsers.using(name) as parser:
            most_bytes = service.bounds.picture_bytes * 4 // 3 + _JSON_BYTES  # base64
            body = await read_body(request, most_bytes)
            length = request.headers.get(HEADER_LENGTH)
            asked = await parser.beside(read_inference, body, length, _OUTPUTS)
            del body
            image = await parser.beside(decode, asked.picture, service.bounds.pixels)
            found = await while_connected(request, parser.parse(image, caller.name))
            service.admission.served(found.parse_s)
            content, length_of_json = await parser.beside(_answer, parser, found, asked)
    if length_of_json is None:
        return Response(content, media_type="application/json")
    headers = {HEADER_LENGTH: str(length_of_json)}
    return Response(content, media_type="application/octet-stream", headers=headers)


def _answer(
    parser: SharedParser, found: ParsedPicture, asked: Inference
) -> tuple[bytes, int | None]:
    tensors: dict[str, Tensor] = {}
    for name in asked.outputs:
        match name:
            case "labels":
                tensors[name] = found.parsing.labels
            case "instances":
                tensors[name] = found.parsing.instances.astype("uint16")
            case _:
                line = described(parser, found, rle=False)
                tensors[name] = json.dumps(line, separators=(",", ":")).encode()
    return answer_body(parser.name, asked.id, tensors, asked.outputs)


def _check_name(name: str, service: Service) -> None:
    if name not in service.parsers.names:
        raise _told(Problem(404, "model.not_found", "There is no such model."))


def _check_ready(request: Request, service: Service) -> None:
    if service.admission.is_draining or not request.app.state.is_warm:
        raise _told(Problem(503, "service.starting", "The model cannot answer at the moment."))


async def _with_error(answer: Callable[[], Awaitable[Response]]) -> Response:
    try:
        return await answer()
    except ClientLeft:
        raise
    except Exception as error:
        problem = problem_of(error)
        if problem.code == "service.failed":
            raise  # is logged, where it is answered
        raise _told(problem) from None


def _told(problem: Problem) -> Problem:
    """Add the member that the protocol's clients look at."""
    problem.fields["error"] = problem.detail
    return problem
