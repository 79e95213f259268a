"""Which parsers there are, by the names that the command line takes."""

from __future__ import annotations

import contextlib
import difflib
from collections.abc import Iterator
from typing import Any

from mirror.core.settings import ParserConfig
from mirror.parsers import ParserKind
from mirror.parsers.custom import Custom, ParserNotUsable
from mirror.parsers.nothing import Nothing

NAMES = ("built-in", "m2fp", "m2fp-single", "none")

# what a kind's own steps hand to one another concerns nobody else
AnyKind = ParserKind[Any, Any]


def find_parser(name: str, config: ParserConfig) -> AnyKind:
    """Return the kind of parser that a name stands for.

    Args:
        name: what the command line calls it.
        config: what else is asked of it. Its own ``name`` does not count.

    Raises:
        ParserNotUsable: there is none of that name; says which comes nearest.
        PipelineError: M2FP's checkpoint or runtime is not there; says how to get it.
    """
    if name == "built-in":
        from mirror.parsers.builtin import BuiltIn  # loads ONNX Runtime, which takes 0.2 s

        return BuiltIn(config.search == "thorough", config.quality)
    if name in ("m2fp", "m2fp-single"):
        return _m2fp(name, config)
    if name == "none":
        return Nothing()
    if ":" in name:
        return Custom(name)
    near = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(NAMES)}, module:factory"
    raise ParserNotUsable(
        "parser.unknown", "no parser is called {name!r}; {hint}", name=name, hint=hint
    )


def _m2fp(name: str, config: ParserConfig) -> AnyKind:
    with needing(name):
        from mirror.parsers.m2fp.kinds import open_kind

    return open_kind(name, config)


@contextlib.contextmanager
def needing(what: str) -> Iterator[None]:
    """Say, of something that wants packages of M2FP's, which of them is missing.

    Raises:
        ParserNotUsable: one is.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise ParserNotUsable(
            "parser.package_missing",
            "{parser} needs {package}, which is not installed: pip install 'smart-mirror[m2fp]'",
            parser=what,
            package=error.name or str(error),
        ) from error
