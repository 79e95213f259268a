"""What the addresses of the service share: the parser, who is let in, and how large things are."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import Request

from mirror.serve.access import Access, Caller
from mirror.serve.admission import Admission
from mirror.serve.cameras.cameras import Cameras, CameraSources
from mirror.serve.jobs.runner import JobRunner
from mirror.serve.jobs.store import JobStore
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.metrics.recorder import Metrics
from mirror.serve.metrics.snapshot import Snapshot
from mirror.serve.shared_parser import SharedParser
from mirror.serve.stream.streams import Streams


@dataclass(frozen=True, slots=True)
class Bounds:
    """How large what clients send may be.

    Attributes:
        picture_bytes: of one picture's file.
        pixels: of one picture.
        room: requests that may be in the house at once.
        job_bytes: of the file that a job comes with.
    """

    picture_bytes: int = 20 << 20
    pixels: int = 40_000_000
    room: int = 64
    job_bytes: int = 2 << 30


_WATCHERS = 128  # of jobs, at once: each looks into the store several times a second


def watchers(most: int = _WATCHERS) -> Admission:
    """Return who may watch jobs: so many at once, and no client more than it leaves room for."""
    return Admission(most, most, shared=True)


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """One service; lies in the application's state as ``service``."""

    parsers: LoadedParsers
    admission: Admission
    access: Access
    bounds: Bounds
    store: JobStore
    runner: JobRunner
    streams: Streams = field(default_factory=Streams)
    watchers: Admission = field(default_factory=watchers)
    metrics: Metrics = field(default_factory=Metrics)
    camera_sources: CameraSources = field(default_factory=CameraSources)
    cameras: Cameras = field(init=False)

    @property
    def is_ready(self) -> bool:
        """Whether it answers, and lets somebody in."""
        return self.parser.is_warm and not self.parser.has_ended and not self.admission.is_draining

    @property
    def parser(self) -> SharedParser:
        """The parser of whoever asks for none by name."""
        return self.parsers.own

    def __post_init__(self) -> None:
        cameras = Cameras(self.parsers, self.metrics, self.camera_sources)
        object.__setattr__(self, "cameras", cameras)  # as dataclasses do themselves
        self.metrics.registry.register(
            Snapshot(self.parsers, self.admission, self.streams, self.store, cameras)
        )


# both wait for nothing, and are coroutines since FastAPI sends plain functions to a thread, one
# after the other: under load, each of these ways there and back takes milliseconds


async def service_of(request: Request) -> Service:
    """Return the service that a request is for; for FastAPI's ``Depends``."""
    return _service(request)


async def caller_of(request: Request) -> Caller:
    """Return who asks; for FastAPI's ``Depends``.

    Raises:
        Problem: a token is needed, and there is none that is known (401).
    """
    address = request.client.host if request.client else ""
    access = _service(request).access
    caller = access.caller(request.headers.get("authorization"), address)
    request.state.caller = caller.owner  # for the log
    return caller


def _service(request: Request) -> Service:
    service: Service = request.app.state.service
    return service
