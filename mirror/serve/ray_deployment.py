"""The service on Ray Serve: replicas of the parser behind the same addresses.

``configs/ray-serve.yaml`` names ``build``. A replica is the whole service: it lets in as many
requests as there is room for and answers others with 429 itself, so that Ray Serve is told to queue
nothing that a replica would refuse. Jobs of all replicas lie in one store, in Redis.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import Field

from mirror.core.schema import ConfigError, Schema, made
from mirror.core.settings import Config, load
from mirror.jobs.composition import workers_for
from mirror.parsers.catalogue import find_parser
from mirror.serve.app import make_app
from mirror.serve.assembly import make_service
from mirror.serve.service import Service

_BEYOND = 64  # requests over its room that a replica takes in, to refuse them
_LOOKS_EVERY_S = 0.05


class ReplicaUnhealthy(Exception):
    """A replica's parser has broken down: Ray Serve then starts another."""


class Arguments(Schema):
    """What ``args`` of an application in Ray Serve's configuration can say.

    Attributes:
        config: a file of settings, in the form of ``default.toml``, on every machine.
        settings: ``section.key`` of settings to their values, over those of the file.
        insecure: whether everybody who can reach the address is answered.
        min_replicas, max_replicas: how many there are, by the requests that are under way.
        target_requests: that are under way in a replica when there are enough of them.
        cpus: of each replica; None for its workers times their threads.
    """

    config: str | None = None
    settings: Annotated[dict[str, Any], Field(default_factory=dict)]
    insecure: bool = False
    min_replicas: Annotated[int, Field(ge=0)] = 1
    max_replicas: Annotated[int, Field(ge=1)] = 8
    target_requests: Annotated[float, Field(gt=0)] = 4.0
    cpus: Annotated[float | None, Field(gt=0)] = None


def build(args: Mapping[str, Any]) -> Any:  # noqa: ANN401  # Ray Serve has no types to rely on
    """Return the application that Ray Serve is to run.

    Raises:
        ConfigError: an argument or a setting is none that there can be, or tokens are missing.
        ModuleNotFoundError: Ray is not installed.
    """
    from ray import serve

    said = made(Arguments, {"settings": {}, **args})
    config = config_of(said)
    parser = config.parser
    workers = 1 if parser.workers == "auto" else parser.workers
    threads = 1 if parser.threads == "auto" else parser.threads
    deployment = serve.deployment(
        serve.ingress()(Replica),
        name="mirror",
        ray_actor_options={"num_cpus": said.cpus or workers * threads},
        max_ongoing_requests=config.serve.room + _BEYOND,
        health_check_period_s=5,
        graceful_shutdown_timeout_s=config.serve.grace_s,
        autoscaling_config={
            "min_replicas": said.min_replicas,
            "max_replicas": said.max_replicas,
            "target_ongoing_requests": said.target_requests,
        },
    )
    shares = parser.changed(workers=workers, threads=threads)
    return deployment.bind(config.changed(parser=shares))


def config_of(said: Arguments) -> Config:
    """Return the settings of a replica.

    Raises:
        ConfigError: one of them is none that there can be, or tokens are missing.
    """
    path = None if said.config is None else Path(said.config)
    # a proxy listens for it, wherever that is
    config = load(path, {**said.settings, "serve.host": "0.0.0.0"})
    if not config.serve.tokens and not said.insecure:
        raise ConfigError(
            "serve.no_tokens",
            "a service on a cluster can be reached by others: name a file of tokens in "
            "serve.tokens, or say insecure: true to answer everybody",
        )
    return config


class Replica:
    """One service with its own parser; Ray Serve makes it, asks it and ends it.

    Args:
        config: every setting.
    """

    def __init__(self, config: Config) -> None:
        kind = find_parser(config.parser.name, config.parser)
        self._service = make_service(config, kind, *workers_for(kind, config.parser))
        self._names = config.serve.names

    def __serve_build_asgi_app__(self) -> FastAPI:
        """Return the application; its life is the replica's."""
        return make_app(self._service, self._names, lambda: _once_warm(self._service))

    def check_health(self) -> None:
        """Answer Ray Serve, which asks now and then.

        Raises:
            ReplicaUnhealthy: the parser has broken down.
        """
        if self._service.parser.has_ended:
            raise ReplicaUnhealthy("the parser has broken down")


@contextlib.asynccontextmanager
async def _once_warm(service: Service) -> AsyncIterator[None]:
    """Take no request before the parser has answered once."""
    while not (service.parser.is_warm or service.parser.has_ended):
        await asyncio.sleep(_LOOKS_EVERY_S)
    yield
