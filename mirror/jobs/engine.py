"""What parses and what draws, found before a job opens or writes anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from mirror.core.settings import Config
from mirror.jobs.composition import style_of, workers_for
from mirror.parsers.catalogue import AnyKind, find_parser
from mirror.process import termination
from mirror.rendering.overlay import Style


@dataclass(frozen=True, slots=True)
class Engine:
    """A kind of parser, its share of the machine, and how its parts are drawn.

    Jobs with the same settings can share one, one after the other.
    """

    kind: AnyKind
    style: Style
    workers: int
    threads: int

    @classmethod
    def of(cls, settings: Config, kind: AnyKind | None = None) -> Self:
        """Return what settings ask for.

        Args:
            settings: every setting.
            kind: the parser, where it is not to be found by its name.

        Raises:
            ConfigError: there is no such part or palette, or the workers do not fit.
            ParserNotUsable: there is no such parser, or something of it is missing.
        """
        with termination.nothing_to_lose():  # libraries are loaded
            kind = kind or find_parser(settings.parser.name, settings.parser)
            style = style_of(kind.parts, settings.overlay)
            return cls(kind, style, *workers_for(kind, settings.parser))
