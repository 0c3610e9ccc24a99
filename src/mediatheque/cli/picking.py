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

_MOST_CHOICES = 8


def picked(db: Connection, viewer: int, said: str, printer: Printer) -> Item:
    """The item that `said` means, asking where it may be several; raises NotFound, or NeedsAnswer naming them."""
    from mediatheque.library.queries.items import item_with_id, items_with_ids

    number = said.removeprefix("id:").strip()
    is_number = number.isdecimal() and len(number) < 19
    if is_number and said.startswith("id:"):
        return item_with_id(db, int(number), viewer)
    named, similar = items_called(db, viewer, said)
    # "1984" is a number and a title: then both are offered.
    numbered = list(items_with_ids(db, [int(number)], viewer).values()) if is_number else []
    meant = list({item.id: item for item in (*numbered, *named)}.values())
    if len(meant) == 1:
        return meant[0]
    likely = meant or similar
    if not likely:
        raise NotFound(
            f"Nothing in your library is called “{said}”. Look for it with: mediatheque search '{said}'"
        )
    # A single title that only resembles what was said is asked about too: a rating is not a guess.
    return _asked(likely, said, printer)


def items_called(db: Connection, viewer: int, said: str) -> tuple[list[Item], list[Item]]:
    """The items of exactly that title (and year), and those that search finds besides."""
    from mediatheque.search.find import find
    from mediatheque.search.reading import read_query

    similar = [hit.item for hit in find(db, None, said, viewer, mode="text", limit=_MOST_CHOICES)]
    year = read_query(said).year
    bare = said.removesuffix(f"({year})").rstrip() if year else said
    named = [item for item in similar if _is_called(item, said)] or [
        item for item in similar if _is_called(item, bare) and item.work.year == year
    ]
    # An episode may bear its show's name, or a film's: the work itself is meant.
    return [item for item in named if item.kind is not Kind.EPISODE] or named, similar


def _is_called(item: Item, said: str) -> bool:
    work = item.work
    titles = (work.title, work.original_title, *work.alternative_titles)
    return said.casefold() in {title.casefold() for title in titles if title}


def _asked(likely: list[Item], said: str, printer: Printer) -> Item:
    if not printer.is_interactive:
        lines = "\n".join(f"  id:{item.id}  {words.item(item)}" for item in likely)
        message = f"“{said}” may be one of these; say which by its number:\n{lines}"
        raise NeedsAnswer(message, "item", [f"id:{item.id}" for item in likely])
    printer.say(f"“{said}” may be:")
    for n, item in enumerate(likely, 1):
        printer.say(f"  {n}  {words.item(item)}")
    return likely[printer.ask_number("Which one", len(likely)) - 1]
