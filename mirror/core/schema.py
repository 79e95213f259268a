"""What a setting says of itself, once: flags, files, forms and the reference derive from it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Self, TypeVar, Union, get_args, get_origin

import annotated_types
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from mirror.core.errors import MirrorError

T = TypeVar("T", bound=BaseModel)


class ConfigError(MirrorError):
    """A setting is unknown, or its value is none that it can have."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What the command line and the reference say of a field, besides its type and description.

    Attributes:
        flag: the option that sets it; None where there is none.
        metavar: what stands for its value in a command's help.
        short: a second name of the option, such as ``-o``.
        repeated: whether the option is given once for every one of several values.
        negatable: whether there is a ``--no-`` of a switch, too.
        suggests: values that a shell offers; others may be as good.
        words: what it can be, where the type and its bounds do not say; ``{most}`` is filled in.
        more: what only a file of settings and the reference have room for.
    """

    flag: str | None = None
    metavar: str | None = None
    short: str | None = None
    negatable: bool = False
    repeated: bool = False
    suggests: tuple[str, ...] = ()
    words: str | None = None
    more: str = ""


class Schema(BaseModel):
    """A value with checked fields that nobody changes; what is no field of it is refused."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        allow_inf_nan=False,
        defer_build=True,  # a command pays for the schemas that it uses
    )

    def changed(self, **fields: object) -> Self:
        """Return the same with other values in some fields, checked as at first.

        Raises:
            ConfigError: a field cannot have such a value.
        """
        return made(type(self), {**dict(self), **fields})


@dataclass(frozen=True, slots=True)
class Described:
    """One field of a schema, as its users need it.

    Attributes:
        name: the field's.
        kind: its type, without None where it may be left out.
        default: its default; None where there is none.
        help: one line.
        setting: what else is said of it.
        bounds: ``ge``, ``gt``, ``le`` and ``lt``, as far as there are.
    """

    name: str
    kind: Any
    default: Any
    help: str
    setting: Setting
    bounds: Mapping[str, Any]

    @property
    def choices(self) -> tuple[str, ...]:
        """All values that it can have, where they are few names; else none."""
        return get_args(self.kind) if get_origin(self.kind) is Literal else ()

    def words(self, most: int | None = None) -> str:
        """Return what it can be, as an error says it; ``most`` is this machine's number."""
        if self.setting.words is not None:
            return self.setting.words.replace("{most}", "N" if most is None else str(most))
        if self.choices:
            return _listed(self.choices)
        if self.kind in (int, float):
            return _range_words(self.kind, self.bounds)
        return {bool: "true or false", str: "a text", Path: "a path"}.get(
            self.kind, "a list of names"
        )


def fields_of(schema: type[BaseModel]) -> dict[str, Described]:
    """Return what there is to say of every field, by its name."""
    return {name: _described(name, field) for name, field in schema.model_fields.items()}


def made(
    schema: type[T], values: Mapping[str, object], where: str = "", most: int | None = None
) -> T:
    """Return the value that fields make up.

    Args:
        schema: of what kind.
        values: its fields.
        where: what goes before the name of a field in an error.
        most: workers, and threads of each, that this machine may be asked for.

    Raises:
        ConfigError: a field cannot have such a value; says what it can be.
    """
    try:
        return schema.model_validate(dict(values), context={"most": most})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        field = fields_of(schema).get(name)
        if field is None:
            raise ConfigError(
                "config.refused",
                "{where}{key}: {reason}",
                where=where,
                key=name,
                reason=str(first["msg"]),
            ) from error
        raise ConfigError(
            "config.bad_value",
            "{where}{key} is {allowed}, got {got}",
            where=where,
            key=name,
            allowed=field.words(most),
            got=repr(values.get(name)),
        ) from error


def _described(name: str, field: FieldInfo) -> Described:
    extra = next((one for one in field.metadata if isinstance(one, Setting)), Setting())
    bounds: dict[str, Any] = {}
    for one in field.metadata:
        if isinstance(one, annotated_types.Ge | annotated_types.Gt):
            bounds.update(dataclasses.asdict(one))
        if isinstance(one, annotated_types.Le | annotated_types.Lt):
            bounds.update(dataclasses.asdict(one))
    default = None if field.default is PydanticUndefined else field.default
    return Described(
        name, _without_none(field.annotation), default, field.description or "", extra, bounds
    )


def _without_none(kind: Any) -> Any:  # noqa: ANN401  # a type, as typing has them
    if get_origin(kind) in (Union, UnionType):
        left = [one for one in get_args(kind) if one is not NoneType]
        kind = left[0] if len(left) == 1 else kind
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _listed(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} or {last}"


def _range_words(kind: type, bounds: Mapping[str, Any]) -> str:
    low, high = bounds.get("ge"), bounds.get("le")
    if kind is int:
        return (
            f"a whole number from {low} on" if high is None else f"a whole number, {low} to {high}"
        )
    if low is None:
        return f"a number above {bounds.get('gt', 0):g}, {high:g} at most"
    return f"{low:g} to {high:g}"
