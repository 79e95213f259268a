"""Tells a renderer where what it is shown has nothing to do with what it was shown before."""

from __future__ import annotations

from collections.abc import Callable

from mirror.core.parsing import Parsing
from mirror.rendering.renderer import Renderer
from pipeline.frame import Frame


class SceneCuts:
    """Ends a renderer's scene before every frame that somebody says is a cut; see ``Renderer``.

    Args:
        renderer: what draws.
        is_cut: whether the present frame begins a scene; asked once a frame.
    """

    def __init__(self, renderer: Renderer, is_cut: Callable[[], bool]) -> None:
        self._renderer, self._is_cut = renderer, is_cut
        self._frame: Frame | None = None

    def render(self, frame: Frame, parsing: Parsing) -> Frame:
        """Return what the renderer makes of it."""
        if frame is not self._frame:
            self._frame = frame
            if self._is_cut():
                self._renderer.end_scene()
        return self._renderer.render(frame, parsing)

    def end_scene(self) -> None:
        """Have the renderer forget."""
        self._frame = None
        self._renderer.end_scene()
