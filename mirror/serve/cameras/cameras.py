"""All cameras of a service: those of its settings, and those that clients have had opened."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from mirror.core.schema import ConfigError
from mirror.serve.cameras.allowed import is_allowed, is_source
from mirror.serve.cameras.newest import Newest
from mirror.serve.cameras.watched_camera import WatchedCamera
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.metrics.recorder import Metrics
from mirror.serve.problems import Problem
from pipeline.media.input_limits import InputLimits
from pipeline.sources import Source
from pipeline.sources.camera import Camera, device_of
from pipeline.sources.network.jpeg_camera import open_network

NAME = r"[A-Za-z0-9_-]{1,64}"
_MOST = 16
_STOPS_WITHIN_S = 6.0  # a read on the network returns after five at the latest
_LIMITS = InputLimits(stays=True)


def named_sources(entries: Sequence[str]) -> dict[str, str]:
    """Return name -> source of entries such as ``door=rtsp://10.0.0.5/main``.

    Raises:
        ConfigError: one is none, or two have a name.
    """
    found: dict[str, str] = {}
    for entry in entries:
        name, _, source = entry.partition("=")
        if not re.fullmatch(NAME, name) or not is_source(source) or name in found:
            raise ConfigError(
                "serve.camera_refused",
                "camera {name} is not NAME=SOURCE with a name of its own, and an index, a device "
                "or an http or rtsp address",
                name=name,
            )
        found[name] = source
    return found


def open_camera(source: str, limits: InputLimits = _LIMITS) -> Source:
    """Return a camera's frames.

    Raises:
        SourceError: it does not open.
    """
    device = device_of(source)
    return open_network(source, limits=limits) if device is None else Camera(device)


@dataclass(frozen=True, slots=True)
class CameraSources:
    """What cameras there are, and may be.

    Attributes:
        fixed: name -> source of those that are there from the beginning.
        allowed: what clients may have opened; see ``is_allowed``.
        open: opens one.
    """

    fixed: Mapping[str, str] = field(default_factory=dict)
    allowed: tuple[str, ...] = ()
    open: Callable[[str], Source] = open_camera


class Cameras:
    """Starts cameras and keeps them; for one event loop.

    Args:
        parsers: the service's own parses their frames.
        metrics: where those are counted.
        sources: which there are.
    """

    def __init__(self, parsers: LoadedParsers, metrics: Metrics, sources: CameraSources) -> None:
        self._parsers, self._metrics, self._open = parsers, metrics, sources.open
        self._sources, self._allowed = sources.fixed, sources.allowed
        self._cameras: dict[str, WatchedCamera] = {}
        self._lock = threading.Lock()  # figures are asked for on other threads

    @property
    def all(self) -> list[WatchedCamera]:
        """The cameras there are. Any thread may ask."""
        with self._lock:
            return list(self._cameras.values())

    @property
    def may_add(self) -> bool:
        """Whether clients may have any source opened."""
        return bool(self._allowed)

    def is_fixed(self, name: str) -> bool:
        """Whether a camera belongs to the settings, and is not to be removed."""
        return name in self._sources

    def start(self) -> None:
        """Start those of the settings; in the event loop."""
        for name, source in self._sources.items():
            self._start(name, source, "")

    def seen_by(self, owner: str) -> list[WatchedCamera]:
        """Return everybody's cameras, and an owner's own."""
        return [camera for camera in self.all if camera.owner in ("", owner)]

    def get(self, name: str, owner: str) -> WatchedCamera:
        """Return a camera.

        Raises:
            Problem: there is none that the owner may see (404).
        """
        for camera in self.seen_by(owner):
            if camera.name == name:
                return camera
        raise Problem(404, "camera.not_found", "There is no such camera.")

    def add(self, name: str, source: str, owner: str) -> WatchedCamera:
        """Have a camera opened for a client.

        Raises:
            Problem: clients may not have it opened (403), the name is taken (409), or there are too
                many (429).
        """
        if not is_allowed(source, self._allowed):
            raise Problem(403, "camera.not_allowed", "This source is not among those allowed.")
        if name in self._cameras:
            raise Problem(409, "camera.exists", "A camera of that name is there already.")
        if len(self._cameras) >= _MOST:
            raise Problem(429, "camera.too_many", "There are too many cameras.", limit=_MOST)
        return self._start(name, source, owner)

    async def remove(self, name: str, owner: str) -> None:
        """Close a camera that a client had opened, and free all of it.

        Raises:
            Problem: there is none (404), or it belongs to the settings (403).
        """
        camera = self.get(name, owner)
        if name in self._sources:
            raise Problem(403, "camera.fixed", "This camera belongs to the service's settings.")
        with self._lock:
            del self._cameras[name]
        camera.close()
        await asyncio.to_thread(camera.join, _STOPS_WITHIN_S)

    async def close(self) -> None:
        """Close all."""
        cameras = self.all
        for camera in cameras:
            camera.close()
        for camera in cameras:
            await asyncio.to_thread(camera.join, _STOPS_WITHIN_S)

    def _start(self, name: str, source: str, owner: str) -> WatchedCamera:
        camera = WatchedCamera(
            name, source, owner, lambda: self._open(source), self._parsers, self._metrics,
            Newest(asyncio.get_running_loop()),
        )  # fmt: skip
        with self._lock:
            self._cameras[name] = camera
        camera.start()
        return camera
