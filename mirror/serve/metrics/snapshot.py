"""What is looked up when somebody asks: workers, lanes, jobs, and what is kept."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from mirror.serve.admission import Admission
from mirror.serve.cameras.cameras import Cameras
from mirror.serve.jobs.record import STATES
from mirror.serve.jobs.store import JobStore
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.stream.streams import Streams
from mirror.version import __version__

_CLASSES = ("interactive", "stream", "batch")


class Snapshot(Collector):
    """Says how a service is at the moment. A store that is away is said to be, and no more.

    Args:
        parsers, admission, streams, store, cameras: the service's.
    """

    def __init__(
        self,
        parsers: LoadedParsers,
        admission: Admission,
        streams: Streams,
        store: JobStore,
        cameras: Cameras,
    ) -> None:
        self._parsers, self._admission, self._cameras = parsers, admission, cameras
        self._streams, self._store = streams, store

    def collect(self) -> Iterator[Metric]:
        """Yield every figure."""
        yield InfoMetricFamily(
            "mirror", "What runs.", {"version": __version__, "parser": self._parsers.own.name}
        )
        yield from self._pools()
        yield _gauge("mirror_requests", "Requests that are being answered.", self._admission.inside)
        yield _gauge("mirror_requests_limit", "Requests that may be at once.", self._admission.room)
        yield _gauge("mirror_draining", "1 while nobody is let in.", self._admission.is_draining)
        yield _gauge("mirror_streams", "Streams that are open.", self._streams.open)
        yield _gauge("mirror_streams_limit", "Streams that may be at once.", self._streams.most)
        yield _gauge("mirror_threads", "Threads of the process.", threading.active_count())
        yield from self._watched()
        yield from self._jobs()

    def _watched(self) -> Iterator[Metric]:
        label = ("camera",)
        up = GaugeMetricFamily("mirror_camera_up", "1 while it delivers.", labels=label)
        fps = GaugeMetricFamily("mirror_camera_fps", "Frames a second it delivers.", labels=label)
        viewers = GaugeMetricFamily("mirror_camera_viewers", "Who looks through it.", labels=label)
        captured = CounterMetricFamily(
            "mirror_camera_frames", "Frames that it delivered.", labels=label
        )
        for camera in self._cameras.all:
            up.add_metric((camera.name,), camera.state == "running")
            fps.add_metric((camera.name,), camera.fps)
            viewers.add_metric((camera.name,), camera.viewers)
            captured.add_metric((camera.name,), camera.captured)
        yield from (up, fps, viewers, captured)

    def _pools(self) -> Iterator[Metric]:
        label = ("parser",)
        workers = GaugeMetricFamily("mirror_workers", "Workers that parse.", labels=label)
        busy = GaugeMetricFamily("mirror_workers_busy", "Workers that parse now.", labels=label)
        restarted = CounterMetricFamily(
            "mirror_workers_restarted", "Workers that replaced a lost one.", labels=label
        )
        queued = GaugeMetricFamily(
            "mirror_queue_length", "Frames that wait for a worker.", labels=label
        )
        taken = CounterMetricFamily(
            "mirror_frames_begun", "Frames that workers have begun.", labels=label
        )
        memory = GaugeMetricFamily(
            "mirror_parser_bytes", "What a loaded parser's models take, about.", labels=label
        )
        lanes = GaugeMetricFamily("mirror_lanes", "Open lanes.", labels=("parser", "service"))
        for loaded in self._parsers.loaded:
            name, pool = [loaded.name], loaded.parser.statistics()
            workers.add_metric(name, pool.workers)
            busy.add_metric(name, pool.busy)
            restarted.add_metric(name, pool.restarted)
            queued.add_metric(name, pool.queued)
            taken.add_metric(name, pool.taken)
            memory.add_metric(name, loaded.megabytes << 20)
            classes = Counter(lane.service for lane in pool.lanes)
            for service in _CLASSES:
                lanes.add_metric([loaded.name, service], classes[service])
        yield from (workers, busy, restarted, queued, taken, memory, lanes, self._changes())

    def _changes(self) -> Metric:
        changes = CounterMetricFamily(
            "mirror_parser_changes", "Parsers loaded, failed or dropped.",
            labels=("parser", "what"),
        )  # fmt: skip
        for (name, what), times in sorted(self._parsers.counts().items()):
            changes.add_metric([name, what], times)
        return changes

    def _jobs(self) -> Iterator[Metric]:
        try:
            counts, size = self._store.counts(), self._store.size()
        except Exception:  # the stores' libraries have no common root
            yield _gauge("mirror_store_up", "Whether the store of jobs answers.", 0)
            return
        yield _gauge("mirror_store_up", "Whether the store of jobs answers.", 1)
        yield _gauge("mirror_store_bytes", "Inputs and results that are kept.", size)
        jobs = GaugeMetricFamily("mirror_jobs", "Jobs that are known.", labels=("state",))
        for state in STATES:
            jobs.add_metric((state,), counts.get(state, 0))
        yield jobs


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(name, words, value)


def _count(name: str, words: str, value: float) -> Metric:
    return CounterMetricFamily(name, words, value)
