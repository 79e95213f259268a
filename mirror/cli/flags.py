"""Flags that several commands share, and the settings they stand for."""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from mirror.core.settings import FASTEST, QUALITIES, SLOWEST, Config, load

_BILLION = 1_000_000_000

_SETTINGS = {  # the flag's name -> the setting that it counts more than
    "parser": "parser.name",
    "workers": "parser.workers",
    "threads": "parser.threads",
    "parser_quality": "parser.quality",
    "skip_failures": "parser.skip_failures",
    "search": "parser.search",
    "runtime": "parser.runtime",
    "device": "parser.device",
    "input_size": "parser.input_size",
    "decoder_layers": "parser.decoder_layers",
    "int8": "parser.int8",
    "palette": "overlay.palette",
    "opacity": "overlay.opacity",
    "parts": "overlay.parts",
    "outlines": "overlay.outlines",
    "labels": "overlay.labels",
    "landmarks": "overlay.landmarks",
    "side_by_side": "overlay.side_by_side",
    "codec": "video.codec",
    "quality": "video.quality",
    "preset": "video.preset",
    "container": "video.container",
}


def add_parser_flags(parser: argparse.ArgumentParser) -> None:
    """Add which parser runs, on how much of the machine, and where settings come from."""
    group = parser.add_argument_group("parsing")
    group.add_argument(
        "--parser", metavar="NAME", help="built-in, m2fp, m2fp-single, none, or module:factory"
    )
    group.add_argument(
        "--workers", metavar="N", type=_count, help="threads that parse, or auto (the default)"
    )
    group.add_argument(
        "--threads",
        metavar="N",
        type=_count,
        help="threads that each worker computes with, or auto (the default)",
    )
    group.add_argument(
        "--quality",
        metavar="HOW|N",
        action=_Quality,
        help="fast, balanced or best parsing (built-in); N: of the video, lower is better (20)",
    )
    group.add_argument(
        "--skip-failures",
        action="store_true",
        default=None,
        help="leave frames empty on which the parser fails, and count them",
    )
    group.add_argument(
        "--search",
        choices=("auto", "thorough"),
        help="how people are searched for; thorough finds more and takes about a second a search",
    )
    group.add_argument(
        "--runtime",
        choices=("auto", "torch", "onnxruntime", "openvino"),
        help="what runs M2FP; auto: the fastest one installed",
    )
    group.add_argument("--device", choices=("cpu", "cuda"), help="where torch runs M2FP")
    group.add_argument(
        "--input-size", metavar="HxW", help="input size of M2FP's network; smaller is faster"
    )
    group.add_argument(
        "--decoder-layers",
        metavar="N",
        type=int,
        help="decoder layers of M2FP; fewer are faster and less accurate",
    )
    group.add_argument(
        "--int8",
        action="store_true",
        default=None,
        help="run M2FP's backbone in 8 bits: faster, less accurate; not with torch",
    )
    group.add_argument(
        "--config",
        metavar="FILE",
        type=path,
        help="read settings from FILE, in the form of default.toml",
    )


def add_overlay_flags(parser: argparse.ArgumentParser) -> None:
    """Add how parts are drawn."""
    group = parser.add_argument_group("drawing")
    group.add_argument("--opacity", metavar="0-1", type=float, help="opacity of the colours (0.6)")
    group.add_argument("--parts", metavar="A,B", type=_names, help="draw only these parts")
    group.add_argument("--palette", metavar="NAME", help="vivid, or colour-blind")
    group.add_argument(
        "--outlines",
        action=argparse.BooleanOptionalAction,
        help="draw a thin light line around bodies and parts",
    )
    group.add_argument(
        "--labels",
        choices=("none", "people", "parts"),
        help="write people's ids, or the names of parts",
    )
    group.add_argument(
        "--landmarks", action=argparse.BooleanOptionalAction, help="draw joints and bones"
    )
    group.add_argument(
        "--side-by-side",
        action=argparse.BooleanOptionalAction,
        help="show the original on the left",
    )


def add_video_flags(parser: argparse.ArgumentParser) -> None:
    """Add how the video is encoded, and in what container."""
    group = parser.add_argument_group("video")
    add_encoder_flags(group)
    group.add_argument("--container", metavar="NAME", help="mp4, mov, mkv, webm")


def add_encoder_flags(group: argparse._ArgumentGroup) -> None:
    """Add how video is encoded, whatever carries it."""
    group.add_argument("--codec", metavar="NAME", help="h264, h265, vp9, av1, mpeg4, ffv1")
    group.add_argument(
        "--preset", metavar="NAME", help="encoder preset, ultrafast to veryslow (veryfast)"
    )


def config_of(options: argparse.Namespace) -> Config:
    """Return the settings that the flags, and the file among them, ask for.

    Raises:
        ConfigError: one of them is unknown, or has a value that it cannot have.
    """
    given: Mapping[str, object] = vars(options)
    flags = {setting: given.get(flag) for flag, setting in _SETTINGS.items()}
    return load(given["config"] if isinstance(given["config"], Path) else None, flags)


class _Quality(argparse.Action):
    """A word is the parser's, a number the encoder's; either leaves the other as it is."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Take one value in."""
        if values in QUALITIES:
            namespace.parser_quality = values
        elif isinstance(values, str) and values.removeprefix("-").isdecimal():
            namespace.quality = int(values)
        else:
            parser.error(f"argument --quality: {', '.join(QUALITIES)} or a number, got {values!r}")


def _count(text: str) -> int | str:
    return text if text == "auto" else int(text)


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def positive(text: str) -> int:
    """Return a whole number from 1 to a billion."""
    if re.fullmatch("[0-9]{1,10}", text) is None or not 1 <= int(text) <= _BILLION:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 1 on")
    return int(text)


def rate(text: str) -> Fraction:
    """Return frames a second, from a number or a ratio."""
    try:
        # without exponents: one could ask for a number of a billion digits
        found = re.fullmatch(r"[0-9]{0,9}(\.[0-9]{0,9}|/[0-9]{1,9})?", text)
        rate = Fraction(text if found else "")
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"{text} is not a rate; try 25 or 30000/1001") from None
    if not SLOWEST <= rate <= FASTEST:
        raise argparse.ArgumentTypeError(
            f"{text} frames a second cannot be; try 25 ({float(SLOWEST)} to {FASTEST})"
        )
    return rate.limit_denominator(1001)


def path(text: str) -> Path:
    """Return a path. An empty one is refused: Python takes it for the current folder."""
    return Path(name(text))


def name(text: str) -> str:
    """Return a text that is not empty, as one is where a script's variable is not set."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return text
