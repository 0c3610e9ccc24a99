"""The library: what somebody has met, narrowed, counted and sorted; and one change of many items."""

from __future__ import annotations

from typing import TYPE_CHECKING

from anyio import to_thread
from fastapi import APIRouter
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import Response

from mediatheque.api import problems
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.libraries import Libraries
from mediatheque.api.library_shapes import (
    Asked,
    BulkChange,
    BulkChanged,
    FacetValue,
    LibraryFacets,
    LibraryQuestion,
    LibraryView,
    MonthView,
    TakenBack,
    card_view,
)
from mediatheque.api.shapes import PathId
from mediatheque.kit.database import Connection
from mediatheque.library.queries import bulk
from mediatheque.library.queries.users import User

if TYPE_CHECKING:
    from mediatheque.library.browsing.columns import Library
    from mediatheque.library.browsing.narrow import Narrowed

router = APIRouter(prefix="/library", tags=["library"])


@router.get("", summary="Your library", response_model=LibraryView)
async def browse_library(given: Request, app: Opened, asker: Asker, asked: Asked) -> Response:
    """What you have seen, read, heard, rated, saved, begun or recorded, and what your exports brought.

    Any part of it, in any order; with `facets`, what there is to choose from and how many each choice would leave.
    Words may have a slip in them. Nothing that is rated for people older than your age limit is among it.
    """
    libraries: Libraries = given.app.state.libraries

    def browsed() -> Response:
        with app.database.transaction() as db:
            library = libraries.library(db, asker, is_whole=asked.scope == "all")
            view = _view(db, asker, library, asked)

        def get_ready() -> None:
            # The first letter somebody types is to be answered at once.
            _ = library.facts.title_words, library.facts.name_words

        return Response(
            view.model_dump_json(), media_type="application/json", background=BackgroundTask(get_ready)
        )

    # In a thread with a connection of its own: counting is arithmetic that would hold the event loop up.
    return await to_thread.run_sync(browsed, limiter=given.app.state.libraries_at_once)


@router.post("/bulk", summary="Change many items", responses=problems.describe(413))
async def change_many(given: Request, app: Opened, asker: Asker, change: BulkChange) -> BulkChanged:
    """Rate, save or hide many items at once, or say that you have seen them: all of it happens, or nothing.

    Sent twice, the second time changes nothing. What is not yours to see is counted as missing. `unwatched` takes back
    what was told here; what an export says stays until its import is undone.
    """
    libraries: Libraries = given.app.state.libraries

    def changed() -> BulkChanged:
        with app.database.transaction() as db:
            ids = change.ids if change.ids is not None else _ids_of(db, libraries, asker, change)
            done = bulk.edit(db, asker.id, ids, change.action, change.rating)
        return BulkChanged(edit=done.id, changed=done.changed, unchanged=done.unchanged, missing=done.missing)

    return await to_thread.run_sync(changed, limiter=given.app.state.libraries_at_once)


@router.post("/bulk/{edit_id}/undo", summary="Take a change back", responses=problems.describe(404))
async def take_back(app: Opened, asker: Asker, edit_id: PathId) -> TakenBack:
    """Have everything as it was before a change of many items; what you did since stays."""
    return TakenBack(changed=await app.database.run(bulk.undo, asker.id, edit_id))


def _view(db: Connection, asker: User, library: Library, asked: LibraryQuestion) -> LibraryView:
    from mediatheque.library.browsing import narrow
    from mediatheque.library.queries.browsing import read_cards

    narrowed = narrow.narrow(library, asked.which())
    sort: narrow.Sort = asked.sort or ("relevance" if narrowed.scores is not None else "met")
    is_falling = sort in narrow.FALLING if asked.direction is None else asked.direction == "falling"
    rows = narrowed.rows(sort, is_falling=is_falling)[asked.offset : asked.offset + asked.limit]
    cards = read_cards(db, asker.id, library.facts.ids[rows].tolist())
    return LibraryView(
        total=narrowed.total,
        everything=narrow.narrow(library, narrow.Which()).total,
        offset=asked.offset,
        items=[card_view(card) for card in cards],
        facets=_facets(narrowed, asked.person_like) if asked.facets else None,
        months=[MonthView(month=m, count=n) for m, n in narrow.months(narrowed)] if asked.months else None,
    )


def _facets(narrowed: Narrowed, person_like: str) -> LibraryFacets:
    from mediatheque.library.browsing.narrow import offered

    values = {
        str(facet): [FacetValue(value=value, count=count) for value, count in pairs]
        for facet, pairs in offered(narrowed, person_like).items()
    }
    return LibraryFacets(**values)


def _ids_of(db: Connection, libraries: Libraries, asker: User, change: BulkChange) -> list[int]:
    """All items that the filter of a change leaves."""
    from mediatheque.library.browsing.narrow import narrow

    assert change.which is not None
    library = libraries.library(db, asker, is_whole=change.scope == "all")
    return library.facts.ids[narrow(library, change.which.which()).mask].tolist()
