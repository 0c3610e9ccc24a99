"""Lists that begin somewhere else than with a taste: with a title, or with what everybody turns to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.recommending import Explain, Number, Recommendations, Ruled, means_of, shown
from mediatheque.api.shapes import NO_NUL, ItemView, PathId, item_view
from mediatheque.library.queries import history
from mediatheque.wiring import Mediatheque

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


@router.get("/popular", summary="What is popular?")
async def list_popular(
    app: Opened, asker: Asker, rules: Ruled, n: Number = 10, explain: Explain = False
) -> Recommendations:
    """What everybody likes of what you do not know: activity here, ratings, catalogues' figures."""
    return await to_thread.run_sync(_by_everybody, app, asker.id, _Asked("popular", rules, n, explain))


@router.get("/trending", summary="What is on the rise?")
async def list_trending(
    app: Opened, asker: Asker, rules: Ruled, n: Number = 10, explain: Explain = False
) -> Recommendations:
    """What more people here turned to in the last two weeks than usually do, of what you do not know.

    One person is no trend. Where too little is on the rise, what is popular fills the list, and says so.
    """
    return await to_thread.run_sync(_by_everybody, app, asker.id, _Asked("trending", rules, n, explain))


class RowView(BaseModel):
    """A list with its heading."""

    because: str = Field(description="The heading, as “Because you watched Arrival”.")
    about: ItemView = Field(description="The title of yours that it begins with.")
    recommendations: Recommendations


class RowList(BaseModel):
    """Rows for a first page, the best first; no title is in two of them."""

    rows: list[RowView]


@router.get("/because-of", summary="Because you watched …")
async def list_rows(
    app: Opened,
    asker: Asker,
    rules: Ruled,
    most: Annotated[
        int,
        Query(alias="rows", ge=1, le=10, description="How many rows at most; fewer where little is known."),
    ] = 3,
    n: Number = 10,
    explain: Explain = False,
) -> RowList:
    """A row for each of your best recent titles: what is like it, new to you and to your taste."""

    def listed() -> RowList:
        from mediatheque.recommend.because_of import METHOD, rows

        request = _request(n, METHOD, rules())
        with app.database.transaction() as db:
            made = rows(db, asker.id, request, means_of(app, db), most=most)
            stand = history.standings(db, asker.id, [row.about.id for row in made])
            views: list[RowView] = []
            for row in made:
                asked = {"because_of": row.about.id}
                best = shown(db, asker.id, request, row.best, is_explained=explain, **asked)
                about = item_view(row.about, stand.get(row.about.id))
                views.append(RowView(because=row.because, about=about, recommendations=best))
            return RowList(rows=views)

    return await to_thread.run_sync(listed)


@router.get("/because-of/{item_id}", summary="Because of one title", responses=problems.describe(404))
async def list_because_of(
    app: Opened, asker: Asker, item_id: PathId, rules: Ruled, n: Number = 10, explain: Explain = False
) -> Recommendations:
    """What is like a title that you know, new to you, and to your taste."""

    def listed() -> Recommendations:
        from mediatheque.recommend.because_of import METHOD, because_of

        request = _request(n, METHOD, rules())
        with app.database.transaction() as db:
            best = because_of(db, asker.id, item_id, request, means_of(app, db))
            return shown(db, asker.id, request, best, is_explained=explain, because_of=item_id)

    return await to_thread.run_sync(listed)


@router.get("/group", summary="What for all of us?", responses=problems.describe(404))
async def list_for_group(
    app: Opened,
    asker: Asker,
    rules: Ruled,
    user: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=64, pattern=NO_NUL)]],
        Query(
            description="Names of those who are with you; each has to share their taste.",
            min_length=1,
            max_length=11,
        ),
    ],
    strategy: Annotated[
        Literal["fair", "average", "least-misery"],
        Query(
            description="`fair`: everybody gets their share of the list; `average`: by the mean; `least-misery`: "
            "by whom a title pleases least."
        ),
    ] = "fair",
    seen_by_some: Annotated[
        bool, Query(description="Also what some of you know already; never what somebody has hidden.")
    ] = False,
    n: Number = 10,
    explain: Explain = False,
) -> Recommendations:
    """For you and others of this library together: new to everybody, under the strictest of your age limits.

    Only who shares their taste (`PATCH /users/me`) can be named. The reasons tell how much each of you would
    like a title, and none of the titles that others know.
    """

    def listed() -> Recommendations:
        from mediatheque.recommend.group import METHOD, Strategy, members_of, recommend_to_group

        request = _request(n, METHOD, rules())
        with app.database.transaction() as db:
            _, *others = members_of(db, asker.id, user)
            best = recommend_to_group(
                db,
                asker.id,
                user,
                request,
                means_of(app, db),
                strategy=Strategy(strategy),
                seen_by_some=seen_by_some,
            )
            asked: dict[str, Any] = {"with": [member.id for member in others]}
            asked |= {"strategy": strategy, "seen_by_some": seen_by_some}
            return shown(db, asker.id, request, best, is_explained=explain, **asked)

    return await to_thread.run_sync(listed)


class _Asked(NamedTuple):
    method: str
    rules: Ruled
    n: int
    is_explained: bool


def _by_everybody(app: Mediatheque, user_id: int, asked: _Asked) -> Recommendations:
    from mediatheque.recommend.serve import recommend

    request = _request(asked.n, asked.method, asked.rules())
    with app.database.transaction() as db:
        best = recommend(db, user_id, request, means_of(app, db))
        return shown(db, user_id, request, best, is_explained=asked.is_explained)


def _request(n: int, method: str, rules: Ruled) -> Request:
    from mediatheque.recommend.request import Request

    return Request(n=n, method=method, rules=rules)
