"""How the user wants the picture: choices as plain values, and the picture made after them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelSet, label_set
from mirror.core.parsing import Parsing
from mirror.core.parsing_geometry import cropped, mirrored, resized
from mirror.core.settings import Labels, OverlayConfig
from mirror.live.display.mask_sync import Mode
from mirror.live.display.viewport import Fit, Placement, placed
from mirror.rendering.overlay import OverlayRenderer, Style
from mirror.rendering.overlay.annotations import HAS_EVERY_LETTER
from mirror.rendering.renderer import Renderer
from pipeline.frame import BGR, Frame

BGRX = NDArray[np.uint8]  # (H, W, 4), blue-green-red and a byte that means nothing
Over = Callable[[BGR, Parsing], BGR]


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """How the picture is shown.

    Attributes:
        mode: which mask goes on which frame; see ``mirror.live.display.mask_sync``.
        mirrored: left and right exchanged, as in a mirror. Parts stay what they are.
        fit: how the picture fills the view.
        overlay: whether parts are drawn at all.
        hidden: names of the parts that are not drawn.
        opacity, palette, outlines, labels, landmarks: as in ``mirror.rendering.overlay.Style``.
        side_by_side: the picture as it came on the left.
        effects: what changes the picture in place of colouring parts, as ``--effect`` says it.
        names: what labels call a part, where it is not its own name: words of the user's language.
        language: of everything else that is written into the picture, as gettext names it.
    """

    mode: Mode = "exact"
    mirrored: bool = True
    fit: Fit = "fit"
    overlay: bool = True
    hidden: frozenset[str] = frozenset()
    opacity: float = 0.6
    palette: str | None = None
    outlines: bool = True
    labels: Labels = "none"
    landmarks: bool = False
    side_by_side: bool = False
    effects: tuple[str, ...] = ()
    names: Mapping[str, str] = field(default_factory=dict)
    language: str = "en"

    def style(self, parts: LabelSet) -> Style:
        """Return how parts are drawn; what another parser's settings name is left out."""
        shown = [name for name in parts.names[1:] if name not in self.hidden]
        names = self.names if HAS_EVERY_LETTER else {}
        return Style(
            palette=parts.palette(self.palette if self.palette in parts.palettes else None),
            names=tuple(names.get(name, name) for name in parts.names),
            opacity=self.opacity,
            parts=None if len(shown) == len(parts.names) - 1 else parts.ids(shown),
            outlines=self.outlines,
            labels=self.labels,
            landmarks=self.landmarks,
        )


def look_of(config: OverlayConfig) -> DisplayOptions:
    """Return the look that settings and flags ask for."""
    names = label_set("built-in").names[1:]
    shown = config.parts or names
    return DisplayOptions(
        mode="live" if config.timing == "live" else "exact",
        hidden=frozenset(names) - frozenset(shown),
        opacity=config.opacity,
        palette=None if config.palette == "auto" else config.palette,
        outlines=config.outlines,
        labels=config.labels,
        landmarks=config.landmarks,
        side_by_side=config.side_by_side,
        effects=config.effects,
    )


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """Pixels for the screen: (H, W, 4) and where their left upper corner lies in the view."""

    image: BGRX
    x: int
    y: int


def compose(
    frame: Frame,
    parsing: Parsing | None,
    look: DisplayOptions,
    parts: LabelSet,
    view: tuple[int, int],
    over: Over | None = None,
    effects: Renderer | None = None,
) -> Picture:
    """Return a frame with its parts drawn, as large as it is shown in a view of (height, width).

    Args:
        frame: the picture.
        parsing: what was found in it; None before that is known.
        look: how it is shown.
        parts: what the parser can name.
        view: where it is shown.
        over: draws on what is shown, pixel for pixel, given that and its parsing.
        effects: what draws the look's effects. Nothing of a picture is shown before it is known who
            is in it, since some of them hide people.
    """
    if not look.side_by_side:
        where = placed((frame.height, frame.width), view, look.fit)
        shown = _shown(frame, parsing, look, parts, where, over, effects)
        return Picture(cv2.cvtColor(shown, cv2.COLOR_BGR2BGRA), where.x, where.y)
    where = placed((frame.height, frame.width), (view[0], view[1] // 2), look.fit)
    halves = [
        _shown(frame, half, look, parts, where, on_top, changed)
        for half, on_top, changed in ((None, None, None), (parsing, over, effects))
    ]
    both = cv2.cvtColor(np.hstack(halves), cv2.COLOR_BGR2BGRA)
    return Picture(both, view[1] // 2 - where.width, where.y)


def _shown(
    frame: Frame,
    parsing: Parsing | None,
    look: DisplayOptions,
    parts: LabelSet,
    where: Placement,
    over: Over | None,
    effects: Renderer | None,
) -> BGR:
    if parsing is None and effects is not None:
        return np.zeros((where.height, where.width, 3), np.uint8)
    image = frame.bgr
    x0, y0, x1, y1 = where.crop
    size = where.width, where.height
    shrinks = where.width < x1 - x0
    part: BGR = image[y0:y1, x0:x1]
    # what is shrunk is drawn on afterwards, what grows before: so drawing costs the least
    part = _resized(part, size) if shrinks else part
    part = cv2.flip(part, 1) if look.mirrored else part
    if parsing is None or (over is None and not look.overlay and effects is None):
        return _resized(part, size)
    parsing = cropped(parsing, where.crop)
    parsing = resized(parsing, *part.shape[:2]) if shrinks else parsing
    parsing = mirrored(parsing) if look.mirrored else parsing
    if effects is not None:
        part = effects.render(Frame.from_bgr(part, frame.time), parsing).bgr
    elif look.overlay:
        shown_frame = Frame.from_bgr(part, 0.0)
        part = OverlayRenderer(look.style(parts)).render(shown_frame, parsing).bgr
    if over is None:
        return _resized(part, size)
    # letters are drawn last, so that they are sharp on what has grown
    part, is_whole = _resized(part, size), parsing.labels.shape == (where.height, where.width)
    return over(part, parsing if is_whole else resized(parsing, where.height, where.width))


def _resized(image: BGR, size: tuple[int, int]) -> BGR:
    if (image.shape[1], image.shape[0]) == size:
        return image
    halves = size[0] < image.shape[1] / 2  # below that, plain interpolation skips pixels
    way = cv2.INTER_AREA if halves else cv2.INTER_LINEAR
    resized: BGR = cv2.resize(image, size, interpolation=way)
    return resized
