"""Whether the service lives, and whether it can answer: for whoever starts and watches it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request

from mirror.serve.problems import Problem
from mirror.serve.service import Service, service_of

router = APIRouter(tags=["operation"])


@router.get("/healthz", summary="Does it live?")
async def healthz() -> dict[str, str]:
    """Answer for as long as the service runs."""
    return {"status": "alive"}


@router.get("/readyz", summary="Can it answer?")
async def readyz(
    request: Request, service: Annotated[Service, Depends(service_of)]
) -> dict[str, str]:
    """Answer once the parser has answered, until the service is told to stop."""
    if service.admission.is_draining:
        raise Problem(503, "service.stopping", "The service is stopping.")
    if service.parser.has_ended:
        raise Problem(503, "parser.ended", "The parser has broken down.", {"Retry-After": "10"})
    if not request.app.state.is_warm:
        raise Problem(503, "service.starting", "The parser is being loaded.", {"Retry-After": "1"})
    return {"status": "ready", "parser": service.parser.name}
