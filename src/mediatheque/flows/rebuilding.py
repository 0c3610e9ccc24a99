"""Conclusions thrown away and worked out again from the facts; equal facts give equal conclusions."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mediatheque.flows.catalogue import refresh_listed_items
from mediatheque.flows.placing import refresh_own_items
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries import history, rebuilding
from mediatheque.library.queries.turns import take_catalogues_turn
from mediatheque.library.queries.users import all_users

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
