"""Where the files lie that ship with the product: configs, weights, the demo clip."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).parent.parent


def config_file(name: str) -> Path:
    """Return the path of a file under ``configs/``.

    A wheel carries the folder inside the package; a clone and an editable install have it beside.
    """
    inside = _PACKAGE / "configs" / name
    return inside if inside.exists() else _PACKAGE.parent / "configs" / name


def media_file(name: str) -> Path:
    """Return the path of a clip that ships inside the package."""
    return _PACKAGE / "media" / name
