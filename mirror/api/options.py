"""What may be asked of a parser, as keyword arguments."""

from __future__ import annotations

from typing import TypedDict

from mirror.core.settings import Auto, ParserConfig, Quality, load


class ParserOptions(TypedDict, total=False):
    """What may be asked of a parser; each is the key of that name in ``configs/default.toml``.

    Attributes:
        cpu: the share of all cores that parsing takes, such as ``50%``; ``auto``: all it can.
        quality: of the built-in parser: ``fast``, ``balanced`` or ``best``.
        search: of the built-in parser: ``thorough`` looks longer for people, in videos too.
        parse_limit_s: seconds that one frame may take.
        skip_failures: whether a frame that a parser fails on stays empty and is counted.
        runtime: what M2FP runs on: ``auto``, ``torch``, ``onnxruntime`` or ``openvino``.
        device: ``cpu`` or ``cuda``.
        input_size: of M2FP, such as ``256x352``.
        decoder_layers: of M2FP; fewer are faster.
        int8: whether M2FP runs quantised.
        find_landmarks: whether M2FP's people get landmarks and joint angles.
    """

    cpu: str
    quality: Quality
    search: str
    parse_limit_s: float
    skip_failures: bool
    runtime: str
    device: str
    input_size: str
    decoder_layers: int
    int8: bool
    find_landmarks: bool


def settings_of(
    options: ParserOptions, workers: int | Auto = "auto", threads: int | Auto = "auto"
) -> ParserConfig:
    """Return the settings of a parser, checked.

    Raises:
        ConfigError: what is asked cannot be.
    """
    settings = {**options, "workers": workers, "threads": threads}
    return load(flags={f"parser.{key}": value for key, value in settings.items()}).parser
