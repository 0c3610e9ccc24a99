"""The first page: one answer with everything that is quick to say, and a few rows that come by themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import TypeAdapter
from starlette.requests import Request as HttpRequest

from mediatheque.api.answers import FOR_S, Answers
from mediatheque.api.asking import Asker, Opened
from mediatheque.api.home_shapes import (
    Home,
    LaterName,
    LaterRow,
    OccasionView,
    RowOfTitles,
    ids_of,
    moment_view,
    occasion_view,
    row_view,
    rows_view,
)
from mediatheque.api.media_details import views
from mediatheque.api.recommending import means_of
from mediatheque.api.shapes import Id
from mediatheque.kit.database import Connection
from mediatheque.kit.remembered import Remembered
from mediatheque.library.queries import history
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/home", tags=["home"])

_LATER = TypeAdapter(list[LaterName])
#: Bytes of pages that are remembered: one takes about 300,000.
MOST_BYTES = 12 << 20
_A_CARD = 4_000
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Worked:
    """What of a page was worked out, and holds until the person or the catalogue changes."""

    is_new: bool
    occasion: OccasionView | None
    rows: list[RowOfTitles]
    later: list[LaterName]

    @property
    def size(self) -> int:
        """Bytes, about."""
        return 1_000 + _A_CARD * sum(len(row.cards) for row in self.rows)


class Pages(Remembered[Worked]):
    """Room for the pages of one process. A page that is looked at again is the same page: its lists are kept once."""

    def __init__(self) -> None:
        super().__init__(MOST_BYTES, for_s=FOR_S)


@router.get("", summary="Your first page")
async def get_home(given: HttpRequest, app: Opened, asker: Asker) -> Home:
    """What you are in the middle of, what to turn to and why, what waits, and what is new in your archive."""
    answers: Answers = given.app.state.answers
    pages: Pages = given.app.state.pages
    now = datetime.now(UTC)
    stamp = (await answers.stamp(app, asker), asker.shares_taste, now.date())
    worked = pages.get(asker.id, stamp)

    def made(db: Connection) -> Home:
        from mediatheque.flows.home import archive

        nonlocal worked
        if worked is None:
            worked = _worked(app, db, asker.id, now)
            pages.put(asker.id, stamp, worked, worked.size)
        there = archive(db, asker.id)
        stand = history.standings(db, asker.id, [moment.item.id for moment in there.moments])
        return Home(
            is_new=worked.is_new,
            occasion=worked.occasion,
            rows=worked.rows,
            later=worked.later,
            recordings=views(db, asker.id, there.recordings),
            moments=[moment_view(moment, stand) for moment in there.moments],
        )

    return await _in_a_thread(given, app, made)


@router.get("/rows/{name}", summary="A row of the first page")
async def get_row(
    given: HttpRequest,
    app: Opened,
    asker: Asker,
    name: LaterName,
    exclude: Annotated[
        list[Id] | None, Query(description="What stands on the page already.", max_length=1000)
    ] = None,
) -> LaterRow:
    """A row that costs more than the others: for you and the people whom you share taste with, in your language, on the rise."""

    def made(db: Connection) -> LaterRow:
        from mediatheque.flows.home import later_row

        row = later_row(db, asker.id, name, means_of(app, db), exclude=exclude or ())
        if row is None:
            return LaterRow(row=None)
        return LaterRow(row=row_view(row, history.standings(db, asker.id, ids_of([row]))))

    return await _in_a_thread(given, app, made)


def _worked(app: Mediatheque, db: Connection, user_id: int, now: datetime) -> Worked:
    from mediatheque.flows.home import titles

    page = titles(db, user_id, means_of(app, db), now)
    wanted = [*ids_of(page.rows), *([page.occasion.item.id] if page.occasion is not None else [])]
    stand = history.standings(db, user_id, wanted)
    names = _LATER.validate_python(page.later)
    return Worked(page.is_new, occasion_view(page.occasion, stand), rows_view(page, stand), names)


async def _in_a_thread(given: HttpRequest, app: Mediatheque, made: Callable[[Connection], T]) -> T:
    """With a connection of its own: scoring is arithmetic that would hold the event loop up."""

    def worked() -> T:
        with app.database.transaction() as db:
            return made(db)

    return await to_thread.run_sync(worked, limiter=given.app.state.lists_at_once)
