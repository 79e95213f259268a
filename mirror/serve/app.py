"""The application: addresses, errors and the parser's life, as ASGI servers run it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import Response
from starlette.exceptions import HTTPException

from mirror.process import service_manager, spare_memory
from mirror.serve.context import OnlyHosts, RequestContext
from mirror.serve.http import (
    cameras,
    health,
    inference,
    jobs,
    metrics,
    page,
    parse,
    parts,
    stream,
    tutorial,
)
from mirror.serve.http.description import PROBLEMS, described
from mirror.serve.logs import events
from mirror.serve.metrics.measured import Measured
from mirror.serve.problems import Problem, as_response
from mirror.serve.service import Service
from mirror.serve.uploads import ClientLeft
from mirror.version import __version__
from pipeline.errors import PipelineError

_WARMS_AGAIN_S = 5.0
_GIVES_BACK_S = 30.0
_CLIENT_LEFT = 499  # nginx's; it is for logs, nobody reads it


def make_app(
    service: Service,
    hosts: Sequence[str] = (),
    beside: Callable[[], AbstractAsyncContextManager[object]] = contextlib.nullcontext,
) -> FastAPI:
    """Return the application around a service, whose parser it starts and stops.

    Args:
        service: what it serves with.
        hosts: names by which it may be called; empty for any.
        beside: what else answers with the service, while it lives.
    """

    @contextlib.asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with (
            service.parsers,
            contextlib.closing(service.store),
            service.runner,
            contextlib.closing(service.streams),
        ):
            app.state.is_warm = False
            tasks = [
                asyncio.create_task(service.parsers.look_after()),
                asyncio.create_task(_warm_up(app, service)),
                asyncio.create_task(_give_memory_back()),
            ]
            service.cameras.start()
            try:
                async with beside():
                    yield
            finally:
                await service.cameras.close()
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    app = FastAPI(
        title="Smart Mirror",
        version=__version__,
        summary="People in pictures, coloured by body part.",
        lifespan=lifespan,
        docs_url=None,  # FastAPI's takes its scripts from elsewhere; ours is one of the pages
        redoc_url=None,
        responses=PROBLEMS,
    )
    describe = app.openapi
    app.openapi = lambda: described(describe())  # type: ignore[method-assign]
    app.state.service, app.state.tasks = service, tutorial.Tasks()
    app.include_router(parse.router)
    app.include_router(parts.router)
    app.include_router(jobs.router)
    app.include_router(stream.router)
    app.include_router(cameras.router)
    app.include_router(inference.router)
    app.include_router(health.router)
    app.include_router(metrics.router)
    app.include_router(tutorial.router)
    app.include_router(page.router)
    app.mount("/page", page.PageFiles(), "page")
    for kind in (Problem, PipelineError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _answer)
    app.add_exception_handler(ClientLeft, _left)
    app.add_middleware(OnlyHosts, hosts=hosts, is_open=not service.access.needs_token)
    app.add_middleware(RequestContext)
    app.add_middleware(Measured, metrics=service.metrics)
    return app


async def _warm_up(app: FastAPI, service: Service) -> None:
    while not service.parser.is_warm:
        try:
            await service.parser.warm_up()
        except Exception as error:  # such as a model that cannot be built; it is tried again
            events.failed("parser.ended", 503, error)
            await asyncio.sleep(_WARMS_AGAIN_S)
    events.told("ready", parser=service.parser.name, workers=service.parser.workers)
    app.state.is_warm = True
    service_manager.tell("READY=1")


async def _give_memory_back() -> None:
    while True:
        await asyncio.sleep(_GIVES_BACK_S)
        await asyncio.to_thread(spare_memory.give_back)


async def _answer(request: Request, error: Exception) -> Response:
    return as_response(request, error)


async def _left(_request: Request, _error: Exception) -> Response:
    return Response(status_code=_CLIENT_LEFT)
