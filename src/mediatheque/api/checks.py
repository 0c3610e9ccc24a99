"""Whether everything is well, as `mediatheque check` says it on the command line."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Literal

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/checks", tags=["administration"])

#: It loads models and looks for every file.
_checking = CapacityLimiter(1)


class CheckView(BaseModel):
    """One part, how it is, and how to mend it."""

    part: str
    state: Literal["fine", "note", "fails"] = Field(description="`note` is worth knowing and no fault.")
    said: str
    mend: str | None = Field(description="What to do about it, often a command.")


class Checks(BaseModel):
    """Every part."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "part": "catalogue",
                        "state": "note",
                        "said": "is empty",
                        "mend": "mediatheque sync starter",
                    }
                ],
                "is_well": True,
                "checked_at": "2026-11-20T19:46:00Z",
                "seconds": 1.8,
            }
        }
    )

    items: list[CheckView]
    is_well: bool = Field(description="Nothing fails.")
    checked_at: datetime
    seconds: float


@router.get("", summary="Is everything well? (administrators)", responses=problems.describe(403))
async def check(app: Opened, admin: Admin) -> Checks:
    """Look at every part, one after another; it takes some seconds, since models are loaded to see whether they answer."""
    return await to_thread.run_sync(_check, app, limiter=_checking)


def _check(app: Mediatheque) -> Checks:
    from mediatheque.flows.checking import check_open, is_well

    began = time.monotonic()
    found = list(check_open(app))
    return Checks(
        items=[
            CheckView.model_validate(
                {"part": one.part, "state": one.state.value, "said": one.said, "mend": one.mend or None}
            )
            for one in found
        ],
        is_well=is_well(found),
        checked_at=datetime.now(UTC),
        seconds=round(time.monotonic() - began, 2),
    )
