"""What ModelScope's own pipeline returns, for programs that read that."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Unpack

from mirror.api.options import ParserOptions, settings_of
from mirror.core import machine
from mirror.core.settings import Auto
from mirror.parsers.catalogue import needing
from pipeline.frame import BGR

if TYPE_CHECKING:
    from mirror.parsers.m2fp.results.modelscope_format import ModelScopeResult


def modelscope_parser(
    parser: str = "m2fp",
    *,
    threads: int | Auto = "auto",
    sides: tuple[int, int] = (640, 1333),
    **options: Unpack[ParserOptions],
) -> Callable[[BGR], ModelScopeResult]:
    """Return a function from one image to what ModelScope's pipeline returns for it.

    Masks that may overlap, with labels and scores, parts before people. The network sees an image
    as large as ModelScope shows it, which takes several times as long as ``mirror.parse``.

    Args:
        parser: ``m2fp`` or ``m2fp-single``.
        threads: threads that the network computes with.
        sides: what an image's shorter side becomes, or its longer one where that is less, with
            ``m2fp``; ``m2fp-single`` has an input size of its own.
        **options: of the parser; see ``ParserOptions``. The runtime is torch by default.

    Raises:
        PipelineError: M2FP's checkpoint or runtime is not there; says how to get it.
    """
    with needing(parser):
        from mirror.parsers.m2fp.modelscope_pipeline import as_modelscope

    config = settings_of(options, threads=threads)
    count = machine.cores() if config.threads == "auto" else config.threads
    return as_modelscope(parser, config, count, sides)
