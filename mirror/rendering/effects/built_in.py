"""The effects that come with the package: what each makes of its options."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable
from pathlib import Path
from typing import get_args

from mirror.core.label_set import LabelSet
from mirror.core.schema import ConfigError
from mirror.rendering.effects.absence import Absent
from mirror.rendering.effects.background import (
    BlurredBackground,
    ImageBackground,
    RemovedBackground,
    ReplacedBackground,
    SolidBackground,
)
from mirror.rendering.effects.enrolment import Enrolment
from mirror.rendering.effects.figure import Figures, Outlined
from mirror.rendering.effects.framing import Framing
from mirror.rendering.effects.light import LightLifted
from mirror.rendering.effects.moving_background import CameraBackground, VideoBackground
from mirror.rendering.effects.people import Hidden, How, Recoloured, Spotlight
from mirror.rendering.renderer import Renderer
from pipeline.frame import BGR
from pipeline.sources.camera import device_of
from pipeline.sources.pictures import SUFFIXES
from pipeline.sources.video import VideoFile

Factory = Callable[[str, LabelSet], Renderer]

CAMERA = "camera"
_COLOUR = re.compile("#[0-9a-fA-F]{6}")
_GREEN = "#00b140"  # chroma key green, as broadcasters paint it


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
    if what not in ("", "faces", "people", "others") or how not in ("", *ways):
        raise _refused("privacy", options, f"faces, people or others, then {', '.join(ways)}")
    head: int | None = None
    if what not in ("people", "others"):
        names = [name for name in ("head", "face") if name in parts.names]
        if not names:
            raise _refused("privacy", options, "people: this parser knows no heads")
        head = parts.names.index(names[0])
    enrolment = Enrolment() if what == "others" else None
    return Hidden(head, how or "solid", enrolment)  # type: ignore[arg-type]  # one of the ways


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


def _avatar(options: str, _parts: LabelSet) -> Renderer:
    if options:
        raise _refused("avatar", options, "nothing")
    return Figures()


def _outline(options: str, _parts: LabelSet) -> Renderer:
    if options and not _COLOUR.fullmatch(options):
        raise _refused("outline", options, "a colour such as #ffffff")
    return Outlined(options or "#ffffff")


def _framing(options: str, _parts: LabelSet) -> Renderer:
    if not options:
        return Framing()
    if not re.fullmatch(r"\d{1,2}(\.\d{1,2})?", options) or not 1 < float(options) <= 8:
        raise _refused("framing", options, "how much to enlarge at most: above 1, 8 at most")
    return Framing(float(options))


def _light(options: str, _parts: LabelSet) -> Renderer:
    return LightLifted(_share("light", options, 80.0, 100.0) / 100)


def _hide(options: str, _parts: LabelSet) -> Renderer:
    return Absent(_ids("hide", options))


def _show(options: str, _parts: LabelSet) -> Renderer:
    return Absent(_ids("show", options), inverted=True)


def _ids(name: str, options: str) -> list[int]:
    found = options.split(",")
    if not all(re.fullmatch("[1-9][0-9]{0,5}", one) for one in found):
        raise _refused(name, options, "people's ids, such as 2, or 2,3")
    return [int(one) for one in found]


BUILT_IN: dict[str, Factory] = {
    "blur": _blur,
    "replace": _replace,
    "remove": _remove,
    "green": _green,
    "recolour": _recolour,
    "privacy": _privacy,
    "spotlight": _spotlight,
    "outline": _outline,
    "avatar": _avatar,
    "hide": _hide,
    "show": _show,
    "light": _light,
    "framing": _framing,
}
