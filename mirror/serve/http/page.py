"""The pages ``/`` and ``/docs``: files of the package, as browsers take them; no other host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent.parent / "page"
_FRESH = {"Cache-Control": "no-cache"}  # ask whether it has changed: another version may be running

router = APIRouter(include_in_schema=False)


@router.get("/")
async def page() -> FileResponse:
    """Answer with the page itself; it needs no token, what it asks for does."""
    return FileResponse(FOLDER / "index.html", headers=_FRESH)


@router.get("/docs")
async def docs() -> FileResponse:
    """Answer with the page that describes every address; it takes nothing from other hosts."""
    return FileResponse(FOLDER / "docs.html", headers=_FRESH)


class PageFiles(StaticFiles):
    """What the page takes its looks and its behaviour from."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def file_response(self, *given: Any, **more: Any) -> Response:  # noqa: ANN401 - as it comes
        """See ``StaticFiles``."""
        response = super().file_response(*given, **more)
        response.headers.update(_FRESH)
        return response
