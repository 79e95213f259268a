"""What the window remembers from one time to the next, in the system's own place for it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path

from PyQt5.QtCore import QByteArray, QSettings

from mirror.live.look import Look

_NOT_OF_A_LOOK = {"mirrored", "names"}


class Memory:
    """Keeps the look, the language and the window's place. What cannot be read is forgotten.

    Args:
        settings: where it is kept.
    """

    def __init__(self, settings: QSettings) -> None:
        self._settings = settings

    def look(self, otherwise: Look) -> Look:
        """Return the look that was kept last."""
        try:
            kept = json.loads(str(self._settings.value("look", "{}")))
            known = {field.name for field in dataclasses.fields(Look)} & set(kept) - _NOT_OF_A_LOOK
            fields = {name: kept[name] for name in known}
            if "hidden" in fields:
                fields["hidden"] = frozenset(fields["hidden"])
            return dataclasses.replace(otherwise, **fields)
        except (ValueError, TypeError):
            return otherwise

    def keep_look(self, look: Look) -> None:
        """Keep a look, but for what depends on the source and on the language."""
        fields = dataclasses.asdict(look) | {"hidden": sorted(look.hidden)}
        fields = {name: value for name, value in fields.items() if name not in _NOT_OF_A_LOOK}
        self._settings.setValue("look", json.dumps(fields))

    @property
    def mirrored(self) -> dict[str, bool]:
        """What the user wants mirrored or not, by the kind of source; see ``readout.look_for``."""
        try:
            kept = json.loads(str(self._settings.value("mirrored", "{}")))
            return {str(kind): bool(wanted) for kind, wanted in kept.items()}
        except (ValueError, AttributeError):
            return {}

    def keep_mirrored(self, mirrored: Mapping[str, bool]) -> None:
        """Keep what is mirrored."""
        self._settings.setValue("mirrored", json.dumps(dict(mirrored)))

    @property
    def language(self) -> str | None:
        """The language that the user chose; None where none was."""
        kept = self._settings.value("language")
        return kept if isinstance(kept, str) else None

    def keep_language(self, language: str) -> None:
        """Keep a language."""
        self._settings.setValue("language", language)

    @property
    def place(self) -> QByteArray | None:
        """Where the window was, as Qt writes it."""
        kept = self._settings.value("place")
        return kept if isinstance(kept, QByteArray) else None

    def keep_place(self, place: QByteArray) -> None:
        """Keep where the window is."""
        self._settings.setValue("place", place)

    @property
    def films(self) -> Path | None:
        """The folder that the last film was opened from, while there is one."""
        kept = self._settings.value("films")
        return Path(kept) if isinstance(kept, str) and Path(kept).is_dir() else None

    def keep_films(self, folder: Path) -> None:
        """Keep the folder that a film was opened from."""
        self._settings.setValue("films", str(folder))

    @property
    def has_panel(self) -> bool:
        """Whether the panel was open."""
        return self._settings.value("panel") in (True, "true")

    def keep_panel(self, is_open: bool) -> None:
        """Keep whether the panel is open."""
        self._settings.setValue("panel", is_open)

    @property
    def folder(self) -> Path | None:
        """Where the user wants pictures and recordings; None where nothing was chosen."""
        kept = self._settings.value("folder")
        return Path(kept) if isinstance(kept, str) and kept else None

    def keep_folder(self, folder: Path) -> None:
        """Keep where pictures and recordings go."""
        self._settings.setValue("folder", str(folder))

    def forget(self) -> None:
        """Forget everything."""
        self._settings.clear()
