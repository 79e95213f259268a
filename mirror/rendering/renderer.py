"""What draws: one protocol for whatever makes a picture to be shown of a frame and its parsing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mirror.core.parsing import Parsing
from pipeline.frame import Frame


class Renderer(Protocol):
    """Makes pictures of frames, in order, on one thread at a time.

    One renderer belongs to one lane, and may remember what it was given: where somebody was, when.
    """

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return the picture to be shown at the frame's time; the frame itself for no change.

        Args:
            frame: the picture, full size, in whatever pixel format it has; ``bgr`` converts it. In
                a chain, what the renderer before has made of it. ``time`` says when it is.
            parsing: what was found in it, in its pixels.
        """
        ...

    def end_scene(self) -> None:
        """Forget what came before: the next frame has nothing to do with it, or there is none.

        Called at cuts that somebody knows of, such as a seek or a camera that was away, and at the
        end of a lane; twice in a row means no more than once.
        """
        ...


class Chain:
    """Renderers, one after the other; see ``Renderer``.

    Args:
        renderers: the first gets the frame, each other what the one before has made of it.
    """

    def __init__(self, renderers: Sequence[Renderer]) -> None:
        self._renderers = tuple(renderers)

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return what the last of them makes."""
        for renderer in self._renderers:
            frame = renderer.render(frame, parsing)
        return frame

    def end_scene(self) -> None:
        """Have all of them forget."""
        for renderer in self._renderers:
            renderer.end_scene()
