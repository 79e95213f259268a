"""How the network service answers, and whom."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.schema import Schema, Setting

_A_DAY_S = 86_400
_LARGEST_MEGABYTES = 2000  # of one picture's file


class ServeConfig(Schema):
    """How the network service answers, and whom."""

    host: Annotated[
        str,
        Field(description="address to listen on"),
        Setting("--host", "ADDRESS", more="any but this machine's own needs tokens, see tokens"),
    ] = "127.0.0.1"
    port: Annotated[
        int,
        Field(ge=0, le=65535, description="port to listen on; 0: any that is free"),
        Setting("--port", "N"),
    ] = 8700
    grpc_port: Annotated[
        int,
        Field(ge=0, le=65535, description="port for gRPC beside HTTP; 0: no gRPC"),
        Setting("--grpc-port", "N", more="on the same host; needs the extra grpc"),
    ] = 0
    tokens: Annotated[
        str,
        Field(description="file of the tokens that clients need"),
        Setting("--token-file", "FILE", more="TOML: [[token]] with name, token and requests"),
    ] = ""
    names: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="names that the service may be called by in requests"),
        Setting("--names", "A,B", words="a list of names", more="none named: host and localhost"),
    ] = ()
    room: Annotated[
        int,
        Field(ge=1, le=10_000, description="requests answered at once; more are refused"),
        Setting("--room", "N", more="they wait for the workers; each may hold a picture"),
    ] = 64
    streams: Annotated[
        int,
        Field(ge=1, le=1000, description="streams open at once; more are refused"),
        Setting("--streams", "N", more="WebSockets; each has threads of its own"),
    ] = 16
    parsers: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="parsers that clients may ask for by name, besides --parser"),
        Setting(
            "--parsers",
            "A,B",
            words="a list of built-in, m2fp, m2fp-single and none",
            more="loaded when they are asked for",
        ),
    ] = ()
    parsers_megabytes: Annotated[
        float,
        Field(gt=0, le=1e6, description="memory that the models of these may take together"),
    ] = 4096.0
    parsers_idle_s: Annotated[
        float,
        Field(gt=0, le=_A_DAY_S, description="seconds after which one that nobody uses is dropped"),
        Setting(words="seconds above 0, a day at most"),
    ] = 300.0
    cameras: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="cameras that are watched from the beginning"),
        Setting(
            words="a list of NAME=SOURCE",
            more="a source is an index, a device, or an http or rtsp address",
        ),
    ] = ()
    camera_sources: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="sources that clients may have watched"),
        Setting(
            words="a list of sources", more="an address that ends in / stands for all below it"
        ),
    ] = ()
    max_upload_megabytes: Annotated[
        float,
        Field(gt=0, le=_LARGEST_MEGABYTES, description="of one picture's file"),
    ] = 20.0
    jobs: Annotated[
        int,
        Field(ge=1, le=64, description="jobs carried out at a time"),
        Setting("--jobs", "N", more="they share the workers with everybody else"),
    ] = 1
    store: Annotated[
        str,
        Field(description="where jobs are kept: a file, or redis://HOST"),
        Setting("--store", "WHERE", more="nothing: for as long as the process lasts"),
    ] = ""
    store_megabytes: Annotated[
        float,
        Field(gt=0, le=1e9, description="of inputs and results that are kept, together"),
    ] = 4096.0
    max_job_megabytes: Annotated[
        float,
        Field(gt=0, le=1e6, description="of the file that a job comes with"),
    ] = 2048.0
    keep_s: Annotated[
        float,
        Field(gt=0, le=365 * _A_DAY_S, description="seconds that results are kept"),
        Setting(words="seconds above 0, a year at most"),
    ] = 3600.0
    lease_s: Annotated[
        float,
        Field(ge=1, le=_A_DAY_S, description="seconds of silence after which an instance is dead"),
        Setting(words="seconds from 1, a day at most", more="another begins its jobs anew"),
    ] = 15.0
    grace_s: Annotated[
        float,
        Field(gt=0, le=_A_DAY_S, description="seconds in which work may end on SIGTERM"),
        Setting("--grace", "S", words="seconds above 0, a day at most"),
    ] = 10.0
    log_format: Annotated[
        Literal["readable", "json"],
        Field(description="what lines on standard error look like"),
        Setting("--log-format", more="json: one object a line"),
    ] = "readable"
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Field(description="what is worth a line; info: every request"),
        Setting("--log-level", more="debug: those for health and metrics, too"),
    ] = "info"
    tls_certificate: Annotated[
        str, Field(description="certificate for https"), Setting("--tls-certificate", "FILE")
    ] = ""
    tls_key: Annotated[str, Field(description="its key"), Setting("--tls-key", "FILE")] = ""
