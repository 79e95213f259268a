"""Every setting of a run: its default, a file of the user's, then flags."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, Field, Strict, ValidationInfo

from mirror.core import machine
from mirror.core.schema import ConfigError, Schema, Setting, made
from pipeline.nearest_name import nearest

__all__ = ["ConfigError"]

Auto = Literal["auto"]
Labels = Literal["none", "people", "parts"]  # what is written on people
Quality = Literal["fast", "balanced", "best"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)

SLOWEST, FASTEST = Fraction(1, 1000), 1000  # frames a second
LONGEST_SIDE = 2048  # of M2FP's input: attention over more takes many gigabytes
_THREADS_A_CORE = 4  # more only wait for one another, and many thousands end the process
_A_DAY_S = 86_400
_LARGEST_MEGAPIXELS = 2000  # FFmpeg counts pixels in 31 bits
_COUNT = "a whole number from 1 to {most} (four for each core), or auto"
_SIZE = f"auto, or HxW with multiples of 32 from 64 to {LONGEST_SIDE}, such as 384x512"


def _within(count: int | Auto, info: ValidationInfo) -> int | Auto:
    """What this machine can bear is asked for where a user says it, not where a job is read."""
    most = (info.context or {}).get("most")
    if count != "auto" and not 1 <= count <= (most or count):
        raise ValueError("out of range")
    return count


def _a_size(text: str) -> str:
    if text != "auto" and size_of(text) is None:
        raise ValueError("no size")
    return text


Count = Annotated[int | Auto, AfterValidator(_within)]


class ParserConfig(Schema):
    """Which parser, and how much of the machine it gets."""

    name: Annotated[
        str,
        Field(description="built-in, m2fp, m2fp-single, none, or module:factory"),
        Setting(
            "--parser",
            "NAME",
            suggests=("built-in", "m2fp", "m2fp-single", "none"),
            more="module:factory is a function of your own, and is run",
        ),
    ] = "built-in"
    workers: Annotated[
        Count,
        Field(description="threads that parse, or auto (the default)"),
        Setting(
            "--workers",
            "N",
            suggests=("auto",),
            words=_COUNT,
            more="each has its own copy of the model; auto: one a core",
        ),
    ] = "auto"
    threads: Annotated[
        Count,
        Field(description="threads that each worker computes with, or auto (the default)"),
        Setting(
            "--threads",
            "N",
            suggests=("auto",),
            words=_COUNT,
            more="auto: cores / workers; at most four times the cores, as of workers",
        ),
    ] = "auto"
    quality: Annotated[
        Quality,
        Field(description="fast, balanced or best parsing (built-in)"),
        Setting("--quality", "HOW|N", more="best takes 2.4 times as long as balanced"),
    ] = "balanced"
    parse_limit_s: Annotated[
        float,
        Field(gt=0, le=_A_DAY_S, description="seconds that a parse may take"),
        Setting(
            words="seconds above 0, a day at most",
            more="one that takes longer ends the run and is named; loading may take 120",
        ),
    ] = 60.0
    skip_failures: Annotated[
        bool,
        Field(description="leave frames empty on which the parser fails, and count them"),
        Setting("--skip-failures"),
    ] = False
    search: Annotated[
        Literal["auto", "thorough"],
        Field(
            description="how people are searched for; thorough finds more and takes about a second "
            "a search"
        ),
        Setting("--search", more="of built-in; auto: thorough with single pictures"),
    ] = "auto"
    runtime: Annotated[
        Literal["auto", "torch", "onnxruntime", "openvino"],
        Field(description="what runs M2FP; auto: the fastest one installed"),
        Setting("--runtime"),
    ] = "auto"
    device: Annotated[
        Literal["cpu", "cuda"],
        Field(description="where torch runs M2FP"),
        Setting("--device", more="cuda computes in half precision"),
    ] = "cpu"
    input_size: Annotated[
        str,
        AfterValidator(_a_size),
        Field(description="input size of M2FP's network; smaller is faster"),
        Setting(
            "--input-size",
            "HxW",
            suggests=("auto",),
            words=_SIZE,
            more="auto: about 384x512 in all; 256x352 takes 0.49 of its time",
        ),
    ] = "auto"
    decoder_layers: Annotated[
        int,
        Field(ge=0, description="decoder layers of M2FP; fewer are faster and less accurate"),
        Setting("--decoder-layers", "N", more="0: all 9; 3 take 0.94 of their time"),
    ] = 0
    int8: Annotated[
        bool,
        Field(description="run M2FP's backbone in 8 bits: faster, less accurate; not with torch"),
        Setting("--int8", more="takes 0.68 of the time with OpenVINO"),
    ] = False
    find_landmarks: Annotated[
        bool,
        Field(description="find landmarks and joint angles of M2FP's people, too"),
        Setting("--find-landmarks", more="of built-in, they are always found"),
    ] = False


class OverlayConfig(Schema):
    """How parts are drawn."""

    opacity: Annotated[
        float,
        Field(ge=0, le=1, description="opacity of the colours"),
        Setting("--opacity", "0-1"),
    ] = 0.6
    parts: Annotated[
        tuple[str, ...],
        Strict(False),  # a file has lists
        Field(description="draw only these parts"),
        Setting("--parts", "A,B", words="a list of names", more="none named: all of them"),
    ] = ()
    palette: Annotated[
        str,
        Field(description="vivid, or colour-blind"),
        Setting(
            "--palette",
            "NAME",
            suggests=("vivid", "colour-blind"),
            more="of the parser's, see parts.toml; auto: its first",
        ),
    ] = "auto"
    outlines: Annotated[
        bool,
        Field(description="draw a thin light line around bodies and parts"),
        Setting("--outlines", negatable=True),
    ] = True
    labels: Annotated[
        Labels,
        Field(description="write people's ids, or the names of parts"),
        Setting("--labels"),
    ] = "none"
    landmarks: Annotated[
        bool,
        Field(description="draw joints and bones"),
        Setting("--landmarks", negatable=True),
    ] = False
    side_by_side: Annotated[
        bool,
        Field(description="show the original on the left"),
        Setting("--side-by-side", negatable=True),
    ] = False
    effects: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="change the picture in place of colouring parts: blur, privacy, ..."),
        Setting(
            "--effect",
            "NAME[:OPTIONS]",
            repeated=True,
            suggests=("blur", "replace:", "green", "recolour:", "privacy", "spotlight", "parts"),
            words="a list of effects",
            more="one after the other; parts is the coloured parts",
        ),
    ] = ()


class VideoConfig(Schema):
    """How videos are encoded."""

    codec: Annotated[
        str,
        Field(description="h264, h265, vp9, av1, mpeg4, ffv1"),
        Setting(
            "--codec",
            "NAME",
            suggests=("h264", "h265", "vp9", "av1", "mpeg4", "ffv1"),
            more="auto: what plays everywhere",
        ),
    ] = "auto"
    quality: Annotated[
        int,
        Field(ge=0, le=63, description="of the video, lower is better"),
        Setting("--quality", "HOW|N", more="a constant rate factor: lower is larger, too"),
    ] = 20
    preset: Annotated[
        str,
        Field(description="encoder preset, ultrafast to veryslow"),
        Setting(
            "--preset",
            "NAME",
            suggests=("ultrafast", "veryfast", "fast", "medium", "slow", "veryslow"),
            more="x264's and x265's trade of time for size",
        ),
    ] = "veryfast"
    container: Annotated[
        str,
        Field(description="mp4, mov, mkv, webm"),
        Setting(
            "--container",
            "NAME",
            suggests=("mp4", "mov", "mkv", "webm"),
            more="auto: as the output's name ends",
        ),
    ] = "auto"


class InputConfig(Schema):
    """How large what comes in may be."""

    max_megapixels: Annotated[
        float,
        Field(
            gt=0,
            le=_LARGEST_MEGAPIXELS,
            description="a picture with more is refused before memory is taken for it",
        ),
    ] = 100.0
    max_jpeg_megabytes: Annotated[
        float,
        Field(gt=0, le=_LARGEST_MEGAPIXELS, description="of one picture in a stream of JPEG files"),
    ] = 64.0


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
        Field(gt=0, le=_LARGEST_MEGAPIXELS, description="of one picture's file"),
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
    grace_s: Annotated[
        float,
        Field(gt=0, le=_A_DAY_S, description="seconds in which work may end on SIGTERM"),
        Setting("--grace", "S", words="seconds above 0, a day at most"),
    ] = 10.0
    tls_certificate: Annotated[
        str, Field(description="certificate for https"), Setting("--tls-certificate", "FILE")
    ] = ""
    tls_key: Annotated[str, Field(description="its key"), Setting("--tls-key", "FILE")] = ""


class Config(Schema):
    """Every setting, checked.

    Attributes:
        given: ``section.key`` of what a file or a flag said, so that it is no default.
    """

    parser: ParserConfig = ParserConfig()
    overlay: OverlayConfig = OverlayConfig()
    video: VideoConfig = VideoConfig()
    input: InputConfig = InputConfig()
    serve: ServeConfig = ServeConfig()
    given: Annotated[frozenset[str], Field(exclude=True)] = frozenset()


SECTIONS: dict[str, type[Schema]] = {
    "parser": ParserConfig,
    "overlay": OverlayConfig,
    "video": VideoConfig,
    "input": InputConfig,
    "serve": ServeConfig,
}


def load(path: Path | None = None, flags: Mapping[str, object] | None = None) -> Config:
    """Return the settings: defaults, then what a file says, then what flags say.

    Args:
        path: a TOML file of the user's; it may leave out what it likes.
        flags: ``section.key`` -> value; None leaves what the files say.

    Raises:
        ConfigError: the file cannot be read, a key is unknown (says which comes nearest), or a
            value is none that its key can have.
    """
    settings: dict[str, dict[str, object]] = {section: {} for section in SECTIONS}
    if path is not None:
        _merge(settings, _read(path), f"{path}: ")
    for key, value in (flags or {}).items():
        if value is not None:
            section, _, name = key.partition(".")
            _merge(settings, {section: {name: value}}, "")
    given = frozenset(f"{section}.{key}" for section, keys in settings.items() for key in keys)
    sections = {name: made(SECTIONS[name], values) for name, values in settings.items()}
    return Config.model_validate({**sections, "given": given})


def most_threads() -> int:
    """Return how many workers may be asked for, and how many threads of each."""
    return _THREADS_A_CORE * machine.cores()


def size_of(text: object) -> tuple[int, int] | None:
    """Return the (height, width) that ``384x512`` says; None for ``auto``, and what is no size."""
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text) if isinstance(text, str) else None
    size = (int(found[1]), int(found[2])) if found else None
    is_fit = size and all(side % 32 == 0 and 64 <= side <= LONGEST_SIDE for side in size)
    return size if is_fit else None


def _read(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except FileNotFoundError:
        raise ConfigError(
            "config.not_found", "{path} does not exist; settings come from a TOML file", path=path
        ) from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(
            "config.not_toml",
            "{path} cannot be read as TOML: {reason}",
            path=path,
            reason=str(error),
        ) from error


def _merge(settings: dict[str, dict[str, object]], more: Mapping[str, Any], where: str) -> None:
    for section, values in more.items():
        if section not in settings or not isinstance(values, Mapping):
            raise ConfigError(
                "config.unknown_section",
                "{where}no section is called [{section}]; {hint}",
                where=where,
                section=section,
                hint=nearest(section, settings),
            )
        schema = SECTIONS[section]
        for key, value in values.items():
            if key not in schema.model_fields:
                raise ConfigError(
                    "config.unknown_key",
                    "{where}no key of [{section}] is called {key}; {hint}",
                    where=where,
                    section=section,
                    key=key,
                    hint=nearest(key, schema.model_fields),
                )
            made(schema, {key: value}, f"{where}{section}.", most_threads())
            settings[section][key] = value
