"""A service as its settings describe it, whatever runs it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from mirror.core.schema import ConfigError
from mirror.core.settings import Config, ServeConfig
from mirror.jobs.composition import limits_of
from mirror.parsers.catalogue import AnyKind
from mirror.serve.access import Access, is_loopback, read_tokens
from mirror.serve.admission import Admission
from mirror.serve.cameras.cameras import CameraSources, named_sources
from mirror.serve.jobs.runner import JobRunner
from mirror.serve.jobs.sqlite_store import SqliteStore
from mirror.serve.jobs.store import JobStore, Keeping
from mirror.serve.loaded_parsers import LoadedParsers
from mirror.serve.parser_choice import ParserChoice, check_names
from mirror.serve.service import Bounds, Service
from mirror.serve.shared_parser import SharedParser
from mirror.serve.stream.streams import Streams
from pipeline.media.input_limits import MEGA


def make_service(config: Config, kind: AnyKind, workers: int, threads: int) -> Service:
    """Return a service; its store is open.

    Args:
        config: every setting.
        kind: the parser.
        workers: threads that parse.
        threads: threads that each of them computes with.

    Raises:
        ConfigError: a file that it needs cannot be read, or a setting is none.
    """
    serve = config.serve
    admission = Admission(serve.room, workers)
    choice = ParserChoice(
        check_names(serve.parsers),
        round(serve.parsers_megabytes),
        serve.parsers_idle_s,
        config.parser,
    )
    parsers = LoadedParsers(SharedParser(kind, workers, threads, config.parser), choice)
    tokens = read_tokens(Path(serve.tokens)) if serve.tokens else ()
    bounds = Bounds(
        picture_bytes=round(serve.max_upload_megabytes * (1 << 20)),
        pixels=round(config.input.max_megapixels * MEGA),
        job_bytes=round(serve.max_job_megabytes * (1 << 20)),
    )
    keeping = Keeping(results_s=serve.keep_s, most_bytes=round(serve.store_megabytes * (1 << 20)))
    cameras = CameraSources(named_sources(serve.cameras), serve.camera_sources)
    store = open_store(serve.store, keeping)
    limits = replace(limits_of(config.input), stays=True)  # clients choose what is in their films
    runner = JobRunner(store, parsers, serve.jobs, serve.grace_s, serve.lease_s, limits=limits)
    streams = Streams(serve.streams)
    return Service(
        parsers, admission, Access(tokens), bounds, store, runner, streams,
        camera_sources=cameras,
    )  # fmt: skip


def open_store(where: str, keeping: Keeping) -> JobStore:
    """Return the store that a setting names: a file, ``redis://...``, or one for the meantime.

    Raises:
        ConfigError: it cannot be used.
    """
    try:
        if where.startswith(("redis://", "rediss://", "unix://")):
            from mirror.serve.jobs.redis_store import RedisStore

            return RedisStore(where, keeping)
        return SqliteStore(Path(where) if where else None, keeping)
    except ImportError as error:
        raise ConfigError(
            "serve.redis_missing", "a store in Redis needs {package}", package="redis"
        ) from error
    except Exception as error:  # the libraries' errors have no common root
        raise ConfigError(
            "serve.store_refused", "the store cannot be used: {reason}", reason=str(error)
        ) from error


def hosts_of(serve: ServeConfig) -> tuple[str, ...]:
    """Return the names that requests may call the service by; none stands for any.

    A page of a stranger's can make a browser ask this machine, but not under its name.
    """
    if serve.names:
        return serve.names
    return ("localhost", "127.0.0.1", "::1", serve.host) if is_loopback(serve.host) else ()


def check_exposure(serve: ServeConfig, insecure: bool) -> None:
    """Refuse to answer the whole network without tokens, unless that is asked for by name.

    Raises:
        ConfigError: it would be so.
    """
    if not (is_loopback(serve.host) or serve.tokens or insecure):
        raise ConfigError(
            "serve.exposed",
            "{address} can be reached by others: name a file with the tokens that clients need, or "
            "ask for everybody to be answered",
            address=serve.host,
        )
