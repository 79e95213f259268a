"""``GET /v1/parts`` and ``/v1/parsers``: what can be named, and by whom, for pages that draw it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from mirror.rendering.overlay import BONES
from mirror.serve.access import Caller
from mirror.serve.service import Service, caller_of, service_of

router = APIRouter(prefix="/v1", tags=["pictures"])


class Parts(BaseModel):
    """What a parser can name."""

    parser: str
    parsers: Annotated[list[str], Field(description="that may be asked for by name")]
    names: Annotated[list[str], Field(description="the place is the id; 0 is the background")]
    palettes: Annotated[
        dict[str, list[str]], Field(description="name to one #rrggbb an id; the first is usual")
    ]
    bones: Annotated[
        list[Annotated[list[str], Field(min_length=2, max_length=2)]],
        Field(description="landmarks between which a line is drawn"),
    ]
    needs_token: bool


@router.get("/parts", summary="What can be found?")
async def parts(
    service: Annotated[Service, Depends(service_of)],
    caller: Annotated[Caller, Depends(caller_of)],
    parser: Annotated[str, Query(max_length=64, description="the service's own, if left out")] = "",
) -> Parts:
    """Answer with the names and colours of a parser's parts."""
    async with service.parsers.using(parser) as found:
        name, known = found.name, found.parts
    return Parts(
        parser=name,
        parsers=list(service.parsers.names),
        names=list(known.names),
        palettes={name: list(colours) for name, colours in known.palettes.items()},
        bones=[list(bone) for bone in BONES],
        needs_token=service.access.needs_token,
    )


class ParserState(BaseModel):
    """A parser that may be asked for."""

    name: str
    loaded: bool
    megabytes: Annotated[int, Field(description="that its models take, about")]


@router.get("/parsers", summary="Who can parse?")
async def parsers(
    service: Annotated[Service, Depends(service_of)],
    caller: Annotated[Caller, Depends(caller_of)],
) -> list[ParserState]:
    """Answer with every parser that may be asked for by name; the service's own is the first."""
    megabytes = {loaded.name: loaded.megabytes for loaded in service.parsers.loaded}
    return [
        ParserState(name=name, loaded=name in megabytes, megabytes=megabytes.get(name, 0))
        for name in service.parsers.names
    ]
