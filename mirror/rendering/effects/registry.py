"""Effects by name: what ``--effect NAME[:OPTIONS]`` says, and packages can add to.

A package adds its own under the entry point group ``mirror.effects``: NAME = "module:factory". The
factory takes the options as a text, and what a parser can name; it returns a ``Renderer``.
"""

from __future__ import annotations

import functools
import importlib.metadata
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

from mirror.core.label_set import LabelSet
from mirror.core.schema import ConfigError
from mirror.rendering.effects.background import (
    BlurredBackground,
    ImageBackground,
    RemovedBackground,
    ReplacedBackground,
    SolidBackground,
)
from mirror.rendering.effects.moving_background import CameraBackground, VideoBackground
from mirror.rendering.effects.people import Hidden, How, Recoloured, Spotlight
from mirror.rendering.renderer import Chain, Renderer
from pipeline.frame import BGR
from pipeline.nearest_name import nearest
from pipeline.sources.camera import device_of
from pipeline.sources.pictures import SUFFIXES
from pipeline.sources.video import VideoFile

Factory = Callable[[str, LabelSet], Renderer]

GROUP = "mirror.effects"
CAMERA = "camera"
LAST = "remove"  # what comes after it would have a background again
PARTS = "parts"  # stands for the coloured parts, which effects otherwise take the place of
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_GREEN = "#00b140"  # chroma key green, as broadcasters paint it


def renderer_with(effects: Sequence[str], overlay: Renderer, parts: LabelSet) -> Renderer:
    """Return what draws: the overlay, or where effects are asked for, those, one after the other.

    Args:
        effects: ``NAME`` or ``NAME:OPTIONS`` each; ``parts`` stands for the overlay.
        overlay: draws the parts.
        parts: what the parser can name.

    Raises:
        ConfigError: there is no such effect, or an option is none that it can have.
    """
    if not effects:
        return overlay
    if LAST in effects[:-1]:
        raise ConfigError(
            "effect.not_last", "the effect {name} comes last, after all others", name=LAST
        )
    return Chain([overlay if one == PARTS else effect_of(one, parts) for one in effects])


def effect_of(text: str, parts: LabelSet) -> Renderer:
    """Return the effect that ``NAME:OPTIONS`` names.

    Raises:
        ConfigError: there is none, or an option is none that it can have; says what can be.
    """
    name, _, options = text.partition(":")
    known = factories()
    if name not in known:
        hint = nearest(name, [*known, PARTS])
        raise ConfigError(
            "effect.unknown", "no effect is called {name!r}; {hint}", name=name, hint=hint
        )
    return known[name](options, parts)


def factories() -> dict[str, Factory]:
    """Return every effect that there is, by name; those of packages among them."""
    others = {one.name: one.load() for one in importlib.metadata.entry_points(group=GROUP)}
    return {**others, **_OURS}


def _blur(options: str, _parts: LabelSet) -> Renderer:
    return BlurredBackground(_share("blur", options, 3.0, 30.0) / 100)


def _replace(options: str, _parts: LabelSet) -> Renderer:
    if _COLOUR.fullmatch(options):
        return ReplacedBackground(SolidBackground(options))
    if not options:
        raise _refused(
            "replace",
            options,
            "a picture's or a video's file, camera:NUMBER, or a colour such as #202020",
        )
    if options == CAMERA or options.startswith(f"{CAMERA}:"):
        return ReplacedBackground(CameraBackground(_camera(options)))
    path = Path(options)
    if path.suffix.lower() not in SUFFIXES:
        return ReplacedBackground(VideoBackground(path))
    try:
        about = path.stat()
    except OSError:
        return ReplacedBackground(ImageBackground(_picture(path, 0, 0)))  # says what is wrong
    return ReplacedBackground(ImageBackground(_picture(path, about.st_mtime_ns, about.st_size)))


@functools.lru_cache(maxsize=2)  # a run checks its effects before it makes them
def _picture(path: Path, _changed_at: int, _size: int) -> BGR:
    with VideoFile(path) as source:  # says what is wrong with the file
        return next(iter(source)).bgr


def _camera(options: str) -> int | str:
    device = device_of(options.removeprefix(CAMERA).removeprefix(":") or "0")
    if device is None:
        raise _refused("replace", options, "camera:NUMBER, or camera:/dev/NAME")
    return device


def _remove(options: str, _parts: LabelSet) -> Renderer:
    if options:
        raise _refused("remove", options, "nothing")
    return RemovedBackground()


def _green(options: str, _parts: LabelSet) -> Renderer:
    if options:
        raise _refused("green", options, "nothing")
    return ReplacedBackground(SolidBackground(_GREEN))


def _recolour(options: str, parts: LabelSet) -> Renderer:
    colours: dict[int, str] = {}
    for entry in options.split(","):
        name, _, colour = entry.partition("=")
        if not _COLOUR.fullmatch(colour):
            raise _refused("recolour", options, "PART=#rrggbb, several separated by commas")
        try:
            (id,) = parts.ids([name])
        except ValueError as error:
            raise _refused("recolour", options, f"names of parts: {error}") from error
        colours[id] = colour
    return Recoloured(colours)


def _privacy(options: str, parts: LabelSet) -> Renderer:
    what, _, how = options.partition(",")
    ways = get_args(How)
    if what not in ("", "faces", "people") or how not in ("", *ways):
        raise _refused("privacy", options, f"faces or people, then {', '.join(ways)}")
    head: int | None = None
    if what != "people":
        names = [name for name in ("head", "face") if name in parts.names]
        if not names:
            raise _refused("privacy", options, "people: this parser knows no heads")
        head = parts.names.index(names[0])
    return Hidden(head, how or "solid")  # type: ignore[arg-type]  # one of the ways


def _spotlight(options: str, _parts: LabelSet) -> Renderer:
    return Spotlight(_share("spotlight", options, 60.0, 100.0) / 100)


def _share(name: str, options: str, usual: float, most: float) -> float:
    """A percentage among the options."""
    if not options:
        return usual
    if not re.fullmatch(r"\d{1,3}(\.\d{1,3})?", options) or not 0 < float(options) <= most:
        raise _refused(name, options, f"a percentage above 0, {most:g} at most")
    return float(options)


def _refused(name: str, options: str, words: str) -> ConfigError:
    return ConfigError(
        "effect.bad_option",
        "the effect {name} takes {expected}; got {options!r}",
        name=name,
        expected=words,
        options=options,
    )


_OURS: dict[str, Factory] = {
    "blur": _blur,
    "replace": _replace,
    "remove": _remove,
    "green": _green,
    "recolour": _recolour,
    "privacy": _privacy,
    "spotlight": _spotlight,
}
NAMES = (*_OURS, PARTS)
