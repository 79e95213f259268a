"""``/v1/cameras``: what the service watches, and what is seen there."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from mirror.serve.access import Caller
from mirror.serve.cameras.cameras import NAME
from mirror.serve.cameras.watched_camera import WatchedCamera
from mirror.serve.http.description import answers, json_body
from mirror.serve.problems import Problem
from mirror.serve.service import Service, caller_of, service_of
from mirror.serve.uploads import read_json

router = APIRouter(prefix="/v1/cameras", tags=["cameras"])

_PICTURE_WITHIN_S = 5.0
_LOOKS_S = 1.0  # between looks whether the service stops
_REPEATED_S = 5.0  # after which viewers get the last picture again, so that who left is noticed
_MOST_VIEWERS = 64  # of one camera
_BOUNDARY = "frame"

Serving = Annotated[Service, Depends(service_of)]
Asking = Annotated[Caller, Depends(caller_of)]


class NewCamera(BaseModel):
    """A camera that is to be watched."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(pattern=f"^{NAME}$", description="by which it is asked for")]
    source: Annotated[
        str, Field(max_length=1000, description="its index, device, or http or rtsp address")
    ]


@router.get("", summary="Which cameras are there?")
async def cameras(service: Serving, caller: Asking) -> dict[str, Any]:
    """Answer with every camera, its state and its figures."""
    seen = service.cameras.seen_by(caller.owner)
    return {
        "cameras": [_shown(service, camera) for camera in seen],
        "may_add": service.cameras.may_add,
    }


@router.post("", status_code=201, summary="Watch a camera", openapi_extra=json_body(NewCamera))
async def add(request: Request, service: Serving, caller: Asking) -> JSONResponse:
    """Open one of the sources that the service's settings allow."""
    new = await read_json(request, NewCamera)
    camera = service.cameras.add(new.name, new.source, caller.owner)
    return JSONResponse(_shown(service, camera), 201, {"Location": f"/v1/cameras/{camera.name}"})


@router.get("/{name}", summary="How is a camera?")
async def camera(name: str, service: Serving, caller: Asking) -> dict[str, Any]:
    """Answer with a camera's state and figures."""
    return _shown(service, service.cameras.get(name, caller.owner))


@router.delete("/{name}", status_code=204, summary="Watch a camera no more")
async def remove(name: str, service: Serving, caller: Asking) -> Response:
    """Close a camera that was opened by call; its viewers end."""
    await service.cameras.remove(name, caller.owner)
    return Response(status_code=204)


@router.get(
    "/{name}/snapshot.jpg", summary="What does it see now?", response_class=Response,
    responses=answers("A picture with the parts drawn.", "image/jpeg"),
)  # fmt: skip
async def snapshot(name: str, service: Serving, caller: Asking) -> Response:
    """Answer with a picture captured now, with the parts drawn."""
    found = service.cameras.get(name, caller.owner)
    with found.watching():
        found.look()
        last = found.newest.picture
        picture = await found.newest.after(-1 if last is None else last.number, _PICTURE_WITHIN_S)
    if picture is None:
        raise Problem(503, "camera.away", "The camera delivers nothing.", {"Retry-After": "5"})
    return Response(picture.data, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


@router.get(
    "/{name}/stream.mjpeg", summary="Look through a camera", response_class=Response,
    responses=answers("One picture after the other.", "multipart/x-mixed-replace"),
)  # fmt: skip
async def stream(name: str, service: Serving, caller: Asking) -> StreamingResponse:
    """Send the newest picture, with the parts drawn, as fast as the viewer takes them."""
    found = service.cameras.get(name, caller.owner)
    if found.viewers >= _MOST_VIEWERS:
        raise Problem(429, "camera.too_many_viewers", "Too many look already.",
                      {"Retry-After": "5"}, limit=_MOST_VIEWERS)  # fmt: skip
    return StreamingResponse(
        _parts(service, found),
        media_type=f"multipart/x-mixed-replace; boundary={_BOUNDARY}",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _parts(service: Service, camera: WatchedCamera) -> AsyncIterator[bytes]:
    number, quiet_s = -1, 0.0
    with camera.watching():
        while not (camera.newest.is_closed or service.admission.is_draining):
            picture = await camera.newest.after(number, _LOOKS_S)
            quiet_s = 0.0 if picture else quiet_s + _LOOKS_S
            if picture is None and quiet_s >= _REPEATED_S:
                picture, quiet_s = camera.newest.picture, 0.0
            if picture is not None:
                number = picture.number
                yield _part(picture.data)


def _part(jpeg: bytes) -> bytes:
    head = f"--{_BOUNDARY}\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
    return head.encode() + jpeg + b"\r\n"


def _shown(service: Service, camera: WatchedCamera) -> dict[str, Any]:
    """What clients see of a camera; its address only without what is secret in it."""
    address = f"/v1/cameras/{camera.name}"
    return {
        "name": camera.name,
        "source": camera.source,
        "fixed": service.cameras.is_fixed(camera.name),
        "state": camera.state,
        "error": camera.error,
        "size": camera.size,
        "fps": round(camera.fps, 2),
        "captured": camera.captured,
        "parsed": camera.parsed,
        "viewers": camera.viewers,
        "snapshot": f"{address}/snapshot.jpg",
        "stream": f"{address}/stream.mjpeg",
    }
