"""Every setting of a run: ``configs/default.toml``, a file of the user's, then flags."""

from __future__ import annotations

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Literal, get_args

from mirror.core import machine
from mirror.core.resources import config_file
from pipeline.errors import PipelineError
from pipeline.nearest_name import nearest

Auto = Literal["auto"]
Labels = Literal["none", "people", "parts"]  # what is written on people
Quality = Literal["fast", "balanced", "best"]
QUALITIES: tuple[Quality, ...] = get_args(Quality)


class ConfigError(PipelineError):
    """A setting is unknown, or its value is none that it can have."""


@dataclass(frozen=True, slots=True)
class ParserConfig:
    """Which parser, and how much of the machine it gets. See ``configs/default.toml``."""

    name: str
    workers: int | Auto
    threads: int | Auto
    quality: Quality
    parse_limit_s: float
    skip_failures: bool
    runtime: str
    device: str
    input_size: str
    decoder_layers: int
    int8: bool
    search: str


@dataclass(frozen=True, slots=True)
class OverlayConfig:
    """How parts are drawn. See ``configs/default.toml``."""

    palette: str
    opacity: float
    parts: tuple[str, ...]
    outlines: bool
    labels: Labels
    landmarks: bool
    side_by_side: bool


@dataclass(frozen=True, slots=True)
class VideoConfig:
    """How videos are encoded. See ``configs/default.toml``."""

    codec: str
    quality: int
    preset: str
    container: str


@dataclass(frozen=True, slots=True)
class InputConfig:
    """How large what comes in may be. See ``configs/default.toml``."""

    max_megapixels: float
    max_jpeg_megabytes: float


@dataclass(frozen=True, slots=True)
class Config:
    """Every setting, checked.

    Attributes:
        given: ``section.key`` of what a file or a flag said, so that it is no default.
    """

    parser: ParserConfig
    overlay: OverlayConfig
    video: VideoConfig
    input: InputConfig
    given: frozenset[str] = field(default=frozenset(), compare=False)


_SECTIONS = {
    "parser": ParserConfig,
    "overlay": OverlayConfig,
    "video": VideoConfig,
    "input": InputConfig,
}
SLOWEST, FASTEST = Fraction(1, 1000), 1000  # frames a second
LONGEST_SIDE = 2048  # of M2FP's input: attention over more takes many gigabytes
_THREADS_A_CORE = 4  # more only wait for one another, and many thousands end the process
_LONGEST_LIMIT_S = 86_400
_LARGEST_MEGAPIXELS = 2000  # FFmpeg counts pixels in 31 bits
_COUNT = "a whole number from 1 to {most} (four for each core), or auto"
_CHECKS: dict[str, tuple[str, Any]] = {  # key -> what it can be, in words and as a test
    "parser.workers": (_COUNT, lambda value: value == "auto" or _is_count(value)),
    "parser.threads": (_COUNT, lambda value: value == "auto" or _is_count(value)),
    "parser.search": ("auto or thorough", lambda value: value in ("auto", "thorough")),
    "parser.quality": ("fast, balanced or best", lambda value: value in QUALITIES),
    "parser.device": ("cpu or cuda", lambda value: value in ("cpu", "cuda")),
    "parser.input_size": (
        f"auto, or HxW with multiples of 32 from 64 to {LONGEST_SIDE}, such as 384x512",
        lambda value: value == "auto" or size_of(value) is not None,
    ),
    "parser.decoder_layers": (
        "a whole number from 0 on",
        lambda value: _whole(value) and value >= 0,
    ),
    "parser.parse_limit_s": (
        "seconds above 0, a day at most",
        lambda value: _number(value) and 0 < value <= _LONGEST_LIMIT_S,
    ),
    "overlay.opacity": ("0 to 1", lambda value: _number(value) and 0 <= value <= 1),
    "overlay.labels": ("none, people or parts", lambda value: value in ("none", "people", "parts")),
    "overlay.parts": (
        "a list of names",
        lambda value: isinstance(value, list) and all(isinstance(name, str) for name in value),
    ),
    "video.quality": ("a whole number, 0 to 63", lambda value: _whole(value) and 0 <= value <= 63),
    "input.max_megapixels": (
        f"a number above 0, {_LARGEST_MEGAPIXELS} at most",
        lambda value: _number(value) and 0 < value <= _LARGEST_MEGAPIXELS,
    ),
    "input.max_jpeg_megabytes": (
        f"a number above 0, {_LARGEST_MEGAPIXELS} at most",
        lambda value: _number(value) and 0 < value <= _LARGEST_MEGAPIXELS,
    ),
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
    settings = _read(config_file("default.toml"))
    given = set()
    if path is not None:
        given |= _merge(settings, _read(path), f"{path}: ")
    for key, value in (flags or {}).items():
        if value is not None:
            section, _, name = key.partition(".")
            given |= _merge(settings, {section: {name: value}}, "")
    settings["overlay"]["parts"] = tuple(settings["overlay"]["parts"])
    sections = {name: kind(**settings[name]) for name, kind in _SECTIONS.items()}
    return Config(**sections, given=frozenset(given))


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
        raise ConfigError(f"{path} does not exist; --config takes a TOML file") from None
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path} cannot be read as TOML: {error}") from error


def _merge(settings: dict[str, Any], more: Mapping[str, Any], where: str) -> set[str]:
    merged = set()
    for section, values in more.items():
        if section not in settings or not isinstance(values, Mapping):
            raise ConfigError(
                f"{where}no section is called [{section}]; {nearest(section, settings)}"
            )
        keys = [field.name for field in dataclasses.fields(_SECTIONS[section])]
        for key, value in values.items():
            if key not in keys:
                raise ConfigError(
                    f"{where}no key of [{section}] is called {key}; {nearest(key, keys)}"
                )
            _check(f"{section}.{key}", value, settings[section][key], where)
            settings[section][key] = value
            merged.add(f"{section}.{key}")
    return merged


def _check(key: str, value: object, default: object, where: str) -> None:
    words, is_good = _CHECKS.get(key, (type(default).__name__, None))
    if is_good is None:
        good = type(value) is type(default)
        words = {"bool": "true or false", "str": "a text"}.get(words, words)
    else:
        good = is_good(value)
    if not good:
        words = words.format(most=most_threads())
        raise ConfigError(f"{where}{key} is {words}, got {value!r}")


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: object) -> bool:
    return isinstance(value, int) and _whole(value) and 1 <= value <= most_threads()


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
