"""Mosec: worker processes with a model each, behind a server written in Rust."""

from __future__ import annotations

import os
import sys

from mosec import Server, Worker

from mirror.bench.serve.picture_work import make_work

_PARSER = "MIRROR_BENCH_PARSER"  # a worker is made in a process of its own, without arguments


class Parser(Worker):
    """Takes a picture's bytes as they are, and answers likewise."""

    resp_mime_type = "image/jpeg"

    def __init__(self) -> None:
        self._work = make_work(os.environ[_PARSER], 1)

    def deserialize(self, data: bytes) -> bytes:
        """Return the picture."""
        return data

    def forward(self, data: bytes) -> bytes:
        """Return it with its parts drawn."""
        return self._work(data)

    def serialize(self, data: bytes) -> bytes:
        """Return the answer."""
        return data


def main() -> None:
    """Serve on the port, with the workers and the parser, that the command line names."""
    port, workers, os.environ[_PARSER] = sys.argv[1:]
    # where Mosec looks; by itself it gives a request three seconds
    sys.argv[1:] = ["--address", "127.0.0.1", "--port", port, "--timeout", "600000"]
    sys.argv += ["--log-level", "error"]
    server = Server()
    server.append_worker(Parser, num=int(workers))
    server.run()


if __name__ == "__main__":
    main()
