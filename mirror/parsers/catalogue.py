"""Which parsers there are, by the names that the command line takes."""

from __future__ import annotations

import difflib
from typing import Any

from mirror.parsers import ParserKind
from mirror.parsers.custom import Custom, ParserNotUsable
from mirror.parsers.nothing import Nothing

NAMES = ("built-in", "none")

# what a kind's own steps hand to one another concerns nobody else
AnyKind = ParserKind[Any, Any]


def find_parser(name: str) -> AnyKind:
    """Return the kind of parser that a name stands for.

    Raises:
        ParserNotUsable: there is none of that name; says which comes nearest.
    """
    if name == "built-in":
        from mirror.parsers.builtin import BuiltIn  # loads ONNX Runtime, which takes 0.2 s

        return BuiltIn()
    if name == "none":
        return Nothing()
    if ":" in name:
        return Custom(name)
    near = difflib.get_close_matches(name, NAMES, n=1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(NAMES)}, module:factory"
    raise ParserNotUsable(f"no parser is called {name!r}; {hint}")
