"""What the window remembers from one time to the next, in the system's own place for it."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Set
from pathlib import Path
from typing import Any, get_args

from PyQt5.QtCore import QByteArray, QSettings

from mirror.coach.exercises.catalogue import shipped
from mirror.coach.programmes.catalogue import shipped_programmes
from mirror.core.settings import ConfigError, Labels, ParserConfig, load
from mirror.live.coaching.coach_options import AUTO, CoachOptions
from mirror.live.display.display_options import DisplayOptions
from mirror.live.display.mask_sync import Mode
from mirror.live.display.viewport import FITS
from mirror.live.sources.source_choice import CameraChoice, Choice
from mirror.live.translations import language_of
from mirror.parsers.catalogue import NAMES

_OF_A_LOOK = {field.name for field in dataclasses.fields(DisplayOptions)} - {
    "mirrored",
    "effects",  # asked for each time: nobody is to believe that a face is hidden, or be surprised
    "names",
    "language",
}
_MOST_RECENT = 5
_LONGEST_S = 60.0  # of a countdown
_OF_A_PARSER = {"name", "runtime", "workers"}
_WAYS = {"mode": get_args(Mode), "fit": FITS, "labels": get_args(Labels)}  # fields with few values


class SettingsStore:
    """Keeps what the user chose in the window, and nothing else; what cannot be read is forgotten.

    Args:
        settings: where it is kept; None keeps nothing.
    """

    def __init__(self, settings: QSettings | None = None) -> None:
        self._settings = settings
        self._is_place_kept = True

    def look(self, otherwise: DisplayOptions, given: Set[str] = frozenset()) -> DisplayOptions:
        """Return the look as it was chosen, but for the fields that were given otherwise."""
        known = _OF_A_LOOK - given
        kept = {
            name: value
            for name, value in self._kept("look").items()
            if name in known and _can_be_of_a_look(name, value)
        }
        if "hidden" in kept:
            kept["hidden"] = frozenset(kept["hidden"])
        return dataclasses.replace(otherwise, **kept)

    def keep_look(self, before: DisplayOptions, after: DisplayOptions) -> None:
        """Keep what is different, but for what depends on the source and on the language."""
        changed = _changed(before, after, _OF_A_LOOK)
        if "hidden" in changed:
            changed["hidden"] = sorted(after.hidden)
        self._keep("look", changed)

    def parser(self, otherwise: ParserConfig, given: Set[str] = frozenset()) -> ParserConfig:
        """Return the parser as it was chosen, but for the fields that were given otherwise."""
        kept = self._kept("parser")
        chosen = {
            name: kept[name]
            for name in _OF_A_PARSER - given
            if name in kept and _is_setting("parser", name, kept[name])
        }
        return otherwise.changed(**chosen)

    def keep_parser(self, before: ParserConfig, after: ParserConfig) -> None:
        """Keep what is different; a parser of the user's own is found in one folder only."""
        changed = _changed(before, after, _OF_A_PARSER)
        if changed.get("name", NAMES[0]) in NAMES:
            self._keep("parser", changed)

    def coach(self, otherwise: CoachOptions) -> CoachOptions:
        """Return how people were coached last; an exercise that was given otherwise stays."""
        kept = self._kept("coach")
        known = (*shipped(), *shipped_programmes(), AUTO)
        chosen: dict[str, Any] = {}
        if otherwise.exercise is None and kept.get("exercise") in known:
            chosen["exercise"] = kept["exercise"]
        for name in ("hands_free", "keeps_history"):
            if isinstance(kept.get(name), bool):
                chosen[name] = kept[name]
        if isinstance(kept.get("countdown_s"), float) and 0 <= kept["countdown_s"] <= _LONGEST_S:
            chosen["countdown_s"] = kept["countdown_s"]
        return dataclasses.replace(otherwise, **chosen)

    def keep_coach(self, options: CoachOptions) -> None:
        """Keep how people are coached; what ``coach`` does not know is not given back."""
        self._keep("coach", dataclasses.asdict(options))

    @property
    def camera(self) -> CameraChoice | None:
        """The camera that the user chose last, with its size and rate; None where none was.

        Films and addresses are not kept: who stands before a mirror wants to see a mirror.
        """
        kept = self._kept("camera")
        try:
            height, width = kept["size"] or (0, 0)
            size = (int(height), int(width)) if kept["size"] else None
            rate = int(kept["rate"]) if kept["rate"] else None
        except (TypeError, ValueError, KeyError):
            return None
        device = kept.get("device")
        return CameraChoice(device, size, rate) if isinstance(device, int | str) else None

    def keep_camera(self, choice: Choice) -> None:
        """Keep what is looked at if it is a camera."""
        if isinstance(choice, CameraChoice):
            kept = {"device": choice.device, "size": choice.size, "rate": choice.rate}
            self._set("camera", json.dumps(kept))

    @property
    def recent(self) -> list[Path]:
        """Files that were looked at last and are still there, the newest first."""
        kept = self._kept("recent").get("files", [])
        names = [one for one in kept if isinstance(one, str)] if isinstance(kept, list) else []
        return [Path(one) for one in names if Path(one).exists()]

    def keep_recent(self, file: Path) -> None:
        """Keep that a file was looked at."""
        files = [file.absolute(), *(one for one in self.recent if one != file.absolute())]
        self._keep("recent", {"files": [str(one) for one in files[:_MOST_RECENT]]})

    @property
    def mirrored(self) -> dict[str, bool]:
        """What the user wants mirrored or not, by the kind of source; see ``readout.look_for``."""
        return {str(kind): bool(wanted) for kind, wanted in self._kept("mirrored").items()}

    def keep_mirrored(self, mirrored: Mapping[str, bool]) -> None:
        """Keep what is mirrored."""
        self._keep("mirrored", mirrored)

    @property
    def language(self) -> str | None:
        """The language that the user chose; None where none was, or none that there is."""
        return language_of(self._text("language") or "-")

    def keep_language(self, language: str) -> None:
        """Keep a language."""
        self._set("language", language)

    @property
    def films(self) -> Path | None:
        """The folder that the last film was opened from, while there is one."""
        kept = self._text("films")
        return Path(kept) if kept and Path(kept).is_dir() else None

    def keep_films(self, folder: Path) -> None:
        """Keep the folder that a film was opened from."""
        self._set("films", str(folder))

    @property
    def folder(self) -> Path | None:
        """Where the user wants pictures and recordings; None where nothing was chosen."""
        kept = self._text("folder")
        return Path(kept) if kept else None

    def keep_folder(self, folder: Path) -> None:
        """Keep where pictures and recordings go."""
        self._set("folder", str(folder))

    @property
    def place(self) -> QByteArray | None:
        """Where the window was, as Qt writes it."""
        kept = None if self._settings is None else self._settings.value("place")
        return kept if isinstance(kept, QByteArray) else None

    def keep_place(self, place: QByteArray) -> None:
        """Keep where the window is, unless everything was to be forgotten."""
        if self._is_place_kept:
            self._set("place", place)

    @property
    def has_panel(self) -> bool:
        """Whether the panel was open."""
        return self._text("panel") == "open"

    def keep_panel(self, is_open: bool) -> None:
        """Keep whether the panel is open."""
        self._set("panel", "open" if is_open else "closed")

    @property
    def has_voice(self) -> bool:
        """Whether what the coach says was to be said aloud."""
        return self._text("voice") == "on"

    def keep_voice(self, is_on: bool) -> None:
        """Keep whether what the coach says is said aloud."""
        self._set("voice", "on" if is_on else "off")

    def forget(self) -> None:
        """Forget everything."""
        self._is_place_kept = False
        if self._settings is not None:
            self._settings.clear()

    def _text(self, name: str) -> str | None:
        kept = None if self._settings is None else self._settings.value(name)
        return kept if isinstance(kept, str) else None

    def _kept(self, name: str) -> dict[str, Any]:
        try:
            kept = json.loads(self._text(name) or "{}")
        except ValueError:
            return {}
        return kept if isinstance(kept, dict) else {}

    def _keep(self, name: str, changed: Mapping[str, object]) -> None:
        if changed:
            self._set(name, json.dumps(self._kept(name) | dict(changed)))

    def _set(self, name: str, value: object) -> None:
        if self._settings is not None:
            self._settings.setValue(name, value)


def _can_be_of_a_look(name: str, value: object) -> bool:
    """Whether a field can have a value; what other versions knew may be none of this one's."""
    if name in _WAYS:
        return value in _WAYS[name]
    if name == "hidden":
        return _is_setting("overlay", "parts", value)
    if name == "palette":
        return value is None or isinstance(value, str)
    return _is_setting("overlay", name, value) if name == "opacity" else isinstance(value, bool)


def _is_setting(section: str, name: str, value: object) -> bool:
    try:
        load(flags={f"{section}.{name}": value})
    except ConfigError:
        return False
    return value is not None


def _changed(
    before: DisplayOptions | ParserConfig, after: object, names: Set[str]
) -> dict[str, Any]:
    values = {name: getattr(after, name) for name in names}
    return {name: value for name, value in values.items() if value != getattr(before, name)}
