"""Ratings: one per item, changed and taken back at will; the history keeps every change."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.shapes import ItemView, Page, PathId, item_view
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import NotFound
from mediatheque.library.queries import history, items
from mediatheque.vocabulary import Event, EventKind

router = APIRouter(prefix="/ratings", tags=["ratings"])

_LISTING = "ratings"


class Rating(BaseModel):
    """How good you find an item."""

    model_config = ConfigDict(json_schema_extra={"example": {"value": 4.5}})

    value: Annotated[float, Field(ge=0.5, le=5, multiple_of=0.5, description="0.5 to 5 in halves.")]


class RatedItem(BaseModel):
    """An item and how good you find it."""

    item: ItemView
    value: float


@router.get("", summary="Your ratings")
async def list_ratings(
    app: Opened, asker: Asker, cursor: Cursor = None, limit: Limit = 50
) -> Page[RatedItem]:
    """Every item you rated, with your current rating."""
    after = read_number(_LISTING, cursor)

    def page(db: Connection) -> Page[RatedItem]:
        found = history.list_ratings(db, asker.id, after=after or 0, limit=limit + 1)
        following = write_cursor(_LISTING, found[limit - 1][0].id) if len(found) > limit else None
        shown = [RatedItem(item=item_view(item), value=value) for item, value in found[:limit]]
        return Page(items=shown, next=following)

    return await app.database.run(page)


@router.put("/{item_id}", summary="Rate an item", responses=problems.describe(404))
async def rate_item(app: Opened, asker: Asker, item_id: PathId, rating: Rating) -> RatedItem:
    """Rate an item, or change your rating of it."""

    def rate(db: Connection) -> RatedItem:
        item = items.item_with_id(db, item_id, asker.id)
        said = Event(kind=EventKind.RATED, value=rating.value)
        history.add_events(db, asker.id, [(item.id, said, None)])
        return RatedItem(item=item_view(item), value=rating.value)

    return await app.database.run(rate)


@router.delete("/{item_id}", status_code=204, summary="Take a rating back", responses=problems.describe(404))
async def unrate_item(app: Opened, asker: Asker, item_id: PathId) -> Response:
    """Have no rating of an item any more."""

    def unrate(db: Connection) -> None:
        item = items.item_with_id(db, item_id, asker.id)
        stand = history.standings(db, asker.id, [item.id]).get(item.id)
        if stand is None or stand.rating is None:
            raise NotFound(f"You have not rated item {item_id}.")
        history.add_events(db, asker.id, [(item.id, Event(kind=EventKind.RATED), None)])

    await app.database.run(unrate)
    return Response(status_code=204)
