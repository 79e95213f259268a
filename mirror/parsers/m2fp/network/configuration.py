"""What ``configuration.json`` of a checkpoint says about its network, read and checked."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mirror.core.errors import MirrorError
from mirror.core.label_set import LabelSet, label_set

HUMAN = "human"  # CIHP's class of whole people, after its parts
STRIDE = 32  # the sides of the network's input are multiples of it
LEVELS = 3  # of features that attention looks at: strides 32, 16 and 8
GROUPS = 32  # of channels in the pixel decoder that are normalised together
DEPTHS = {50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}  # blocks in res2 to res5


class ConfigurationRefused(MirrorError):
    """A ``configuration.json`` is unreadable, lacks a key, or describes another network."""


class _Unfit(Exception):
    """Why a configuration is refused, before it is known for whom it was read."""


@dataclass(frozen=True, slots=True)
class BackboneSettings:
    """The residual network. Channels are counted at its narrowest stage."""

    depth: int
    groups: int
    width_per_group: int
    stem_channels: int
    res2_channels: int
    stride_in_1x1: bool


@dataclass(frozen=True, slots=True)
class EncoderSettings:
    """The multi-scale deformable pixel decoder, which the configuration calls encoder."""

    channels: int
    mask_channels: int
    heads: int
    feedforward: int
    layers: int


@dataclass(frozen=True, slots=True)
class DecoderSettings:
    """The masked transformer decoder."""

    channels: int
    mask_channels: int
    queries: int
    heads: int
    feedforward: int
    layers: int


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that decides a network's parameters and how its outputs are read.

    Attributes:
        classes: names as the configuration has them; a class's id is its place.
        parts: the same as a label set, without the class of whole people.
        single: one person fills the picture (LIP); else several with instances (CIHP).
        size: (height, width) of the input of a single-person network; None where it is free.
        person_score: from which a whole person counts as found.
    """

    backbone: BackboneSettings
    encoder: EncoderSettings
    decoder: DecoderSettings
    classes: tuple[str, ...]
    parts: LabelSet
    single: bool
    size: tuple[int, int] | None
    person_score: float


def read_settings(path: Path, name: str = "m2fp") -> Settings:
    """Read a checkpoint folder's ``configuration.json``.

    Args:
        path: the file.
        name: what the command line calls the checkpoint, for what is said where it is refused.

    Raises:
        ConfigurationRefused: it is not there or not JSON, lacks a key (named), or describes
            classes or a network that this code does not know.
    """
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigurationRefused(
            "checkpoint.configuration_missing",
            "{path} is missing; get the checkpoint again",
            path=path,
            parser=name,
        ) from None
    except (OSError, ValueError) as error:
        raise ConfigurationRefused(
            "checkpoint.configuration_not_json",
            "{path} cannot be read as JSON: {reason}; get the checkpoint again",
            path=path,
            reason=str(error),
            parser=name,
        ) from error
    return settings_of(content, str(path), name)


def settings_of(content: object, where: str = "the configuration", name: str = "m2fp") -> Settings:
    """Return the settings in a decoded ``configuration.json``.

    Raises:
        ConfigurationRefused: as ``read_settings``.
    """
    try:
        return _settings(content, where)
    except _Unfit as refused:
        raise ConfigurationRefused(
            "checkpoint.configuration_refused",
            "{reason}; get the checkpoint again",
            reason=str(refused),
            parser=name,
        ) from None


def _settings(content: object, where: str) -> Settings:
    model = _Section(content, where, "").section("model")
    if (kind := model.text("type")) != "m2fp":
        raise _Unfit(f"{where}: model.type is {kind!r}, not 'm2fp'")
    classes = model.texts("classes")
    single = model.flag("single_human")
    encoder, decoder = _encoder(model.section("encoder")), _decoder(model.section("decoder"))
    if encoder.mask_channels != decoder.mask_channels or encoder.channels != decoder.channels:
        raise model.refusal("encoder and decoder", "differ in conv_dim or mask_dim", "equal ones")
    if model.section("decoder").count("num_classes", 255) != len(classes):
        raise model.refusal("decoder.num_classes", "is not the number of classes", len(classes))
    return Settings(
        _backbone(model.section("backbone")),
        encoder,
        decoder,
        classes,
        _parts(classes, single, where),
        single,
        _size(model) if single else None,
        0.5 if single else model.share("parsing_ins_score_thr"),
    )


def _backbone(section: _Section) -> BackboneSettings:
    depth = section.count("depth", 1000)
    if depth not in DEPTHS:
        known = ", ".join(map(str, DEPTHS))
        raise section.refusal("depth", f"is {depth}, a backbone that is not known", known)
    section.expect("norm", "BN")
    section.expect("res4_dilation", 1)
    section.expect("res5_dilation", 1)
    section.expect("res5_multi_grid", [1, 1, 1])
    section.expect("out_features", ["res2", "res3", "res4", "res5"])
    return BackboneSettings(
        depth,
        section.count("num_groups", 64),
        section.count("width_per_group", 1024),
        section.multiple("stem_out_channels", 2048, 2),
        section.count("res2_out_channels", 2048),
        section.flag("stride_in_1x1"),
    )


