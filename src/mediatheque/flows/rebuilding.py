"""Conclusions thrown away and worked out again from the facts; equal facts give equal conclusions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mediatheque.flows.catalogue import refresh_listed_items
from mediatheque.flows.placing import refresh_own_items
from mediatheque.graph.queries import projection, wellness
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import history, rebuilding
from mediatheque.library.queries.turns import take_catalogues_turn
from mediatheque.library.queries.users import all_users
from mediatheque.vocabulary import Node, NodeKind

#: Called with the number of items (users, for the history) behind us.
OnProgress = Callable[[int], None]

_PAGE = 500


def rebuild_items(database: Database, *, on_progress: OnProgress | None = None) -> int:
    """Merge every item's fields again: the catalogue's from claims, people's own from mentions; how many.

    Which record is which item is a judgement, so a fact: it stays.
    """
    done = 0
    for page, refresh in (
        (rebuilding.catalogue_item_ids, refresh_listed_items),
        (rebuilding.own_item_ids, refresh_own_items),
    ):
        done = _refresh_all(database, page, refresh, done, on_progress)
    return done


def rebuild_history(database: Database, *, on_progress: OnProgress | None = None) -> int:
    """Work out again, from events alone, where every user stands with everything; how many users."""
    with database.transaction() as db:
        everybody = all_users(db)
    for n, user in enumerate(everybody, 1):
        with database.transaction() as db:
            history.refresh_standings(db, user.id)
        if on_progress:
            on_progress(n)
    return len(everybody)


def rebuild_graph(database: Database, *, on_progress: OnProgress | None = None) -> int:
    """Work out every edge of items and of people again, from the facts alone; how many items and people.

    Page by page, each under the turn that every commit's own projection takes: what changes meanwhile is not lost.
    """
    done = _in_pages(database, projection.item_page, _project_items, 0, on_progress)
    after = 0
    while True:
        with database.transaction() as db:
            people = projection.user_page(db, after=after)
        if not people:
            break
        for user_id in people:
            _rebuild_standings(database, user_id)
            done, after = done + 1, user_id
            if on_progress:
                on_progress(done)
    _in_pages(database, projection.node_page, _settle_nodes, 0, None)
    with database.transaction() as db:
        projection.take_graphs_turn(db, [user.id for user in all_users(db)], items=True)
        wellness.mend(db)
        projection.mark_built(db)
    return done


def _rebuild_standings(database: Database, user_id: int) -> None:
    with database.transaction() as db:
        projection.project_users(db, [user_id])

    def page(db: Connection, *, after: int) -> list[int]:
        return projection.standing_page(db, user_id, after=after)

    def project(db: Connection, ids: Sequence[int]) -> None:
        projection.project_standings(db, user_id, ids)

    _in_pages(database, page, project, 0, None)


def _project_items(db: Connection, ids: Sequence[int]) -> None:
    projection.project_items(db, ids)


def _settle_nodes(db: Connection, ids: Sequence[int]) -> None:
    """Nothing counts edges meanwhile: neither those of items nor the people's own."""
    owners = [number >> 4 for number in ids if Node.from_number(number).kind is NodeKind.USER]
    projection.take_graphs_turn(db, owners, items=True)
    projection.settle_nodes(db, ids)


def _in_pages(
    database: Database,
    page: Callable[..., list[int]],
    work_out: Callable[[Connection, Sequence[int]], None],
    done: int,
    on_progress: OnProgress | None,
) -> int:
    after = 0
    while True:
        with database.transaction() as db:
            ids = page(db, after=after)
            if ids:
                work_out(db, ids)
        if not ids:
            return done
        after, done = ids[-1], done + len(ids)
        if on_progress:
            on_progress(done)


def _refresh_all(
    database: Database,
    page: Callable[..., list[int]],
    refresh: Callable[[Connection, Sequence[int]], None],
    done: int,
    on_progress: OnProgress | None,
) -> int:
    after = 0
    while True:
        with database.transaction() as db:
            take_catalogues_turn(db)  # what is read to work a page out must not change before it is written
            ids = page(db, after=after, limit=_PAGE)
            refresh(db, ids)
        if not ids:
            return done
        after, done = ids[-1], done + len(ids)
        if on_progress:
            on_progress(done)
