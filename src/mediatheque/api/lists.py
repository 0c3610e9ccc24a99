"""Lists that begin somewhere else than with a taste: what is like a title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from anyio import to_thread
from fastapi import APIRouter, Query

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.recommending import Explain, Number, Recommendations, Ruled, means_of, shown
from mediatheque.api.shapes import PathId

if TYPE_CHECKING:
    from mediatheque.recommend.request import Request

router = APIRouter(prefix="/recommendations", tags=["recommendations"])


@router.get("/similar/{item_id}", summary="What is like it?", responses=problems.describe(404))
async def list_similar(
    app: Opened,
    asker: Asker,
    item_id: PathId,
    rules: Ruled,
    unseen: Annotated[bool, Query(description="Only what you do not know yet.")] = False,
    n: Number = 10,
    explain: Explain = False,
) -> Recommendations:
    """By what it says and who made it, and by who here took to both. What you have hidden is left out."""

    def listed() -> Recommendations:
        from mediatheque.recommend.similar import METHOD, similar

        request = _request(n, METHOD, rules())
        with app.database.transaction() as db:
            best = similar(db, asker.id, item_id, request, means_of(app, db), only_unseen=unseen)
            asked = {"similar_to": item_id, "unseen": unseen}
            return shown(db, asker.id, request, best, is_explained=explain, **asked)

    return await to_thread.run_sync(listed)


def _request(n: int, method: str, rules: Ruled) -> Request:
    from mediatheque.recommend.request import Request

    return Request(n=n, method=method, rules=rules)
