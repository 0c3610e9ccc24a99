"""Opens the graph for a command, as one person sees it; builds it first where it was not built yet."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mediatheque.cli import words
from mediatheque.cli.opening import embedder_name, library, person
from mediatheque.cli.printing import Printer

if TYPE_CHECKING:
    from mediatheque.kit.database import Connection
    from mediatheque.library.queries.users import User
    from mediatheque.stores.graph import Graph, View
    from mediatheque.wiring import Mediatheque


@dataclass(frozen=True, slots=True)
class Open:
    """What a walk needs."""

    graph: Graph
    db: Connection
    view: View
    who: User


@contextmanager
def walking(printer: Printer, user: str | None) -> Generator[Open]:
    """The graph as somebody sees it, built first where it was not built yet."""
    from mediatheque.graph.walks import view_of

    with library(printer) as app:
        see_that_it_is_built(app, printer)
        with app.database.transaction() as db:
            who = person(db, user)
            yield Open(app.graph, db, view_of(db, who.id), who)


def see_that_it_is_built(app: Mediatheque, printer: Printer) -> None:
    """Build the graph where this version has not built it yet."""
    from mediatheque.graph.queries.projection import is_built

    with app.database.transaction() as db:
        if is_built(db):
            return
    printer.note("The graph has not been built yet by this version: it is built now.")
    done = build(app, printer)
    printer.note(f"Built from {words.counted(done, 'title')} and people.")


def build(app: Mediatheque, printer: Printer, *, anew: bool = False) -> int:
    """Build the graph with a bar; how many titles and people it was built from. `anew`: what is alike, too."""
    from mediatheque.flows.rebuilding import rebuild_graph
    from mediatheque.library.queries.rebuilding import count_live_items
    from mediatheque.library.queries.users import all_users

    with app.database.transaction() as db:
        total = count_live_items(db) + len(all_users(db))
    with printer.progress("Connecting everything", total) as on_progress:
        done = rebuild_graph(app.database, on_progress=on_progress)
    find_alike(app, printer, everything=anew)
    return done


def find_alike(app: Mediatheque, printer: Printer, *, everything: bool = False) -> int:
    """Work out, with a bar, what is alike of what has changed, as a worker does by itself; how many edges changed."""
    from mediatheque.flows.refreshing_graph import refresh_graph

    with printer.progress("Looking what is alike") as on_progress:
        return refresh_graph(
            app.database, embedder_name(app), everything=everything, on_progress=on_progress
        ).edges
