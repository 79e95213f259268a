"""Which parser runs, and how much of the machine it gets."""

from __future__ import annotations

import re
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field, ValidationInfo

from mirror.core import machine
from mirror.core.schema import Schema, Setting

Auto = Literal["auto"]
Quality = Literal["fast", "balanced", "best"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)

LONGEST_SIDE = 2048  # of M2FP's input: attention over more takes many gigabytes
_THREADS_A_CORE = 4  # more only wait for one another, and many thousands end the process
_A_DAY_S = 86_400
_LEAST_PERCENT = 2
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


def _a_share(text: str) -> str:
    if text != "auto" and share_of(text) is None:
        raise ValueError("no share")
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
            more="each has its own copy of the model; auto: what mirror tune found, or one a core "
            "(at most 8)",
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
    cpu: Annotated[
        str,
        AfterValidator(_a_share),
        Field(description="share of all cores that the run takes, such as 50%"),
        Setting(
            "--cpu",
            "N%",
            suggests=("auto", "25%", "50%", "75%"),
            words=f"auto, or a percentage from {_LEAST_PERCENT}% to 100%",
            more="on the average of seconds; auto: as much as it can",
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


def most_threads() -> int:
    """Return how many workers may be asked for, and how many threads of each."""
    return _THREADS_A_CORE * machine.cores()


def share_of(text: str) -> float | None:
    """Return the share, 0-1, that ``50%`` says; None for ``auto``, and what is no share."""
    found = re.fullmatch(r"(\d{1,3})%", text)
    percent = int(found[1]) if found else 0
    return percent / 100 if _LEAST_PERCENT <= percent <= 100 else None


def size_of(text: object) -> tuple[int, int] | None:
    """Return the (height, width) that ``384x512`` says; None for ``auto``, and what is no size."""
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", text) if isinstance(text, str) else None
    size = (int(found[1]), int(found[2])) if found else None
    is_fit = size and all(side % 32 == 0 and 64 <= side <= LONGEST_SIDE for side in size)
    return size if is_fit else None
