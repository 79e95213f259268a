"""Answer other programs over HTTP and gRPC: pictures in, people and their parts out.

Listens on this machine alone unless told otherwise; any other address needs --token-file. Settings
may also come from variables such as MIRROR_SERVE_PORT. The page /docs describes every address; curl
--data-binary @photo.jpg http://127.0.0.1:8700/v1/parse tries one.
"""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from mirror.cli.flags import add_parser_flags, add_serve_flags, config_of
from mirror.jobs.composition import workers_for
from mirror.parsers.catalogue import find_parser
from mirror.process import terminal
from mirror.serve.assembly import check_exposure
from mirror.serve.server import Server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add where to listen, whom to answer, and what parses."""
    add_serve_flags(parser)
    parser.add_argument(
        "--insecure", action="store_true", help="answer everybody who can reach the address"
    )
    parser.add_argument("--quiet", action="store_true", help="do not say where it listens")
    add_parser_flags(parser)


def run(options: argparse.Namespace) -> int:
    """Serve until told to stop.

    Raises:
        ConfigError: others could reach it without a token.
    """
    if options.config is None and (path := os.environ.get("MIRROR_CONFIG")):
        options.config = Path(path)
    config = config_of(options, os.environ)
    check_exposure(config.serve, options.insecure)
    kind = find_parser(config.parser.name, config.parser)
    workers, threads = workers_for(kind, config.parser)
    server = Server(config, kind, workers, threads)
    if not options.quiet:
        terminal.show(
            f"{kind.name}, {workers} x {threads} thread{'s'[: threads != 1]}: open "
            f"{server.address} in a browser; programs find what there is at {server.address}/docs"
        )
    server.run()
    return 0
