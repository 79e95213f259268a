"""The service for another ASGI server than its own, such as gunicorn: all it needs is variables.

gRPC, TLS and the end of streams belong to ``mirror serve``; here they are the server's business.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from fastapi import FastAPI

from mirror.core.settings import Config, ServeConfig, load
from mirror.jobs.composition import workers_for
from mirror.parsers.catalogue import find_parser
from mirror.serve.app import make_app
from mirror.serve.assembly import check_exposure, hosts_of, make_service
from mirror.serve.logs.output import logging_to


def settings(environ: Mapping[str, str]) -> Config:
    """Return the settings of the file that ``MIRROR_CONFIG`` names, and of variables.

    Raises:
        ConfigError: one of them is wrong, or others could reach the service without a token.
    """
    path = environ.get("MIRROR_CONFIG")
    config = load(Path(path) if path else None, None, environ)
    check_exposure(config.serve, insecure=False)
    return config


def application() -> FastAPI:
    """Return the application, as the process' variables describe it."""
    config = settings(os.environ)
    kind = find_parser(config.parser.name, config.parser)
    service = make_service(config, kind, *workers_for(kind, config.parser))
    return make_app(service, hosts_of(config.serve), lambda: _logging(config.serve))


@contextlib.asynccontextmanager
async def _logging(serve: ServeConfig) -> AsyncIterator[None]:
    with logging_to(sys.stderr, serve.log_format, serve.log_level):
        yield
