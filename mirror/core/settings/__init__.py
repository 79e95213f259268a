"""Every setting of a run, a section a module: its default, a file of the user's, then flags."""

from mirror.core.schema import ConfigError
from mirror.core.settings.config import SECTIONS, Config, load
from mirror.core.settings.media_settings import FASTEST, SLOWEST, InputConfig, VideoConfig
from mirror.core.settings.overlay_settings import Labels, OverlayConfig, Timing
from mirror.core.settings.parser_settings import (
    LONGEST_SIDE,
    QUALITIES,
    Auto,
    ParserConfig,
    Quality,
    most_threads,
    share_of,
    size_of,
)
from mirror.core.settings.serve_settings import ServeConfig

__all__ = [
    "FASTEST",
    "LONGEST_SIDE",
    "QUALITIES",
    "SECTIONS",
    "SLOWEST",
    "Auto",
    "Config",
    "ConfigError",
    "InputConfig",
    "Labels",
    "OverlayConfig",
    "ParserConfig",
    "Quality",
    "ServeConfig",
    "Timing",
    "VideoConfig",
    "load",
    "most_threads",
    "share_of",
    "size_of",
]
