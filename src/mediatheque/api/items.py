"""Items: the list and its filters, one item, its episodes, what is like it, and saving and hiding it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.shapes import NO_NUL, ItemView, Page, PathId, item_view
from mediatheque.kit.database import Connection
from mediatheque.library.queries import history, items
from mediatheque.library.queries.items import ItemFilter
from mediatheque.vocabulary import Event, EventKind, Item, Kind, service_name

router = APIRouter(prefix="/items", tags=["items"])

_LISTING = "items"


# Async, as every dependency: FastAPI would run a plain function in a thread.
async def which_items(
    asker: Asker,
    kind: Annotated[list[Kind] | None, Query(description="Only these kinds.", max_length=6)] = None,
    genre: Annotated[
        list[Annotated[str, Query(max_length=100, pattern=NO_NUL)]] | None,
        Query(description="Only with one of these genres.", max_length=20, examples=[["Drama"]]),
    ] = None,
    year_from: Annotated[int | None, Query(ge=1, le=2200, description="Not older.")] = None,
    year_to: Annotated[int | None, Query(ge=1, le=2200, description="Not newer.")] = None,
    language: Annotated[
        str | None, Query(description="ISO 639-1.", pattern="^[a-z]{2,3}$", examples=["fr"])
    ] = None,
    max_age: Annotated[
        int | None,
        Query(ge=0, le=21, description="Nothing rated for older people, nor beyond your own limit."),
    ] = None,
    service: Annotated[
        list[Annotated[str, Query(max_length=100, pattern=NO_NUL)]] | None,
        Query(
            description="Of films and shows, only those that stream on one of these.",
            max_length=20,
            examples=[["netflix"]],
        ),
    ] = None,
    seen: Annotated[bool | None, Query(description="Only what you have, or have not, seen.")] = None,
    saved: Annotated[bool | None, Query(description="Only what you have, or have not, saved.")] = None,
) -> ItemFilter:
    """The filters that lists of items share."""
    return ItemFilter(
        kinds=tuple(kind or ()),
        genres=tuple(genre or ()),
        year_from=year_from,
        year_to=year_to,
        language=language,
        is_seen=seen,
        is_saved=saved,
        max_age=asker.age_limit(max_age),
        may_see_unrated=asker.may_see_unrated,
        services=tuple(map(service_name, service or ())),
    )


Which = Annotated[ItemFilter, Depends(which_items)]


def views(db: Connection, user_id: int, those: list[Item]) -> list[ItemView]:
    """Items as the user sees them."""
    stand = history.standings(db, user_id, [item.id for item in those])
    return [item_view(item, stand.get(item.id)) for item in those]


@router.get("", summary="List items")
async def list_items(
    app: Opened, asker: Asker, which: Which, cursor: Cursor = None, limit: Limit = 50
) -> Page[ItemView]:
    """The catalogue and your own items, in no order of merit: search and recommendations have one."""
    after = read_number(_LISTING, cursor)

    def page(db: Connection) -> Page[ItemView]:
        found = items.list_items(db, asker.id, which, after=after, limit=limit + 1)
        following = write_cursor(_LISTING, found[limit - 1].id) if len(found) > limit else None
        return Page(items=views(db, asker.id, found[:limit]), next=following)

    return await app.database.run(page)


@router.get("/{item_id}", summary="One item", responses=problems.describe(404))
async def get_item(app: Opened, asker: Asker, item_id: PathId) -> ItemView:
    """An item; one that was merged into another is answered with that other one."""

    def view(db: Connection) -> ItemView:
        return views(db, asker.id, [items.item_with_id(db, item_id, asker.id)])[0]

    return await app.database.run(view)


@router.get("/{item_id}/episodes", summary="A show's episodes", responses=problems.describe(404))
async def list_episodes(app: Opened, asker: Asker, item_id: PathId) -> Page[ItemView]:
    """The episodes that are known of a show, in their order; none for anything else."""

    def episodes(db: Connection) -> Page[ItemView]:
        show = items.item_with_id(db, item_id, asker.id)
        return Page(items=views(db, asker.id, items.children_of(db, show.id, asker.id)))

    return await app.database.run(episodes)


@router.put("/{item_id}/saved", status_code=204, summary="Save an item", responses=problems.describe(404))
async def save_item(app: Opened, asker: Asker, item_id: PathId) -> Response:
    """Put an item on your list of what to watch, read or hear; saving it twice changes nothing."""
    return await _tell(app, asker, item_id, EventKind.SAVED)


@router.delete(
    "/{item_id}/saved", status_code=204, summary="Unsave an item", responses=problems.describe(404)
)
async def unsave_item(app: Opened, asker: Asker, item_id: PathId) -> Response:
    """Take an item off your list."""
    return await _tell(app, asker, item_id, EventKind.UNSAVED)


@router.put("/{item_id}/hidden", status_code=204, summary="Hide an item", responses=problems.describe(404))
async def hide_item(app: Opened, asker: Asker, item_id: PathId) -> Response:
    """Never have an item recommended again."""
    return await _tell(app, asker, item_id, EventKind.HIDDEN)


@router.delete(
    "/{item_id}/hidden", status_code=204, summary="Unhide an item", responses=problems.describe(404)
)
async def unhide_item(app: Opened, asker: Asker, item_id: PathId) -> Response:
    """Let an item be recommended again."""
    return await _tell(app, asker, item_id, EventKind.UNHIDDEN)


async def _tell(app: Opened, asker: Asker, item_id: int, kind: EventKind) -> Response:
    """Add an event, unless it says what holds already."""

    def tell(db: Connection) -> None:
        item = items.item_with_id(db, item_id, asker.id)
        stand = history.standings(db, asker.id, [item.id]).get(item.id) or history.Standing(item_id=item.id)
        holds = stand.is_saved if kind in (EventKind.SAVED, EventKind.UNSAVED) else stand.is_hidden
        if holds != (kind in (EventKind.SAVED, EventKind.HIDDEN)):
            history.add_events(db, asker.id, [(item.id, Event(kind=kind), None)])

    await app.database.run(tell)
    return Response(status_code=204)