def _encoder(section: _Section) -> EncoderSettings:
    section.expect("in_features", ["res2", "res3", "res4", "res5"])
    section.expect("transformer_in_features", ["res3", "res4", "res5"])
    section.expect("common_stride", 4)
    return EncoderSettings(
        section.multiple("conv_dim", 2048, GROUPS, "transformer_nheads"),
        section.count("mask_dim", 2048),
        section.count("transformer_nheads", 64),
        section.count("transformer_dim_feedforward", 16384),
        section.count("transformer_enc_layers", 64),
    )


def _decoder(section: _Section) -> DecoderSettings:
    section.expect("pre_norm", False)
    section.expect("enforce_input_project", False)
    section.expect("mask_classification", True)
    return DecoderSettings(
        section.multiple("hidden_dim", 2048, 2, "nheads"),
        section.count("mask_dim", 2048),
        section.count("num_queries", 1000),
        section.count("nheads", 64),
        section.count("dim_feedforward", 16384),
        section.count("dec_layers", 64),
    )


def _parts(classes: tuple[str, ...], single: bool, where: str) -> LabelSet:
    parts = label_set("lip" if single else "cihp")
    known = parts.names if single else (*parts.names, HUMAN)
    for place, name in enumerate(classes):
        if place >= len(known) or _hyphened(name) != known[place]:
            raise _Unfit(
                f"{where}: model.classes has the unknown class {name!r} at place {place}; "
                f"a {parts.name.upper()} network is needed"
            )
    if len(classes) < len(known):
        raise _Unfit(f"{where}: model.classes lacks {known[len(classes)]!r}")
    return parts


def _hyphened(name: str) -> str:
    """``UpperClothes`` -> ``upper-clothes``, as parts are called here."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "-", name).lower()


def _size(model: _Section) -> tuple[int, int]:
    sizes = model.section("input_single_human").value("sizes")
    try:
        width, height = (int(side) for side in sizes[0])  # the configuration has width first
    except (TypeError, ValueError, IndexError, KeyError):
        raise model.refusal("input_single_human.sizes", f"is {sizes!r}", "[[w, h]]") from None
    if min(height, width) < STRIDE or height % STRIDE or width % STRIDE:
        raise model.refusal("input_single_human.sizes", f"is {sizes!r}", f"multiples of {STRIDE}")
    return height, width


class _Section:
    """One object of the configuration; every refusal names the whole path of a key."""

    def __init__(self, content: object, where: str, name: str) -> None:
        if not isinstance(content, Mapping):
            raise _Unfit(f"{where}: {name or 'it'} is not an object")
        self._content, self._where, self._name = content, where, name

    def value(self, key: str) -> Any:  # noqa: ANN401 - JSON
        if key not in self._content:
            raise _Unfit(f"{self._where}: the key {self._name}{key} is missing")
        return self._content[key]

    def section(self, key: str) -> _Section:
        return _Section(self.value(key), self._where, f"{self._name}{key}.")

    def share(self, key: str) -> float:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 1:
            raise self.refusal(key, f"is {value!r}", "a number above 0, up to 1")
        return float(value)

    def count(self, key: str, most: int) -> int:
        value = self.value(key)
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 1 <= value <= most or value != int(value):
            raise self.refusal(key, f"is {value!r}", f"a whole number from 1 to {most}")
        return int(value)

    def multiple(self, key: str, most: int, of: int, heads: str = "") -> int:
        """A count that something shares out evenly: groups, and attention's heads."""
        value = self.count(key, most)
        for parts in (of, self.count(heads, 64) if heads else 1):
            if value % parts:
                raise self.refusal(key, f"is {value}", f"multiples of {parts}")
        return value

    def flag(self, key: str) -> bool:
        if not isinstance(value := self.value(key), bool):
            raise self.refusal(key, f"is {value!r}", "true or false")
        return value

    def text(self, key: str) -> str:
        if not isinstance(value := self.value(key), str):
            raise self.refusal(key, f"is {value!r}", "a text")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.value(key)
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self.refusal(key, f"is {value!r}", "a list of names")
        return tuple(value)

    def expect(self, key: str, only: object) -> None:
        if (value := self.value(key)) != only:
            raise self.refusal(key, f"is {value!r}", only)

    def refusal(self, key: str, fault: str, known: object) -> _Unfit:
        return _Unfit(f"{self._where}: {self._name}{key} {fault}; known: {known}")
