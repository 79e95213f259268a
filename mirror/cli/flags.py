"""Flags that several commands share, and the settings they stand for."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from mirror.core.schema import Described, fields_of
from mirror.core.settings import FASTEST, QUALITIES, SECTIONS, SLOWEST, Config, load

_BILLION = 1_000_000_000


def add_parser_flags(parser: argparse.ArgumentParser) -> None:
    """Add which parser runs, on how much of the machine, and where settings come from."""
    group = parser.add_argument_group("parsing")
    encoder = fields_of(SECTIONS["video"])["quality"]
    for field in fields_of(SECTIONS["parser"]).values():
        if field.name == "quality":
            about = f"{field.help}; N: {encoder.help} ({encoder.default})"
            group.add_argument("--quality", metavar="HOW|N", action=_Quality, help=about)
        elif field.setting.flag is not None:
            _add(group, "parser", field)
    group.add_argument(
        "--config",
        metavar="FILE",
        type=path,
        help="read settings from FILE, in the form of default.toml",
    )


def add_overlay_flags(parser: argparse.ArgumentParser) -> None:
    """Add how parts are drawn."""
    group = parser.add_argument_group("drawing")
    for field in fields_of(SECTIONS["overlay"]).values():
        _add(group, "overlay", field)


def add_video_flags(parser: argparse.ArgumentParser) -> None:
    """Add how the video is encoded, and in what container."""
    group = parser.add_argument_group("video")
    add_encoder_flags(group)
    _add(group, "video", fields_of(SECTIONS["video"])["container"])


def add_encoder_flags(group: argparse._ArgumentGroup) -> None:
    """Add how video is encoded, whatever carries it."""
    fields = fields_of(SECTIONS["video"])
    for name in ("codec", "preset"):
        _add(group, "video", fields[name])


def config_of(options: argparse.Namespace) -> Config:
    """Return the settings that the flags, and the file among them, ask for.

    Raises:
        ConfigError: one of them is unknown, or has a value that it cannot have.
    """
    flags = {key: value for key, value in vars(options).items() if "." in key}
    return load(options.config, flags)


def _add(group: argparse._ArgumentGroup, section: str, field: Described) -> None:
    """Add the flag of one setting; what is not said leaves the setting to the file."""
    about, dest = _with_default(field), f"{section}.{field.name}"
    flag = str(field.setting.flag)
    if field.kind is bool:
        action: Any = argparse.BooleanOptionalAction if field.setting.negatable else "store_true"
        group.add_argument(flag, dest=dest, action=action, default=None, help=about)
    elif field.choices:
        group.add_argument(flag, dest=dest, choices=field.choices, help=about)
    else:
        kind, metavar = _taken_as(field), field.setting.metavar
        group.add_argument(flag, dest=dest, metavar=metavar, type=kind, help=about)


def _with_default(field: Described) -> str:
    """A line that ends in the default, where that says something that the line does not."""
    silent = ("auto", False, True, (), None)
    says_it = field.default in silent or field.choices or str(field.default) in field.help
    return field.help if says_it else f"{field.help} ({field.default})"


def _taken_as(field: Described) -> Callable[[str], Any]:
    """What turns a word of the command line into a value; bounds are the schema's to check."""
    if field.kind in (int, float, str):
        kind: Callable[[str], Any] = field.kind
        return kind
    return _names if field.kind == tuple[str, ...] else _count


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
            setattr(namespace, "parser.quality", values)
        elif isinstance(values, str) and values.removeprefix("-").isdecimal():
            setattr(namespace, "video.quality", int(values))
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
