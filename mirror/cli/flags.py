"""Flags that several commands share, and the settings they stand for."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

from mirror.core.quantities import age_of, positive, rate_of, size_in
from mirror.core.schema import Described, Schema, fields_of, made
from mirror.core.settings import QUALITIES, SECTIONS, Auto, Config, load
from pipeline.targets.distinct_paths import InputPath

T = TypeVar("T")
J = TypeVar("J", bound=Schema)
Group = argparse.ArgumentParser | argparse._ArgumentGroup


def add_parser_flags(
    parser: argparse.ArgumentParser,
    encoder: Described | None = None,
    encoder_dest: str = "video.quality",
) -> None:
    """Add which parser runs, on how much of the machine, and where settings come from.

    Args:
        parser: of the command.
        encoder: the field that a number as quality stands for; the video's, if left out.
        encoder_dest: what that number is called among the options.
    """
    group = parser.add_argument_group("parsing")
    encoder = encoder or fields_of(SECTIONS["video"])["quality"]
    for field in fields_of(SECTIONS["parser"]).values():
        if field.name == "quality":
            about = f"{field.help}; N: {encoder.help} ({encoder.default})"
            group.add_argument(
                "--quality", dest=encoder_dest, metavar="HOW|N", action=_Quality, help=about
            )
        elif field.setting.flag is not None:
            _add(group, field, f"parser.{field.name}")
    add_config_flag(group)


def add_overlay_flags(parser: argparse.ArgumentParser) -> None:
    """Add how parts are drawn."""
    group = parser.add_argument_group("drawing")
    for field in fields_of(SECTIONS["overlay"]).values():
        _add(group, field, f"overlay.{field.name}")


def add_video_flags(parser: argparse.ArgumentParser) -> None:
    """Add how the video is encoded, and in what container."""
    group = parser.add_argument_group("video")
    add_encoder_flags(group)
    _add(group, fields_of(SECTIONS["video"])["container"], "video.container")


def add_encoder_flags(group: argparse._ArgumentGroup) -> None:
    """Add how video is encoded, whatever carries it."""
    fields = fields_of(SECTIONS["video"])
    for name in ("codec", "preset"):
        _add(group, fields[name], f"video.{name}")


def add_job_flags(group: Group, job: type[Schema], *names: str) -> None:
    """Add the flags of some fields of a job, each under its field's name."""
    fields = fields_of(job)
    for name in names:
        _add(group, fields[name], name)


def add_config_flag(group: Group) -> None:
    """Add the file that settings come from."""
    group.add_argument(
        "--config",
        metavar="FILE",
        type=path,
        help="read settings from FILE, in the form of default.toml",
    )


def job_of(options: argparse.Namespace, job: type[J], **more: object) -> J:
    """Return the job that the flags ask for, with all settings.

    Raises:
        ConfigError: a setting is unknown, or has a value that it cannot have.
    """
    said = {name: value for name, value in vars(options).items() if name in job.model_fields}
    given = {name: value for name, value in said.items() if value is not None}
    return made(job, {**given, "settings": config_of(options), **more})


def files_read_by(options: argparse.Namespace) -> list[InputPath]:
    """Return what a command reads besides its inputs."""
    return [] if options.config is None else [InputPath(options.config, "the configuration")]


def add_serve_flags(parser: argparse.ArgumentParser) -> None:
    """Add where the service listens, and to whom."""
    group = parser.add_argument_group("serving")
    for field in fields_of(SECTIONS["serve"]).values():
        if field.setting.flag is not None:
            _add(group, field, f"serve.{field.name}")


def config_of(options: argparse.Namespace, environ: Mapping[str, str] | None = None) -> Config:
    """Return the settings that the flags, and the file among them, ask for.

    Args:
        options: what was said on the command line.
        environ: variables that count where flags say nothing; None: none do.

    Raises:
        ConfigError: one of them is unknown, or has a value that it cannot have.
    """
    flags = {key: value for key, value in vars(options).items() if "." in key}
    return load(options.config, flags, environ)


def _add(group: Group, field: Described, dest: str) -> None:
    """Add the flag of one field; what is not said leaves it as it would be without."""
    about, setting = _with_default(field), field.setting
    if setting.flag is None:
        kind, count = (path, "+") if _is_repeated(field, dest) else (_taken_as(field, dest), None)
        group.add_argument(dest, metavar=setting.metavar, type=kind, nargs=count, help=about)
        return
    names = [name for name in (setting.short, setting.flag) if name is not None]
    if field.kind is bool:
        action: Any = argparse.BooleanOptionalAction if setting.negatable else "store_true"
        group.add_argument(*names, dest=dest, action=action, default=None, help=about)
    elif field.choices:
        group.add_argument(*names, dest=dest, choices=field.choices, help=about)
    elif _is_repeated(field, dest):
        group.add_argument(
            *names, dest=dest, metavar=setting.metavar, type=name, action="append", help=about
        )
    else:
        kind = _taken_as(field, dest)
        group.add_argument(*names, dest=dest, metavar=setting.metavar, type=kind, help=about)


def _with_default(field: Described) -> str:
    """A line that ends in the default, where that says something that the line does not."""
    silent = ("auto", False, True, (), None)
    says_it = field.default in silent or field.choices or str(field.default) in field.help
    line = field.help if says_it else f"{field.help} ({field.default})"
    return line.replace("%", "%%")  # argparse fills a help's percent signs in


def _is_repeated(field: Described, dest: str) -> bool:
    """A job's places are named one by one; a setting's names stand in one word."""
    if field.setting.repeated:
        return True
    return get_origin(field.kind) is tuple and get_args(field.kind)[-1] is ... and "." not in dest


def _taken_as(field: Described, dest: str) -> Callable[[str], Any]:
    """What turns a word of the command line into a value.

    The bounds of a setting are checked where its file's are; those of a job's fields at once.
    """
    settings: dict[Any, Callable[[str], Any]] = {
        int: int,
        float: float,
        str: str,
        tuple[str, ...]: _names,
        int | Auto: checked(_count),
    }
    fields: dict[Any, Callable[[str], Any]] = {
        int: checked(positive),
        float: checked(age_of),
        str: name,
        Path: path,
        Fraction: checked(rate_of),
        tuple[int, int]: checked(size_in),
    }
    return (settings if "." in dest else fields)[field.kind]


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
            setattr(namespace, self.dest, int(values))
        else:
            parser.error(f"argument --quality: {', '.join(QUALITIES)} or a number, got {values!r}")


def _count(text: str) -> int | str:
    try:
        return text if text == "auto" else int(text)
    except ValueError:
        raise ValueError(f"{text} is neither a whole number nor auto") from None


def _names(text: str) -> list[str]:
    return [name.strip() for name in text.split(",") if name.strip()]


def checked(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Return what turns a word into a value, and says itself what is wrong with a word."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except ValueError as error:
            raise argparse.ArgumentTypeError(str(error)) from error

    return read


def path(text: str) -> Path:
    """Return a path. An empty one is refused: Python takes it for the current folder."""
    return Path(name(text))


def name(text: str) -> str:
    """Return a text that is not empty, as one is where a script's variable is not set."""
    if not text:
        raise argparse.ArgumentTypeError("the name is empty")
    return text
