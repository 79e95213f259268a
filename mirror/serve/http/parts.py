"""``GET /v1/parts``: what the parser can name and how it is drawn, for pages that draw it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, Field

from mirror.rendering.overlay import BONES
from mirror.serve.access import Caller
from mirror.serve.service import Service, caller_of, service_of

router = APIRouter(prefix="/v1", tags=["pictures"])


class Parts(BaseModel):
    """What a parser can name."""

    parser: str
    names: Annotated[list[str], Field(description="the place is the id; 0 is the background")]
    palettes: Annotated[
        dict[str, list[str]], Field(description="name to one #rrggbb an id; the first is usual")
    ]
    bones: Annotated[
        list[tuple[str, str]], Field(description="landmarks between which a line is drawn")
    ]
    needs_token: bool


@router.get("/parts", summary="What can be found?")
async def parts(
    service: Annotated[Service, Depends(service_of)],
    caller: Annotated[Caller, Depends(caller_of)],
) -> Parts:
    """Answer with the parts' names and colours."""
    known = service.parser.parts
    return Parts(
        parser=service.parser.name,
        names=list(known.names),
        palettes={name: list(colours) for name, colours in known.palettes.items()},
        bones=list(BONES),
        needs_token=service.access.needs_token,
    )
