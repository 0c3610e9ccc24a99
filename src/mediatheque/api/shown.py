"""Lists that were shown: which ones, why they were as they were, and what came of them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.recommending import ContributionView
from mediatheque.api.shapes import Id, ItemView, Page, PathId, item_view
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries import history
from mediatheque.library.queries.history import Standing
from mediatheque.recommend.queries.shown import KeptList, items_now, shown_lists
from mediatheque.vocabulary import EventKind, Item, Kind
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.recommend.recorder import Place, Why

router = APIRouter(prefix="/recommendations", tags=["recommendations"])

_LISTING = "shown"
#: Paths are looked for, for so many titles of a list: each is a walk.
MOST_WITH_PATHS = 20


class ModelView(BaseModel):
    """A trained model."""

    name: str
    version: int


class ShownTitle(BaseModel):
    """A title on a list, as it is called now."""

    item_id: int = Field(description="As it was shown.")
    kind: Kind | None = None
    title: str | None = Field(default=None, description="None: it is gone, or not yours to see any more.")


class ShownList(BaseModel):
    """A list that was shown to you."""

    id: int
    shown_at: datetime
    method: str = Field(description="As asked for.")
    model: ModelView | None = Field(default=None, description="The trained model that had a say.")
    fallback: str | None = Field(
        default=None, description="Why a simpler method served than the one asked for."
    )
    via: str | None = Field(default=None, description="By which way it was asked for.")
    length: int = Field(description="How many titles were on it.")
    best: list[ShownTitle] = Field(description="The first three.")


class SharedContributionView(ContributionView):
    """One addend of a score, and its share of it."""

    share: float | None = Field(description="The shares of a score add up to 1; none: the score was 0.")


class AnswerView(BaseModel):
    """What you did with a title that was shown to you."""

    kind: EventKind
    at: datetime | None
    value: float | None
    is_named: bool = Field(description="The event named the list; else it was the last to show the title.")


class PlaceView(BaseModel):
    """One place of a list: scores and reasons are of then, titles are of now."""

    rank: int = Field(ge=1, description="1 is the best.")
    item_id: int = Field(description="As it was shown.")
    item: ItemView | None = Field(description="What it is now; none when it is gone.")
    since: Literal["there", "merged", "gone"] = Field(description="What became of the title since.")
    score: float
    method: str = Field(description="The algorithm that served it.")
    model: ModelView | None = Field(description="The trained model that had a say in its list.")
    because: str
    fallback: str | None
    arm: str | None = Field(description="In an experiment: whose list it comes from.")
    contributions: list[SharedContributionView] = Field(description="The amounts add up to the score.")
    answers: list[AnswerView] = Field(description="What came of it.")
    paths: list[str] | None = Field(
        default=None,
        description="With `paths`: what connects you with the title in the graph of today, most telling first.",
    )


class WhyView(BaseModel):
    """How a list came about, as it was kept when it was shown."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 8812,
                "shown_at": "2026-03-14T19:02:11Z",
                "method": "mixed",
                "model": {"name": "blend", "version": 3},
                "fallback": None,
                "via": "api",
                "arms": {},
                "request": {"n": 1, "method": "mixed", "via": "api"},
                "length": 1,
                "items": [
                    {
                        "rank": 1,
                        "item_id": 604,
                        "item": {"id": 604, "kind": "film", "title": "Contact", "is_listed": True},
                        "since": "there",
                        "score": 0.8,
                        "method": "content",
                        "model": {"name": "blend", "version": 3},
                        "because": "Because you liked Arrival: also science fiction.",
                        "fallback": None,
                        "arm": None,
                        "contributions": [
                            {
                                "method": "content",
                                "name": "like",
                                "amount": 0.6,
                                "item_id": 603,
                                "title": "Arrival",
                                "share": 0.75,
                            },
                            {"method": "popular", "name": "renown", "amount": 0.2, "share": 0.25},
                        ],
                        "answers": [
                            {
                                "kind": "watched",
                                "at": "2026-03-15T20:15:00Z",
                                "value": 1.0,
                                "is_named": False,
                            }
                        ],
                    }
                ],
            }
        }
    )

    id: int
    shown_at: datetime
    method: str = Field(description="As asked for.")
    model: ModelView | None = Field(description="The trained model that had a say.")
    fallback: str | None = Field(description="Why a simpler method served than the one asked for.")
    via: str | None = Field(description="By which way it was asked for.")
    arms: dict[str, ModelView] = Field(
        description="In an experiment: the models whose lists were interleaved."
    )
    request: dict[str, Any] = Field(description="What was asked for.")
    length: int = Field(description="How many titles were on it.")
    items: list[PlaceView] = Field(description="Best first.")


