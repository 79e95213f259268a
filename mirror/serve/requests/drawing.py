"""How a parsing is drawn, as a request says."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from mirror.core.label_set import LabelSet
from mirror.core.schema import ConfigError
from mirror.core.settings import Labels, OverlayConfig
from mirror.jobs.composition import style_of
from mirror.rendering.effects.registry import renderer_with
from mirror.rendering.overlay import OverlayRenderer
from mirror.rendering.renderer import Renderer
from mirror.serve.problems import Problem
from mirror.serve.requests.effects import Effects, check_effects


class DrawingQuery(BaseModel):
    """What may be asked of the drawing, and who is to parse what is drawn."""

    model_config = ConfigDict(extra="forbid")

    parser: Annotated[
        str, Field(max_length=64, description="one of /v1/parsers; the service's own, if left out")
    ] = ""
    draw: Annotated[list[str], Field(description="draw only these parts")] = []
    opacity: Annotated[float, Field(ge=0, le=1, description="of the colours")] = 0.6
    palette: Annotated[str, Field(description="vivid, or colour-blind")] = "auto"
    outlines: bool = True
    labels: Labels = "none"
    landmarks: Annotated[bool, Field(description="draw joints and bones")] = False
    effects: Effects = []

    def overlay(self) -> OverlayConfig:
        """Return the settings that stand for it."""
        return OverlayConfig(
            opacity=self.opacity, parts=tuple(self.draw), palette=self.palette,
            outlines=self.outlines, labels=self.labels, landmarks=self.landmarks,
            effects=tuple(self.effects),
        )  # fmt: skip

    def renderer(self, parts: LabelSet) -> Renderer:
        """Return what draws pictures with these parts, one after the other, or a single one.

        Raises:
            Problem: there is no such part, palette or effect (422).
        """
        check_effects(self.effects, parts)
        try:
            overlay = OverlayRenderer(style_of(parts, self.overlay()))
            return renderer_with(self.effects, overlay, parts)
        except ConfigError as error:
            raise Problem(422, "request.invalid", f"{error}.") from None
