"""M2FP's two kinds of parser, opened with a checkpoint that lies on this machine."""

from __future__ import annotations

from mirror.core.settings import ParserConfig, size_of
from mirror.parsers.m2fp.checkpoint import hub
from mirror.parsers.m2fp.checkpoint.cache_folder import cache_root, graphs_folder
from mirror.parsers.m2fp.model_factory import ModelFactory, StoredWeights, Weights
from mirror.parsers.m2fp.multi_person import MultiPerson
from mirror.parsers.m2fp.runtimes import RuntimeMissing, choose_runtime
from mirror.parsers.m2fp.single_person import SinglePerson


def open_kind(name: str, config: ParserConfig) -> MultiPerson | SinglePerson:
    """Return the kind called ``m2fp`` or ``m2fp-single``.

    Raises:
        CheckpointMissing: it was not downloaded; says both ways to get it.
        ConfigurationRefused: its configuration is of another network.
        RuntimeMissing: what should run it is not installed.
    """
    return kind_of(StoredWeights(hub.find_checkpoint(name, cache_root()), name), config)


def kind_of(weights: Weights, config: ParserConfig) -> MultiPerson | SinglePerson:
    """Return the kind that suits some weights."""
    kind = SinglePerson if weights.settings.single else MultiPerson
    models, size = model_factory_for(weights, config), size_of(config.input_size)
    return kind(weights.settings, models, size, config.find_landmarks)


def model_factory_for(weights: Weights, config: ParserConfig) -> ModelFactory:
    """Return what opens model copies as the settings ask.

    Raises:
        RuntimeMissing: what should run them is not installed, or cannot what is asked.
    """
    choice = choose_runtime(config.runtime, config.device)
    if config.int8 and choice.runtime == "torch":
        raise RuntimeMissing(
            "runtime.no_int8", "torch has no 8-bit form of M2FP here; use onnxruntime"
        )
    folder = graphs_folder(cache_root())
    return ModelFactory(weights, choice, folder, config.decoder_layers, config.int8)