class EstimateView(BaseModel):
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float | None = Field(description="None: without limit.")


class GroupView(BaseModel):
    """What came of the titles that one method, or one model, put on lists."""

    label: str
    people: int
    lists: int
    shown: int = Field(description="Places of lists.")
    outcomes: dict[str, int]
    taken: int = Field(description="Clicked, saved, started, watched or liked.")
    rate: EstimateView = Field(description="Of the shown, how many were taken up.")
    corrected: EstimateView = Field(description="The same if every place had been looked at.")
    lift: EstimateView | None = Field(
        description="How much more is taken up than of what is popular: 0.1 is a tenth more; none: no telling."
    )


class DuelView(BaseModel):
    """Two models whose lists were interleaved."""

    label: str
    people: int
    lists: int
    wins: dict[str, int] = Field(description="Lists won, by side.")
    ties: int
    people_won: dict[str, int] = Field(description="People of whose lists a side won more.")
    is_by_people: bool = Field(description="Whether the test is over people; else over lists.")
    share: EstimateView | None = Field(description="Of what was decided, the challenger's.")
    p: float | None = Field(description="Of the two-sided sign test.")


class LiftView(BaseModel):
    """What came of the lists that were shown."""

    by: str
    propensity: str = Field(description="How likely a place is taken to be looked at.")
    people: int
    lists: int
    is_by_people: bool = Field(description="Whether intervals are over people; else, with few, over lists.")
    groups: list[GroupView]
    duels: list[DuelView]
    sentences: list[str] = Field(description="What to think of it, in words.")


@router.get("/shown", summary="Your past lists")
async def list_shown(app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50) -> Page[ShownList]:
    """Every list that was shown to you and is still kept, latest first."""
    before = read_number(_LISTING, cursor)

    def page(db: Connection) -> Page[ShownList]:
        found = shown_lists(db, asker.id, before=before, limit=limit + 1)
        following = write_cursor(_LISTING, found[limit - 1].id) if len(found) > limit else None
        kept = found[:limit]
        now = items_now(db, [place.item_id for one in kept for place in one.places], asker.id)
        return Page(items=[_listed(one, now) for one in kept], next=following)

    return await app.database.run(page)


@router.get("/lift", summary="What came of lists (administrators)", responses=problems.describe(403))
async def lift_of_lists(
    app: Opened,
    admin: Admin,
    by: Annotated[
        Literal["method", "model"], Query(description="What to compare: methods, or trained models.")
    ] = "method",
    days: Annotated[
        int, Query(ge=1, le=36_500, description="Only lists shown in the last so many days.")
    ] = 365,
    eta: Annotated[
        float | None,
        Query(
            ge=0,
            le=3,
            description="A place of rank r is taken to be looked at like 1/r^eta; left out: like 1/log2(r + 1).",
        ),
    ] = None,
) -> LiftView:
    """How many of the shown titles were clicked, saved, started, watched or liked, by method or by trained model.

    Everybody's lists, in sums. Intervals hold 95 %; where models were interleaved, who won.
    """

    def worked_out() -> LiftView:
        from mediatheque.recommend.impressions import Propensity
        from mediatheque.recommend.lift import as_json, lift
        from mediatheque.recommend.queries.answers import impressions

        with app.database.transaction() as db:
            seen = impressions(db, since=datetime.now(UTC) - timedelta(days=days))
        return LiftView.model_validate(as_json(lift(seen, by=by, propensity=Propensity(eta))))

    return await to_thread.run_sync(worked_out)


