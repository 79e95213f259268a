"""How parsings are drawn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, Strict

from mirror.core.schema import Schema, Setting

Labels = Literal["none", "people", "parts"]  # what is written on people
Timing = Literal["auto", "exact", "live", "carried"]  # which mask is shown on which picture


class OverlayConfig(Schema):
    """How parts are drawn."""

    opacity: Annotated[
        float,
        Field(ge=0, le=1, description="opacity of the colours"),
        Setting("--opacity", "0-1"),
    ] = 0.6
    parts: Annotated[
        tuple[str, ...],
        Strict(False),  # a file has lists
        Field(description="draw only these parts"),
        Setting("--parts", "A,B", words="a list of names", more="none named: all of them"),
    ] = ()
    palette: Annotated[
        str,
        Field(description="vivid, or colour-blind"),
        Setting(
            "--palette",
            "NAME",
            suggests=("vivid", "colour-blind"),
            more="of the parser's, see parts.toml; auto: its first",
        ),
    ] = "auto"
    outlines: Annotated[
        bool,
        Field(description="draw a thin light line around bodies and parts"),
        Setting("--outlines", negatable=True),
    ] = True
    labels: Annotated[
        Labels,
        Field(description="write people's ids, or the names of parts"),
        Setting("--labels"),
    ] = "none"
    landmarks: Annotated[
        bool,
        Field(description="draw joints and bones"),
        Setting("--landmarks", negatable=True),
    ] = False
    side_by_side: Annotated[
        bool,
        Field(description="show the original on the left"),
        Setting("--side-by-side", negatable=True),
    ] = False
    timing: Annotated[
        Timing,
        Field(
            description="live: exact waits for each picture's own mask, carried moves the last one "
            "to where the body is now, live leaves it where it was"
        ),
        Setting("--overlay", more="auto: exact, in the window carried where the parser is m2fp"),
    ] = "auto"
    effects: Annotated[
        tuple[str, ...],
        Strict(False),
        Field(description="change the picture in place of colouring parts: blur, privacy, ..."),
        Setting(
            "--effect",
            "NAME[:OPTIONS]",
            repeated=True,
            suggests=(
                "blur",
                "replace:",
                "remove",
                "green",
                "recolour:",
                "privacy",
                "spotlight",
                "outline",
                "avatar",
                "hide:",
                "show:",
                "light",
                "framing",
                "parts",
            ),
            words="a list of effects",
            more="one after the other; parts is the coloured parts",
        ),
    ] = ()
