"""Which thing of the graph a person means: by its name, with or without its kind, or by its kind and number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from mediatheque.cli.picking import items_called
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import NeedsAnswer, NotFound
from mediatheque.vocabulary import Node, NodeKind

if TYPE_CHECKING:
    from mediatheque.graph.queries.naming import Thing
    from mediatheque.kit.database import Connection
    from mediatheque.stores.graph import View

ThingName = Annotated[
    str,
    typer.Argument(
        metavar="NAME",
        help="A title, person, genre, series, tag or voice; or with its kind, as “person:Frank Herbert”; or me.",
    ),
]

_MOST_CHOICES = 8
#: What one calls by a name: a passage has none.
_NAMED = tuple(kind for kind in NodeKind if kind is not NodeKind.PASSAGE)
#: What people say for a kind: `mediatheque rate` and others take "id:12" for an item.
_PREFIXES = {**{str(kind): kind for kind in NodeKind}, "id": NodeKind.ITEM}


def meant(db: Connection, view: View, said: str, printer: Printer) -> Thing:
    """The thing that `said` means, asking where it may be several; raises NotFound, or NeedsAnswer naming them."""
    from mediatheque.graph.queries.naming import thing_named, things

    if said.strip().casefold() in ("me", "you"):
        return things(db, view, [Node(NodeKind.USER, view.viewer).number])[
            Node(NodeKind.USER, view.viewer).number
        ]
    before, _, after = said.partition(":")
    kind = _PREFIXES.get(before.strip().lower())
    name = after.strip() if kind is not None else said.strip()
    if kind is not None and name.isdecimal() and len(name) < 15 and int(name):
        number = Node(kind, int(name)).number
        if (numbered := things(db, view, [number]).get(number)) is not None:
            return numbered
    # "Mission: Impossible" begins with no kind, and "Series: A History" does.
    found = thing_named(db, view, name, (kind,) if kind else _NAMED) or thing_named(db, view, said, _NAMED)
    # An episode may bear its show's name, or a film's, and a series that of its first title: the work itself is meant.
    for less_likely in (_is_episode, _is_series):
        found = [thing for thing in found if not less_likely(thing)] or found
    if len(found) == 1:
        return found[0]
    likely, is_called_so = (found, True) if found else _alike(db, view, name, kind)
    if len(likely) == 1 and is_called_so:
        return likely[0]
    if not likely:
        what = kind or "thing"
        raise NotFound(
            f"No {what} in your graph is called “{name}”. Look for it with: mediatheque search '{name}'"
        )
    return _asked(likely[:_MOST_CHOICES], said, printer)


def _is_episode(thing: Thing) -> bool:
    return thing.what == "episode"


def _is_series(thing: Thing) -> bool:
    return thing.node.kind is NodeKind.SERIES


def _alike(db: Connection, view: View, name: str, kind: NodeKind | None) -> tuple[list[Thing], bool]:
    """Titles that are called so in another language, and whether there are any; else what is spelt much like it."""
    from mediatheque.graph.queries.naming import things, things_like

    items = items_called(db, view.viewer, name) if kind in (None, NodeKind.ITEM) else ([], [])
    called, similar = (
        list(things(db, view, (Node(NodeKind.ITEM, item.id).number for item in found)).values())
        for found in items
    )
    if called:
        return called, True
    spelt = things_like(db, view, name, (kind,) if kind else _NAMED)
    return list({thing.node: thing for thing in (*spelt, *similar)}.values()), False


def _asked(likely: list[Thing], said: str, printer: Printer) -> Thing:
    if not printer.is_interactive:
        lines = "\n".join(f"  {label(thing)}  {described(thing)}" for thing in likely)
        message = f"“{said}” may be one of these; say which:\n{lines}"
        raise NeedsAnswer(message, "name", [label(thing) for thing in likely])
    printer.say(f"“{said}” may be:")
    for n, thing in enumerate(likely, 1):
        printer.say(f"  {n}  {described(thing)}")
    return likely[printer.ask_number("Which one", len(likely)) - 1]


def label(thing: Thing) -> str:
    """ "item:12"."""
    return f"{thing.node.kind}:{thing.node.id}"


def described(thing: Thing) -> str:
    """ "Arrival (2016), film", "Denis Villeneuve, person"; "you"."""
    if thing.is_reader:
        return thing.name
    kind = thing.what if thing.node.kind is NodeKind.ITEM else str(thing.node.kind)
    return f"{thing.name}, {kind}" if kind else thing.name