@router.get("/{list_id}/why", summary="Why was this on my list?", responses=problems.describe(404))
async def why_list(
    app: Opened,
    asker: Asker,
    list_id: PathId,
    item: Annotated[
        Id | None, Query(description="Only this one: its number as it was shown, or as it is now.")
    ] = None,
    paths: Annotated[
        bool,
        Query(
            description=f"Also say what connects you with the titles, of the first {MOST_WITH_PATHS} places."
        ),
    ] = False,
) -> WhyView:
    """How a list came about: for each title its method, its model, and its score as a sum.

    Told from what was kept when it was shown, whatever was trained, promoted or merged since. `answers` is what came
    of it: the events that name this list, and those that followed it within 30 days before another list showed
    the same title.
    """

    def told() -> WhyView:
        from mediatheque.recommend.recorder import why

        with app.database.transaction() as db:
            found = why(db, asker.id, list_id, item)
            ids = [place.item.id for place in found.places if place.item is not None]
            told_by = _paths(app, db, asker.id, ids[:MOST_WITH_PATHS]) if paths else None
            return _why(found, history.standings(db, asker.id, ids), told_by)

    return await to_thread.run_sync(told)


def _listed(kept: KeptList, now: dict[int, Item]) -> ShownList:
    return ShownList(
        id=kept.id,
        shown_at=kept.shown_at,
        method=kept.method,
        model=_model(kept.model, kept.version),
        fallback=kept.fallback,
        via=kept.request.get("via"),
        length=kept.length,
        best=[_title(place.item_id, now.get(place.item_id)) for place in kept.places],
    )


def _title(item_id: int, item: Item | None) -> ShownTitle:
    if item is None:
        return ShownTitle(item_id=item_id)
    return ShownTitle(item_id=item_id, kind=item.kind, title=item.title)


def _model(name: str | None, version: int | None) -> ModelView | None:
    return ModelView(name=name, version=version) if name is not None and version is not None else None


def _paths(app: Mediatheque, db: Connection, user_id: int, item_ids: Sequence[int]) -> dict[int, list[str]]:
    """The most telling ways from somebody to each of these titles, as sentences."""
    from mediatheque.graph import walks

    view = walks.view_of(db, user_id)
    told: dict[int, list[str]] = {}
    for item_id in item_ids:
        # While the graph is built anew, a title may not be in it yet.
        with contextlib.suppress(NotFound):
            told[item_id] = [telling.sentence for telling in walks.why(app.graph, db, view, item_id)]
    return told


def _why(told: Why, stand: dict[int, Standing], paths: Mapping[int, list[str]] | None) -> WhyView:
    arms = {name: ModelView(name=model, version=version) for name, model, version in told.arms}
    whole = _model(told.model, told.version)
    return WhyView(
        id=told.id,
        shown_at=told.shown_at,
        method=told.method,
        model=whole,
        fallback=told.fallback,
        via=told.via,
        arms=arms,
        request=dict(told.request),
        length=told.length,
        items=[_place(place, stand, arms.get(place.arm or "", whole), paths) for place in told.places],
    )


def _place(
    place: Place, stand: dict[int, Standing], model: ModelView | None, paths: Mapping[int, list[str]] | None
) -> PlaceView:
    return PlaceView(
        rank=place.rank,
        item_id=place.item_id,
        item=item_view(place.item, stand.get(place.item.id)) if place.item is not None else None,
        since=place.since.value,
        score=place.score,
        method=place.method,
        model=model,
        because=place.because,
        fallback=place.fallback,
        arm=place.arm,
        contributions=[
            SharedContributionView(
                method=one.contribution.method,
                name=one.contribution.name,
                amount=one.contribution.amount,
                item_id=one.contribution.item_id,
                title=one.contribution.title,
                share=one.share,
            )
            for one in place.shares
        ],
        answers=[AnswerView(kind=a.kind, at=a.at, value=a.value, is_named=a.is_named) for a in place.answers],
        paths=paths.get(place.item.id) if paths is not None and place.item is not None else None,
    )
