"""Where a part is, or a person, or the part of a person."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from mirror.api.errors import NoSuchName
from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing


def mask_of(
    parsing: Parsing,
    parts: LabelSet,
    part: str | Iterable[str] | None = None,
    instance: int | None = None,
) -> NDArray[np.bool_]:
    """Return (H, W) bool.

    Args:
        parsing: what was found.
        parts: the names of the part ids.
        part: the name of a part, or several; None is all of them.
        instance: the value of a person's pixels in the instance map; None is everybody.

    Raises:
        NoSuchName: there is no such part; says which comes nearest.
    """
    found = parsing.labels > 0 if part is None else np.isin(parsing.labels, _ids(parts, part))
    if instance is not None:
        found &= parsing.instances == instance
    return found


def _ids(parts: LabelSet, part: str | Iterable[str]) -> list[int]:
    try:
        return list(parts.ids([part] if isinstance(part, str) else part))
    except ValueError as error:
        raise NoSuchName("part.unknown", "{reason}", reason=str(error)) from error
