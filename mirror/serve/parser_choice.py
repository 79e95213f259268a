"""Which parsers clients may ask for by name, and what they hear of one that cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from mirror.core import machine
from mirror.core.schema import ConfigError
from mirror.core.settings import ParserConfig
from mirror.parsers.catalogue import NAMES, AnyKind, find_parser
from mirror.serve.problems import Problem
from pipeline.errors import PipelineError

LATER = {"Retry-After": "10"}
NO_ROOM = "parser.no_room"  # the one refusal that passes by itself


@dataclass(frozen=True, slots=True)
class ParserChoice:
    """What clients may ask for by name, besides the service's own parser.

    Attributes:
        names: of the catalogue; ``module:factory``, which is run, is never among them.
        megabytes: that the model copies of all of these may take together.
        idle_s: seconds without a user after which one is dropped.
        config: how they parse; its ``name`` does not count.
        find: finds the kind that a name stands for.
        free_mb: megabytes of memory that the machine has left.
    """

    names: tuple[str, ...] = ()
    megabytes: int = 4096
    idle_s: float = 300.0
    config: ParserConfig = field(default_factory=ParserConfig)
    find: Callable[[str, ParserConfig], AnyKind] = find_parser
    free_mb: Callable[[], int] = machine.free_memory_mb


NO_CHOICE = ParserChoice()


def check_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return names that settings let clients ask for.

    Raises:
        ConfigError: one is none of the catalogue's; a function of somebody's own never is.
    """
    for name in names:
        if name not in NAMES:
            raise ConfigError(
                "serve.parser_refused",
                "clients cannot ask for the parser {name}; {hint}",
                name=name,
                hint=f"there are: {', '.join(NAMES)}",
            )
    return tuple(dict.fromkeys(names))


def told(error: BaseException) -> BaseException:
    """What clients may hear of a parser that cannot be had: nothing of this machine."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, PipelineError):
        if error.code.startswith("memory."):
            return Problem(503, NO_ROOM, "The machine has no memory left for this parser.", LATER)
        return Problem(
            503, "parser.not_available", "This parser cannot be loaded here.", LATER,
            reason=error.code,
        )  # fmt: skip
    if isinstance(error, Exception):
        return Problem(503, "parser.not_available", "This parser cannot be loaded here.", LATER)
    return error
