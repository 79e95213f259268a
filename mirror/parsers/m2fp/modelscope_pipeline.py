"""M2FP with the input and the results of ModelScope's pipeline, one picture at a time."""

from __future__ import annotations

from collections.abc import Callable

from mirror.core.settings import ParserConfig, size_of
from mirror.parsers.m2fp.checkpoint import hub
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root
from mirror.parsers.m2fp.kinds import model_factory_for
from mirror.parsers.m2fp.model_factory import SizedModel, StoredWeights
from mirror.parsers.m2fp.preprocessing import NetworkInput, fitted, letterboxed, scaled
from mirror.parsers.m2fp.results.modelscope_format import ModelScopeResult, modelscope_result
from pipeline.frame import BGR


def as_modelscope(
    name: str, config: ParserConfig, threads: int, sides: tuple[int, int]
) -> Callable[[BGR], ModelScopeResult]:
    """Return a function from a picture to its masks, labels and scores.

    Args:
        name: ``m2fp`` or ``m2fp-single``.
        config: what else is asked; its runtime ``auto`` is torch, whose one copy takes pictures of
            every shape, where a graph would be made for each.
        threads: that the network computes with.
        sides: what the shorter and the longer side of a picture become with m2fp; of no meaning
            with m2fp-single, or where the configuration has an input size.

    Raises:
        PipelineError: see ``open_kind``.
    """
    if config.runtime == "auto":
        config = config.changed(runtime="torch")
    weights = StoredWeights(hub.find_checkpoint(name, cache_root()), name)
    settings, size = weights.settings, size_of(config.input_size) or weights.settings.size
    networks = SizedModel(model_factory_for(weights, config), threads)

    def prepared(picture: BGR) -> NetworkInput:
        if size is None:
            return scaled(picture, *sides)
        return letterboxed(picture, *size) if settings.single else fitted(picture, *size)

    def parse(picture: BGR) -> ModelScopeResult:
        given = prepared(picture)
        output = networks[given.placement.size](given.pixels)
        return modelscope_result(output, settings, given.placement)

    return parse
