"""The first minutes: which titles to ask a new person about."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.asking import Asker, Opened
from mediatheque.api.recommending import means_of
from mediatheque.api.shapes import Id, ItemView, item_view
from mediatheque.vocabulary import Kind

router = APIRouter(prefix="/recommendations", tags=["recommendations"])


class Picks(BaseModel):
    """Titles to ask about, the one that would say most first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"items": [{"id": 604, "kind": "film", "title": "Contact", "is_listed": True}]}
        }
    )

    items: list[ItemView] = Field(description="None of them rated, seen or hidden yet.")


@router.get("/onboarding", summary="What to ask first?")
async def list_onboarding(
    app: Opened,
    asker: Asker,
    n: Annotated[int, Query(ge=1, le=50, description="How many at most.")] = 10,
    kind: Annotated[
        list[Kind] | None,
        Query(description="Only these; left out: films, shows, books and audio.", max_length=6),
    ] = None,
    unknown: Annotated[
        list[Id] | None, Query(description="What you said you do not know.", max_length=1000)
    ] = None,
) -> Picks:
    """Well-known titles of many kinds whose answers say most about your taste.

    Answer by an event (`rated`, `liked`, `disliked`); name in `unknown` what you do not know, and ask again: the
    next titles follow from what you said.
    """

    def listed() -> Picks:
        from mediatheque.recommend.onboarding import picks

        with app.database.transaction() as db:
            found = picks(
                db, asker.id, n, kinds=tuple(kind or ()), unknown=unknown or (), means=means_of(app, db)
            )
        return Picks(items=[item_view(item, None) for item in found])

    # In a thread with a connection of its own: choosing is arithmetic that would hold the event loop up.
    return await to_thread.run_sync(listed)
