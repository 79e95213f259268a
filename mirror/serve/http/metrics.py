"""``/metrics``: what Prometheus asks for."""

from __future__ import annotations

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Response
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from mirror.serve.access import Caller
from mirror.serve.http.description import answers
from mirror.serve.service import Service, caller_of, service_of

router = APIRouter(tags=["operation"])


@router.get(
    "/metrics", summary="How is it doing, in figures?", response_class=Response,
    responses=answers("Every figure.", CONTENT_TYPE_LATEST),
)  # fmt: skip
async def metrics(
    service: Annotated[Service, Depends(service_of)],
    _caller: Annotated[Caller, Depends(caller_of)],
) -> Response:
    """Answer with every figure, as Prometheus reads them."""
    # beside the event loop: the store may be on another machine
    text = await asyncio.to_thread(generate_latest, service.metrics.registry)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
