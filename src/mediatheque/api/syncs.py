"""The catalogue's syncs: an administrator begins one, a worker does it, and anybody who may polls."""

from __future__ import annotations

from typing import Annotated, Literal

from anyio import to_thread
from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.kit.errors import Conflict, Invalid
from mediatheque.kit.shelf import names_in
from mediatheque.library.queries import checks, claims
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/syncs", tags=["catalogue"])

_SOURCES = names_in("mediatheque.enrich.sources")


class SyncRequest(BaseModel):
    """What to bring in."""

    model_config = ConfigDict(json_schema_extra={"example": {"source": "starter", "limit": 1000}})

    source: Annotated[str, Field(description="Where from.", json_schema_extra={"enum": [*_SOURCES]})]
    limit: int = Field(1000, ge=1, le=1_000_000, description="How many works at most.")


class SyncView(BaseModel):
    """How a source's sync goes."""

    source: str
    state: Literal["idle", "waiting", "running", "failed"]
    works: int = Field(description="How many works the source has spoken of so far.")


class Syncs(BaseModel):
    """Every source."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [{"source": "starter", "state": "idle", "works": 2054}]}}
    )

    items: list[SyncView]


@router.get("", summary="How syncs go (administrators)", responses=problems.describe(403))
async def list_syncs(app: Opened, admin: Admin) -> Syncs:
    """Each source, what its sync does now, and how much it has brought."""
    states = await app.database.run(checks.sync_states)
    works = await app.database.run(claims.count_claims)
    return Syncs(
        items=[
            SyncView(source=name, state=states.get(name, "idle"), works=works.get(name, 0))
            for name in _SOURCES
        ]
    )


@router.post(
    "", status_code=202, summary="Fill the catalogue (administrators)", responses=problems.describe(403, 409)
)
async def begin_sync(app: Opened, admin: Admin, wanted: SyncRequest) -> SyncView:
    """Have a worker bring a source's works in; what is there already is not brought twice.

    A sync that was interrupted goes on where it stopped; one that waits already is not begun again.
    """
    return await to_thread.run_sync(_begin, app, wanted)


def _begin(app: Mediatheque, wanted: SyncRequest) -> SyncView:
    from mediatheque.enrich import open_source
    from mediatheque.flows.jobs import defer_sync

    try:
        # A source without its key says so now, not in a worker's log.
        open_source(wanted.source, app.source_settings(wanted.source)).client.close()
    except Invalid as error:
        if wanted.source in _SOURCES:
            raise Conflict(str(error)) from None
        raise
    with app.database.transaction() as db:
        defer_sync(app, db, wanted.source, wanted.limit)
        state = checks.sync_states(db).get(wanted.source, "waiting")
        works = claims.count_claims(db).get(wanted.source, 0)
    return SyncView(source=wanted.source, state=state, works=works)
