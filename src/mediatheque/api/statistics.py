"""Statistics: what a year of watching, reading and listening was, or all of it, by the clock of one's own place."""

from __future__ import annotations

from typing import Annotated

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, Query

from mediatheque.api.asking import Asker, Opened
from mediatheque.api.statistics_shapes import Statistics, statistics_view
from mediatheque.wiring import Mediatheque

router = APIRouter(prefix="/statistics", tags=["statistics"])

#: Each counts a person's whole history in memory, and takes a core while it does.
_counting = CapacityLimiter(2)

Year = Annotated[
    str,
    Query(pattern="^(all|19[0-9]{2}|20[0-9]{2})$", description="A year, or `all`.", examples=["2025"]),
]
Zone = Annotated[
    str,
    Query(
        max_length=64,
        pattern=r"^[A-Za-z][A-Za-z0-9_+\-/]*$",
        description="The time zone whose clock counts, by its name in the IANA database.",
        examples=["Europe/Berlin"],
    ),
]


@router.get("", summary="Your year, or all your years")
async def show_statistics(app: Opened, asker: Asker, year: Year = "all", tz: Zone = "UTC") -> Statistics:
    """How much you watched, read and heard, when, and what of; beside it the year before.

    Hours count where the length of a title is known, and `minutes_known` says of how many views that is: nothing is made
    up. What you did with one title on one day counts once, in however many exports it stands.
    """
    return await to_thread.run_sync(
        _show, app, asker.id, None if year == "all" else int(year), tz, limiter=_counting
    )


def _show(app: Mediatheque, user_id: int, year: int | None, zone: str) -> Statistics:
    # Not before somebody asks: it loads a numerical library.
    from mediatheque.flows.looking_back import look_back

    with app.database.transaction() as db:
        return statistics_view(look_back(db, user_id, year, zone))
