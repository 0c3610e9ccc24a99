"""Recommendations: what to watch, read or hear next, by which method, and why."""

from __future__ import annotations

from typing import Annotated

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api.asking import Asker, Opened
from mediatheque.api.embedding import embedder_or_none
from mediatheque.api.shapes import Id, ItemView, item_view
from mediatheque.kit.shelf import names_in
from mediatheque.library.queries import history
from mediatheque.vocabulary import Kind
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/recommendations", tags=["recommendations"])


class RecommendationView(BaseModel):
    """An item worth your time."""

    item: ItemView
    score: float = Field(description="Higher is better; comparable inside one list only.")
    method: str = Field(description="The algorithm that served it.")
    because: str = Field(description="Why, in words.")
    fallback: str | None = Field(description="Why a simpler method than the one asked for served it.")
    contributions: dict[str, float] | None = Field(
        default=None, description="With `explain`: what the score is made of."
    )


class Recommendations(BaseModel):
    """What to turn to next, best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    {
                        "item": {"id": 604, "kind": "film", "title": "Contact", "is_listed": True},
                        "score": 0.81,
                        "method": "because-you-liked",
                        "because": "You liked Arrival.",
                        "fallback": None,
                    }
                ]
            }
        }
    )

    items: list[RecommendationView]


@router.get("", summary="What next?")
async def list_recommendations(
    app: Opened,
    asker: Asker,
    kind: Annotated[
        list[Kind] | None,
        Query(description="Only these; left out: films, shows, books and audio.", max_length=6),
    ] = None,
    n: Annotated[int, Query(ge=1, le=100, description="How many at most.")] = 10,
    exclude: Annotated[
        list[Id] | None, Query(description="Ids of items to leave out.", max_length=1000)
    ] = None,
    method: Annotated[
        str,
        Query(
            description="`mixed`, or one algorithm alone.",
            # The folder is the list of algorithms; importing them would load a numerical library.
            json_schema_extra={"enum": ["mixed", *names_in("mediatheque.recommend.algorithms")]},
        ),
    ] = "mixed",
    explain: Annotated[bool, Query(description="Also say what each score is made of.")] = False,
) -> Recommendations:
    """What you have neither seen nor hidden and will probably like, each with the reason."""
    # In a thread with a connection of its own: scoring is arithmetic that would hold the event loop up.
    return await to_thread.run_sync(
        _recommend, app, asker.id, tuple(kind or ()), n, tuple(exclude or ()), method, explain
    )


def _recommend(
    app: Mediatheque,
    user_id: int,
    kinds: tuple[Kind, ...],
    n: int,
    exclude: tuple[int, ...],
    method: str,
    explain: bool,
) -> Recommendations:
    from mediatheque.recommend.queries.shown import add_shown
    from mediatheque.recommend.serve import recommend
    from mediatheque.stores.vectors import store

    embedder, on_duty = embedder_or_none(app), app.champions.current()
    with app.database.transaction() as db:
        model_id = store().model_id(db, embedder.name) if embedder is not None else None
        best = recommend(
            db,
            user_id,
            kinds=kinds,
            n=n,
            exclude=exclude,
            method=method,
            model_id=model_id,
            on_duty=on_duty,
        )
        asked = {"kinds": list(kinds), "n": n, "exclude": list(exclude), "method": method, "via": "api"}
        add_shown(db, user_id, asked, best)
        stand = history.standings(db, user_id, [r.item.id for r in best])
    return Recommendations(
        items=[
            RecommendationView(
                item=item_view(r.item, stand.get(r.item.id)),
                score=r.score,
                method=r.method,
                because=r.because,
                fallback=r.fallback,
                contributions=dict(r.contributions) if explain else None,
            )
            for r in best
        ]
    )
