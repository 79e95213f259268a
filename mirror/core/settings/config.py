"""Every setting of a run: its default, a file of the user's, then flags."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from mirror.core.schema import ConfigError, Schema, made
from mirror.core.settings.environment import of_environment
from mirror.core.settings.media_settings import InputConfig, VideoConfig
from mirror.core.settings.overlay_settings import OverlayConfig
from mirror.core.settings.parser_settings import ParserConfig, most_threads
from mirror.core.settings.serve_settings import ServeConfig
from pipeline.nearest_name import nearest


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


def load(
    path: Path | None = None,
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Return the settings: defaults, then what a file says, then variables, then flags.

    Args:
        path: a TOML file of the user's; it may leave out what it likes.
        flags: ``section.key`` -> value; None leaves what the others say.
        environ: variables such as ``MIRROR_SERVE_PORT``; None: none count.

    Raises:
        ConfigError: the file cannot be read, a key is unknown (says which comes nearest), or a
            value is none that its key can have.
    """
    settings: dict[str, dict[str, object]] = {section: {} for section in SECTIONS}
    if path is not None:
        _merge(settings, _read(path), f"{path}: ")
    _merge(settings, of_environment(environ or {}, SECTIONS), "in the environment: ")
    for key, value in (flags or {}).items():
        if value is not None:
            section, _, name = key.partition(".")
            _merge(settings, {section: {name: value}}, "")
    given = frozenset(f"{section}.{key}" for section, keys in settings.items() for key in keys)
    sections = {name: made(SECTIONS[name], values) for name, values in settings.items()}
    return Config.model_validate({**sections, "given": given})


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
