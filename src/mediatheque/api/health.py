"""Whether the server lives, and whether it can answer."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel

from mediatheque.api import problems
from mediatheque.api.asking import Opened
from mediatheque.kit.database import is_up_to_date
from mediatheque.kit.errors import Unavailable

router = APIRouter(prefix="/health", tags=["health"])


class Alive(BaseModel):
    """It is."""

    status: Literal["ok"] = "ok"


@router.get("/live", summary="Does the server live?")
async def live() -> Alive:
    """Answers as long as the process does; asks nothing of the database."""
    return Alive()


@router.get("/ready", summary="Can the server answer?", responses=problems.describe(503))
async def ready(app: Opened) -> Alive:
    """Answers once the database does and its schema is the one this version needs."""
    if not await app.database.run(is_up_to_date):
        raise Unavailable(
            "The database's schema is not the one of this version; start 'mediatheque up' again."
        )
    return Alive()
