"""Which item a person means: by its number, or by its title."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mediatheque.cli import words
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import NeedsAnswer, NotFound
from mediatheque.vocabulary import Item, Kind

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection

ItemName = Annotated[
    str,
    typer.Argument(
        metavar="ITEM", help="Its title, also with the year, as “Dune (2021)”; or its number, as 12."
    ),
]

#: What search gives a title that is the query itself.
_EXACT = 0.9
_MOST_CHOICES = 8


def picked(db: Connection, viewer: int, said: str, printer: Printer) -> Item:
    """The item that `said` means, asking where it may be several; raises NotFound, or NeedsAnswer naming them."""
    from mediatheque.library.queries.items import item_with_id

    number = said.removeprefix("id:").strip()
    if said.startswith("id:") and number.isdecimal():
        return item_with_id(db, int(number), viewer)
    likely = _likely(db, viewer, said)
    # "1984" is a number and a title: then both are offered.
    if number.isdecimal() and len(number) < 19:
        try:
            numbered = item_with_id(db, int(number), viewer)
        except NotFound:
            pass
        else:
            likely = [numbered, *(item for item in likely if item.id != numbered.id and item.title == said)]
    if not likely:
        raise NotFound(
            f"Nothing in your library is called “{said}”. Look for it with: mediatheque search '{said}'"
        )
    return likely[0] if len(likely) == 1 else _asked(likely, said, printer)


def _likely(db: Connection, viewer: int, said: str) -> list[Item]:
    """The items with that title; else those with one like it."""
    from mediatheque.search.find import find

    hits = find(db, None, said, viewer, mode="text", limit=_MOST_CHOICES)
    exact = [hit.item for hit in hits if hit.score >= _EXACT]
    # An episode may bear its show's name, or a film's: the work itself is meant.
    whole = [item for item in exact if item.kind is not Kind.EPISODE]
    return whole or exact or [hit.item for hit in hits]


def _asked(likely: list[Item], said: str, printer: Printer) -> Item:
    if not printer.is_interactive:
        lines = "\n".join(f"  id:{item.id}  {words.item(item)}" for item in likely)
        message = f"“{said}” may be one of these; say which by its number:\n{lines}"
        raise NeedsAnswer(message, "item", [f"id:{item.id}" for item in likely])
    printer.say(f"“{said}” may be:")
    for n, item in enumerate(likely, 1):
        printer.say(f"  {n}  {words.item(item)}")
    return likely[printer.ask_number("Which one", len(likely)) - 1]
