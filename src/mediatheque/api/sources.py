"""Where the catalogue comes from: which sources there are, which have a key, and when each last brought something."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Opened
from mediatheque.enrich import sources
from mediatheque.kit.database import Connection
from mediatheque.library.queries import belongings, checks, claims
from mediatheque.vocabulary import Kind
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/sources", tags=["catalogue"])

#: The setting that holds a source's key.
_VARIABLES = {"tmdb": "MEDIATHEQUE_TMDB_TOKEN", "google-books": "MEDIATHEQUE_GOOGLE_BOOKS_KEY"}


class SourceView(BaseModel):
    """A source of the catalogue; its key is never told."""

    name: str
    title: str
    kinds: list[Kind]
    needs_key: bool = Field(description="Without one it is not asked.")
    has_key: bool
    variable: str | None = Field(description="The setting that holds its key; null: it takes none.")
    address: str | None = Field(description="Where it is asked; null: it is part of Mediatheque.")
    state: Literal["idle", "waiting", "running", "failed"] = Field(description="What its sync does now.")
    works: int = Field(description="How many works it has spoken of so far.")
    synced_at: datetime | None = Field(description="When its sync last brought something.")


class Sources(BaseModel):
    """Every source."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "name": "tmdb",
                        "title": "The Movie Database",
                        "kinds": ["film", "show"],
                        "needs_key": True,
                        "has_key": False,
                        "variable": "MEDIATHEQUE_TMDB_TOKEN",
                        "address": "https://api.themoviedb.org/3",
                        "state": "idle",
                        "works": 0,
                        "synced_at": None,
                    }
                ]
            }
        }
    )

    items: list[SourceView]


@router.get("", summary="Sources of the catalogue (administrators)", responses=problems.describe(403))
async def list_sources(app: Opened, admin: Admin) -> Sources:
    """Each source, whether it has its key, what its sync does now, and how much it has brought."""
    return Sources(items=await app.database.run(_sources, app))


def _sources(db: Connection, app: Mediatheque) -> list[SourceView]:
    states, works, synced = checks.sync_states(db), claims.count_claims(db), belongings.synced_at(db)
    return [
        SourceView(
            name=name,
            title=found.TITLE,
            kinds=sorted(found.KINDS),
            needs_key=found.needs_key,
            has_key=reached.token is not None,
            variable=_VARIABLES.get(name),
            address=reached.base_url,
            state=states.get(name, "idle"),
            works=works.get(name, 0),
            synced_at=synced.get(name),
        )
        for name in sources.names()
        for found, reached in [(sources.source(name), app.source_settings(name))]
    ]
