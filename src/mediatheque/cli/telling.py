"""What a person says about one item: rate, watch, hide, unhide, save."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.picking import ItemName, picked
from mediatheque.cli.printing import Printer, item_json
from mediatheque.vocabulary import FINISHED_KIND, Event, EventKind, Item, Kind

_FINISHED = {Kind.BOOK: "read", Kind.AUDIO: "heard"}


def rate(
    item: ItemName,
    rating: Annotated[
        Optional[float],  # noqa: UP045
        typer.Argument(metavar="[STARS]", help="0.5 to 5 in halves.", show_default=False),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Take your rating back.")] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Rate a title from 0.5 to 5 stars, or take the rating back.

    \b
    Examples:
      mediatheque rate Arrival 4.5
      mediatheque rate "Dune (2021)" 4
      mediatheque rate id:12 --clear
    """
    from mediatheque.library.queries.history import check_rating

    if (rating is None) is not clear:
        raise typer.BadParameter("say how many stars, or --clear", param_hint="STARS")
    check_rating(rating)
    told = Event(kind=EventKind.RATED, value=rating)
    said = "has no rating from you any more" if rating is None else f"is rated {words.stars(rating)}"
    _tell(item, told, said, user, as_json)


def watch(
    item: ItemName,
    on: Annotated[
        Optional[datetime],  # noqa: UP045
        typer.Option(formats=["%Y-%m-%d"], metavar="YEAR-MONTH-DAY", help="The day; today when left out."),
    ] = None,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Say that you have watched a title (read a book, heard an audio).

    \b
    Examples:
      mediatheque watch Arrival
      mediatheque watch "The Left Hand of Darkness" --on 2021-03-14
    """
    _tell(item, on, None, user, as_json)


def hide(item: ItemName, user: ForUser = None, as_json: AsJson = False) -> None:
    """Never recommend a title.

    \b
    Examples:
      mediatheque hide "Emily in Paris"
      mediatheque hide id:12
    """
    _tell(item, Event(kind=EventKind.HIDDEN), "is hidden: it will not be recommended", user, as_json)


def unhide(item: ItemName, user: ForUser = None, as_json: AsJson = False) -> None:
    """Allow a hidden title to be recommended again.

    \b
    Examples:
      mediatheque unhide "Emily in Paris"
    """
    _tell(item, Event(kind=EventKind.UNHIDDEN), "may be recommended again", user, as_json)


def save(
    item: ItemName,
    remove: Annotated[bool, typer.Option("--remove", help="Take it off the list.")] = False,
    user: ForUser = None,
    as_json: AsJson = False,
) -> None:
    """Keep a title for later, or take it off that list.

    \b
    Examples:
      mediatheque save Stalker
      mediatheque save Stalker --remove
    """
    kind = EventKind.UNSAVED if remove else EventKind.SAVED
    said = "is off your list" if remove else "is on your list for later"
    _tell(item, Event(kind=kind), said, user, as_json)


def _tell(
    name: str, told: Event | datetime | None, said: str | None, user: str | None, as_json: bool
) -> None:
    """Append one event on the item called `name`: the one given, or that it was finished (that day)."""
    from mediatheque.library.queries.history import add_events, standings
    from mediatheque.recommend.queries.shown import list_answered

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        who = person(db, user)
        item = picked(db, who.id, name, printer)
        event = told if isinstance(told, Event) else _finished(item, told)
        # Who does what was recommended to them answers the list that did, without having to name it.
        list_id = list_answered(db, who.id, item.id, event) if _is_answer(event) else None
        add_events(db, who.id, [(item.id, event, None)], list_ids=[list_id])
        standing = standings(db, who.id, [item.id]).get(item.id)
    printer.emit(
        {
            "item": item_json(item),
            "event": event.kind.value,
            "value": event.value,
            "list": list_id,
            "rating": standing.rating if standing else None,
            "seen_count": standing.seen_count if standing else 0,
            "is_saved": bool(standing and standing.is_saved),
            "is_hidden": bool(standing and standing.is_hidden),
        }
    )
    said = said or f"is marked as {_FINISHED.get(item.kind, 'watched')}"
    printer.say(f"{words.item(item)} {said}.")


def _is_answer(event: Event) -> bool:
    """Whether it may be what came of a recommendation: what is taken back is not."""
    return event.kind not in (EventKind.UNSAVED, EventKind.UNHIDDEN) and (
        event.kind is not EventKind.RATED or event.value is not None
    )


def _finished(item: Item, on: datetime | None) -> Event:
    kind = FINISHED_KIND[item.kind]
    if on is None:
        return Event(kind=kind)
    return Event(kind=kind, at=on.replace(tzinfo=UTC), is_date_only=True)
