"""What the tests of the service share: a parser that waits when told to, and a running service."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import cv2
import numpy as np
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lanes import Gate

from mirror.core.label_set import LabelSet, label_set
from mirror.core.parsing import Parsing
from mirror.core.settings import ParserConfig
from mirror.serve.access import Access, Token
from mirror.serve.admission import Admission
from mirror.serve.app import make_app
from mirror.serve.cameras.cameras import CameraSources
from mirror.serve.connections import ImpatientProtocol
from mirror.serve.jobs.runner import JobRunner
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.jobs.store import JobStore
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.parser_choice import ParserChoice
from mirror.serve.service import Bounds, Service, watchers
from mirror.serve.shared_parser import SharedParser
from mirror.serve.stream.streams import Streams
from pipeline.frame import Frame

SLOW, FAILS = 200, 10  # the brightness of pictures that wait at the gate, and that cannot be parsed


class Squares:
    """A parser that takes a picture's bright half for a torso; some pictures make it wait, or fail.

    Attributes:
        gate: where it waits.
        begun: how many pictures workers have begun.
        hold: whether every picture waits at the gate.
    """

    name = "squares"
    worker_memory_mb = 1

    def __init__(self) -> None:
        self.parts: LabelSet = label_set("built-in")
        self.gate = Gate()
        self.begun = 0
        self.hold = False
        self._lock = threading.Lock()

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        return lambda frame: None

    def make_parse(self, threads: int) -> Callable[[Frame, None], Parsing]:
        return self._parse

    def make_settle(self) -> Callable[[Frame, None, Parsing], Parsing]:
        return lambda frame, plan, parsing: parsing

    def _parse(self, frame: Frame, plan: None) -> Parsing:
        with self._lock:
            self.begun += 1
        brightness = int(frame.bgr.max())
        if brightness == SLOW or self.hold:
            self.gate.pass_through()
        if brightness == FAILS:
            raise RuntimeError("the secret of /root/model.onnx")
        labels = np.where(frame.bgr[:, :, 0] > 100, np.uint8(1), np.uint8(0))
        return Parsing.undivided(labels)


def picture(brightness: int = 180, size: tuple[int, int] = (48, 64), ending: str = ".png") -> bytes:
    """A picture's file, whose right half is bright."""
    image = np.zeros((*size, 3), np.uint8)
    image[:, size[1] // 2 :] = brightness
    return bytes(cv2.imencode(ending, image)[1])


def service_with(
    kind: Any,  # noqa: ANN401
    room: int = 8,
    tokens: tuple[Token, ...] = (),
    store: JobStore | None = None,
    streams: Streams | None = None,
    cameras: CameraSources = CameraSources(),  # noqa: B008
    config: ParserConfig = ParserConfig(),  # noqa: B008
    choice: ParserChoice = ParserChoice(),  # noqa: B008
    most_watchers: int = 128,
) -> Service:
    parsers = LoadedParsers(SharedParser(kind, 1, 1, config), choice)
    bounds = Bounds(picture_bytes=100_000, pixels=10_000, job_bytes=1_000_000)
    store = store or SqliteStore()
    runner = JobRunner(store, parsers, grace_s=0.1)
    return Service(
        parsers, Admission(room, 1), Access(tokens), bounds, store, runner, streams or Streams(4),
        watchers=watchers(most_watchers), camera_sources=cameras,
    )  # fmt: skip


@contextlib.contextmanager
def served(kind: Any, **how: Any) -> Iterator[TestClient]:  # noqa: ANN401
    """A client of a service that is warm."""
    with TestClient(make_app(service_with(kind, **how)), raise_server_exceptions=False) as client:
        while client.get("/readyz").status_code != 200:
            pass
        yield client


@contextlib.contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """Serve on a port of this machine, as ``mirror serve`` does; yields the port."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(
            uvicorn.Config(
                app, http=ImpatientProtocol, log_config=None, access_log=False, ws_max_size=100_000,
                ws_per_message_deflate=False, timeout_graceful_shutdown=1,
            )
        )  # fmt: skip
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        try:
            while not getattr(app.state, "is_warm", False):
                time.sleep(0.005)
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join()
