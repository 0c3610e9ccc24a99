"""What all routes that recommend have in common: what may be asked for, and how a list is shown and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.embedding import embedder_or_none
from mediatheque.api.shapes import Id, ItemView, item_view
from mediatheque.kit.errors import Invalid
from mediatheque.kit.shelf import names_in
from mediatheque.library.queries import history
from mediatheque.vocabulary import Kind
from mediatheque.wiring import Mediatheque

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.recommend.request import Means, Recommended, Request, Rules

#: A language as ISO 639-1 writes it, and a service as sources name it.
Language = Annotated[str, Field(pattern=r"^[a-z]{2}$")]
Service = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9+.-]{0,63}$")]


class ContributionView(BaseModel):
    """One addend of a score."""

    method: str = Field(description="The method it comes from; empty: of the list as a whole.")
    name: str
    amount: float
    item_id: int | None = Field(default=None, description="The title of yours that it comes from, if one.")
    title: str | None = None


class RecommendationView(BaseModel):
    """An item worth your time."""

    item: ItemView
    score: float = Field(description="Higher is better; comparable inside one list only.")
    method: str = Field(description="The algorithm that served it.")
    because: str = Field(description="Why, in words.")
    expected_rating: float | None = Field(
        default=None,
        description="The stars you would give it, by how you rated others; where that can be said.",
    )
    fallback: str | None = Field(description="Why a simpler method than the one asked for served it.")
    contributions: list[ContributionView] | None = Field(
        default=None, description="With `explain`: what the score is made of; the amounts add up to it."
    )


class Recommendations(BaseModel):
    """What to turn to next, best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 8812,
                "method": "mixed",
                "model": {"name": "blend", "version": 3},
                "items": [
                    {
                        "item": {"id": 604, "kind": "film", "title": "Contact", "is_listed": True},
                        "score": 0.81,
                        "method": "because-you-liked",
                        "because": "Because you liked Arrival: also science fiction.",
                        "fallback": None,
                    }
                ],
            }
        }
    )

    id: int = Field(description="The number of this list: ask for its reasons, and name it in events.")
    method: str = Field(description="As asked for.")
    model: dict[str, Any] | None = Field(
        default=None, description="The trained model that had a say: its name and version."
    )
    items: list[RecommendationView]


async def ruled(
    kind: Annotated[
        list[Kind] | None,
        Query(description="Only these; left out: films, shows, books and audio.", max_length=6),
    ] = None,
    exclude: Annotated[
        list[Id] | None, Query(description="Ids of items to leave out.", max_length=1000)
    ] = None,
    language: Annotated[
        list[Language] | None, Query(description="Only made in these (ISO 639-1).", max_length=20)
    ] = None,
    service: Annotated[
        list[Service] | None,
        Query(
            description="Only what one of these streams, as `netflix` or `disney-plus`; `any`: wherever it is. "
            "Left out: the services that you say you have.",
            max_length=50,
        ),
    ] = None,
    max_age: Annotated[
        int | None, Query(ge=0, le=21, description="Nothing that is meant for older people.")
    ] = None,
    per_series: Annotated[
        int | None, Query(ge=1, le=100, description="So many of one show or series at most.")
    ] = None,
    variety: Annotated[
        float, Query(ge=0, le=3, description="0: by score alone; 1: as usual; more: less of the same.")
    ] = 1.0,
) -> Callable[[], Rules]:
    """The rules of a list, as query parameters give them."""

    def rules() -> Rules:
        from mediatheque.recommend.request import Rules

        return Rules(
            kinds=tuple(kind or ()),
            exclude=frozenset(exclude or ()),
            languages=tuple(language or ()),
            services=None if service is None else tuple(name for name in service if name != "any"),
            max_age=max_age,
            per_series=per_series,
            variety=variety,
        )

    return rules


#: Called in a thread: what it makes belongs to a room that loads a numerical library.
Ruled = Annotated[Any, Depends(ruled)]
Number = Annotated[int, Query(ge=1, le=100, description="How many at most.")]
Method = Annotated[
    str,
    Query(
        description="`mixed`, or one algorithm alone.",
        # The folder is the list of algorithms; importing them would load a numerical library.
        json_schema_extra={"enum": ["mixed", *names_in("mediatheque.recommend.algorithms")]},
    ),
]
Day = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d{2}-\d{2}$",
        json_schema_extra={"format": "date"},
        description="As if it were this day: by what was known, and of what was out, before it.",
    ),
]
Explain = Annotated[bool, Query(description="Also say what each score is made of.")]


def means_of(app: Mediatheque, db: Connection) -> Means:
    """What there is to recommend with, as far as it can be had."""
    from mediatheque.recommend.request import Means
    from mediatheque.stores.vectors import store

    embedder = embedder_or_none(app)
    model_id = store().model_id(db, embedder.name) if embedder is not None else None
    return Means(
        model_id=model_id,
        on_duty=app.champions.current(),
        stars=app.stars.current(),
        challenger=app.challengers.current() if app.challengers is not None else None,
        people=app.people,
        mirrors=app.mirrors,
    )


def past(day: str | None) -> datetime | None:
    """That day's first moment, UTC; raises Invalid for what is no day in the past."""
    if day is None:
        return None
    try:
        moment = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise Invalid(f"as_of is a day, as 2024-01-31, not {day}.") from None
    if not datetime(1900, 1, 1, tzinfo=UTC) <= moment <= datetime.now(UTC):
        raise Invalid(f"as_of is a day in the past, not {day}.")
    return moment


def shown(
    db: Connection,
    user_id: int,
    request: Request,
    best: Recommended,
    *,
    is_explained: bool,
    **asked: Any,
) -> Recommendations:
    """The list as the asker sees it, kept with what was asked for."""
    from mediatheque.recommend.queries.shown import add_shown

    list_id = add_shown(db, user_id, {**request.as_json(), **asked, "via": "api"}, best)
    return seen_by(db, user_id, list_id, best, is_explained=is_explained)


def seen_by(
    db: Connection, user_id: int, list_id: int, best: Recommended, *, is_explained: bool
) -> Recommendations:
    """A list that is kept under this number, as the asker sees it."""
    stand = history.standings(db, user_id, [r.item.id for r in best])
    return Recommendations(
        id=list_id,
        method=best.method,
        model={"name": best.model, "version": best.version} if best.version is not None else None,
        items=[
            RecommendationView(
                item=item_view(r.item, stand.get(r.item.id)),
                score=r.score,
                method=r.method,
                because=r.because,
                expected_rating=r.expected_rating,
                fallback=r.fallback,
                contributions=[
                    ContributionView(
                        method=c.method, name=c.name, amount=c.amount, item_id=c.item_id, title=c.title
                    )
                    for c in r.contributions
                ]
                if is_explained
                else None,
            )
            for r in best
        ],
    )
