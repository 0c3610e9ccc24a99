"""Recommendations: what to watch, read or hear next, by which method, and why."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from starlette.requests import Request as HttpRequest
from starlette.responses import Response

from mediatheque.api import problems
from mediatheque.api.answers import Answer, Answers
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
    seen_by,
    shown,
)
from mediatheque.api.shapes import Id
from mediatheque.recommend.queries.shown import add_written, written_list

if TYPE_CHECKING:
    from mediatheque.recommend.request import Request

router = APIRouter(prefix="/recommendations", tags=["recommendations"])


@router.get("", summary="What next?", response_model=Recommendations)
async def list_recommendations(
    given: HttpRequest,
    app: Opened,
    asker: Asker,
    rules: Ruled,
    n: Number = 10,
    method: Method = "mixed",
    as_of: Day = None,
    explain: Explain = False,
) -> Response:
    """What you have neither seen nor hidden and will probably like, each with the reason."""
    remembered: Answers = given.app.state.answers
    key, stamp = (asker.id, given.url.query), await remembered.stamp(app, asker)
    if (answer := remembered.get(key, stamp)) is not None:
        return answer.numbered(await app.database.run_alone(add_written, answer.written))

    def listed() -> Response:
        from mediatheque.recommend.serve import recommend

        request = _request(n, method, rules(), past(as_of))
        with app.database.transaction() as db:
            means = means_of(app, db)
            best = recommend(db, asker.id, request, means)
            written = written_list(asker.id, {**request.as_json(), "via": "api"}, best)
            list_id = add_written(db, written)
            seen = seen_by(db, asker.id, list_id, best, is_explained=explain)
        answer = Answer.of(seen, written)
        if request.as_of is None:
            remembered.put(key, stamp, answer, answer.size)
        return answer.numbered(list_id)

    # In a thread with a connection of its own: scoring is arithmetic that would hold the event loop up.
    return await to_thread.run_sync(listed, limiter=given.app.state.lists_at_once)


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
