"""A user's own parser, named on the command line as ``module:factory``.

    # mine.py
    import cv2, numpy as np

    def skin():
        def parse(image):  # (H, W, 3) uint8 BGR, read-only
            ycrcb = cv2.cvtColor(image, cv2.COLOR_BGR2YCrCb)
            return cv2.inRange(ycrcb, (0, 135, 85), (255, 180, 135)) // 255  # (H, W) part ids
        return parse

    skin.parts = ["background", "skin"]  # optional

The factory is called once in every worker's thread, so that each has a model copy of its own.
A module of an installed package's name is not found: installed ones come first.
"""

from __future__ import annotations

import colorsys
import importlib
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mirror.core.label_set import LabelSet
from mirror.core.parsing import Parsing
from pipeline.errors import PipelineError
from pipeline.frame import BGR, Frame

ParseImage = Callable[[BGR], NDArray[np.integer]]


class ParserNotUsable(PipelineError):
    """A parser that the user named cannot be had, or answers with something else than labels."""

    in_short = "the parser cannot be used as it is; choose another"


class Custom:
    """Wraps a factory of functions from an image to a label map.

    Raises:
        ParserNotUsable: the module or the factory in it is not there.
    """

    worker_memory_mb = 0  # nobody knows

    def __init__(self, name: str) -> None:
        self.name = name
        self._factory = _imported(name)
        names = getattr(self._factory, "parts", None)
        self.parts = _vocabulary(
            name, names or ["background", *(f"part-{n}" for n in range(1, 32))]
        )

    def make_prepare(self, live: bool) -> Callable[[Frame], None]:
        """Return a step that plans nothing."""
        return lambda _: None

    def make_parse(self, threads: int) -> Callable[[Frame, None], Parsing]:
        """Call the factory; the answer is checked with every frame."""
        parse_image: ParseImage = self._factory()

        def parse(frame: Frame, _: None) -> Parsing:
            return Parsing(self._checked(parse_image(frame.bgr), frame))

        return parse

    def make_settle(self) -> Callable[[Frame, None, Parsing], Parsing]:
        """Return a step that passes on what the worker said."""
        return lambda _frame, _plan, parsing: parsing

    def _checked(self, labels: NDArray[np.integer], frame: Frame) -> NDArray[np.uint8]:
        expected = (frame.height, frame.width)
        if not isinstance(labels, np.ndarray) or labels.shape != expected:
            got = getattr(labels, "shape", type(labels).__name__)
            raise ParserNotUsable(
                f"the parser {self.name} answered with {got}; it must return a label map of the "
                f"picture's own size, here {expected}"
            )
        if labels.size and not 0 <= labels.min() <= labels.max() < len(self.parts.names):
            raise ParserNotUsable(
                f"the parser {self.name} answered with part ids {labels.min()} to {labels.max()}; "
                f"it has parts 0 to {len(self.parts.names) - 1}: name them all in its `parts`"
            )
        return labels.astype(np.uint8)


def _imported(name: str) -> Callable[[], ParseImage]:
    module_name, _, factory_name = name.partition(":")
    if not all(part.isidentifier() for part in (*module_name.split("."), factory_name)):
        raise ParserNotUsable(f"{name!r} names no function; --parser takes module:factory")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.append(here)  # last: what lies about in a folder must not stand for a package
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        raise ParserNotUsable(
            f"the parser {name} cannot be imported: {error}. Run where {module_name}.py lies, "
            "or install its package"
        ) from error
    factory = getattr(module, factory_name, None)
    if not callable(factory):
        raise ParserNotUsable(
            f"{module_name} has no function called {factory_name!r}; --parser takes "
            f"module:factory. It was found in {getattr(module, '__file__', 'Python itself')}"
        )
    found: Callable[[], ParseImage] = factory
    return found


def _vocabulary(name: str, names: Sequence[str]) -> LabelSet:
    return LabelSet(name, tuple(names), {"even": tuple(_even_colours(len(names)))})


def _even_colours(count: int) -> list[str]:
    """Hues a golden angle apart, so that any two neighbours in the list differ well."""
    colours = ["#000000"]
    for place in range(1, count):
        red, green, blue = colorsys.hsv_to_rgb(place * 0.618034 % 1.0, 0.65, 0.95)
        colours.append(f"#{round(red * 255):02x}{round(green * 255):02x}{round(blue * 255):02x}")
    return colours
