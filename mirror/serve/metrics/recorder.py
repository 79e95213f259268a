"""What is counted as it happens: requests, frames, and how long things take."""

from __future__ import annotations

from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.process_collector import ProcessCollector

Kind = Literal["picture", "stream", "camera"]

_BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """One service's counters and histograms, in a registry of their own. Any thread may call it.

    Attributes:
        registry: what a scrape reads; includes this process's memory, CPU time and descriptors.
    """

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        self._requests = Counter(
            "mirror_http_requests", "Requests that were answered.", ("method", "route", "code"),
            registry=registry,
        )  # fmt: skip
        self._request_s = _histogram(
            "mirror_http_request_seconds", "From a request's head to its answer's end.",
            registry, "route",
        )  # fmt: skip
        self._calls = Counter(
            "mirror_grpc_calls", "Calls that have ended.", ("method", "code"), registry=registry
        )
        self._call_s = _histogram(
            "mirror_grpc_call_seconds", "From a call's head to its end.", registry, "method"
        )
        self._frames = Counter(
            "mirror_frames", "Frames that were parsed and answered.", ("kind",), registry=registry
        )
        self._dropped = Counter(
            "mirror_frames_dropped", "Frames that came and were not parsed.", ("kind", "reason"),
            registry=registry,
        )  # fmt: skip
        self._wait_s = _histogram(
            "mirror_queue_wait_seconds", "A frame's wait for a worker.", registry
        )
        self._parse_s = _histogram("mirror_parse_seconds", "A worker's time for a frame.", registry)
        self._encode_s = _histogram(
            "mirror_encode_seconds", "Making a frame's answer, such as its overlay.", registry
        )
        self._streams_closed = Counter(
            "mirror_streams_closed", "Streams that have ended.", ("code",), registry=registry
        )

    def answered(self, method: str, route: str, code: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: of HTTP.
            route: as it is declared, such as ``/v1/jobs/{id}``; an address may be anything.
            code: of HTTP.
            seconds: how long it took.
        """
        self._requests.labels(method, route, str(code)).inc()
        self._request_s.labels(route).observe(seconds)

    def called(self, method: str, code: str, seconds: float) -> None:
        """Count a call.

        Args:
            method: of the service, such as ``Parse``.
            code: of gRPC, such as ``OK``.
            seconds: how long it took.
        """
        self._calls.labels(method, code).inc()
        self._call_s.labels(method).observe(seconds)

    def parsed(self, kind: Kind, wait_s: float, parse_s: float, encode_s: float) -> None:
        """Count a frame that was answered."""
        self._frames.labels(kind).inc()
        self._wait_s.labels(kind).observe(wait_s)
        self._parse_s.labels(kind).observe(parse_s)
        self._encode_s.labels(kind).observe(encode_s)

    def dropped(self, kind: Kind, reason: str, frames: int = 1) -> None:
        """Count frames of which nothing became."""
        self._dropped.labels(kind, reason).inc(frames)

    def stream_closed(self, code: int) -> None:
        """Count a stream that has ended."""
        self._streams_closed.labels(str(code)).inc()


def _histogram(
    name: str, words: str, registry: CollectorRegistry, label: str = "kind"
) -> Histogram:
    return Histogram(name, words, (label,), buckets=_BUCKETS_S, registry=registry)
