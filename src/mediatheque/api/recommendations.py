"""Recommendations: what to watch, read or hear next, by which method, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.recommending import (
    Day,
    Explain,
    Method,
    Number,
    Recommendations,
    Ruled,
    means_of,
    past,
    shown,
)
from mediatheque.api.shapes import Id

if TYPE_CHECKING:
    from mediatheque.recommend.request import Request

router = APIRouter(prefix="/recommendations", tags=["recommendations"])


@router.get("", summary="What next?")
async def list_recommendations(
    app: Opened,
    asker: Asker,
    rules: Ruled,
    n: Number = 10,
    method: Method = "mixed",
    as_of: Day = None,
    explain: Explain = False,
) -> Recommendations:
    """What you have neither seen nor hidden and will probably like, each with the reason."""

    def listed() -> Recommendations:
        from mediatheque.recommend.serve import recommend

        request = _request(n, method, rules(), past(as_of))
        with app.database.transaction() as db:
            best = recommend(db, asker.id, request, means_of(app, db))
            return shown(db, asker.id, request, best, is_explained=explain)

    # In a thread with a connection of its own: scoring is arithmetic that would hold the event loop up.
    return await to_thread.run_sync(listed)


@router.get("/from", summary="What goes with these?", responses=problems.describe(404))
async def list_from_items(
    app: Opened,
    asker: Asker,
    rules: Ruled,
    item: Annotated[
        list[Id], Query(description="What somebody likes, the whole of it.", min_length=1, max_length=200)
    ],
    n: Number = 10,
    method: Method = "mixed",
    explain: Explain = False,
) -> Recommendations:
    """For somebody who likes these titles and of whom nothing else is known: a guest, a session, a gift.

    Your own history has no say, and what you have seen may be among them.
    """

    def listed() -> Recommendations:
        from mediatheque.recommend.serve import recommend_from

        request = _request(n, method, rules(), None)
        with app.database.transaction() as db:
            best = recommend_from(db, asker.id, item, request, means_of(app, db))
            return shown(db, asker.id, request, best, is_explained=explain, items=sorted(set(item)))

    return await to_thread.run_sync(listed)


def _request(n: int, method: str, rules: Ruled, as_of: datetime | None) -> Request:
    from mediatheque.recommend.request import Request

    return Request(n=n, method=method, rules=rules, as_of=as_of)
