"""What came of a list when it is told later, taken back, merged, exported and erased."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

import small_world as world
from mediatheque.accounts.queries import erase
from mediatheque.flows.catalogue import add_to_catalogue
from mediatheque.flows.exporting import export_library
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Connection, Database
from mediatheque.library.queries.history import add_events
from mediatheque.library.queries.users import User
from mediatheque.recommend.queries.shown import add_shown
from mediatheque.recommend.recorder import why
from mediatheque.recommend.request import Request
from mediatheque.recommend.serve import recommend
from mediatheque.vocabulary import Claim, Event, EventKind, Kind, Work

MONDAY = datetime.now(UTC) - timedelta(days=10)


@pytest.fixture
def shown(database: Database, ada: User) -> int:
    """A list of Monday with three films."""
    works = [Work(kind=Kind.FILM, title=title, year=2016) for title in ("Arrival", "Sicario", "Stalker")]
    with database.transaction() as db:
        add_to_catalogue(db, [Claim("starter", f"film:{work.title}", work) for work in works])
        list_id = add_shown(db, ada.id, {}, recommend(db, ada.id, Request(n=3)))
        db.execute(text("UPDATE recommendations_shown SET shown_at = :at"), {"at": MONDAY})
    return list_id


def answers(db: Connection, user: User, list_id: int) -> dict[str, list[EventKind]]:
    places = why(db, user.id, list_id).places
    return {p.item.title: [a.kind for a in p.answers] for p in places if p.item and p.answers}


def test_an_import_of_next_week_says_what_was_watched_after_the_list(
    database: Database, ada: User, shown: int, tmp_path: Path
) -> None:
    export = tmp_path / "NetflixViewingHistory.csv"
    tuesday, before = MONDAY + timedelta(days=1), MONDAY - timedelta(days=3)
    export.write_text(f'Title,Date\n"Arrival","{tuesday:%Y-%m-%d}"\n"Stalker","{before:%Y-%m-%d}"\n')
    batch = import_file(database, ada.id, export)
    with database.transaction() as db:
        assert answers(db, ada, shown) == {"Arrival": [EventKind.WATCHED]}
    undo_batch(database, ada.id, batch.id)
    with database.transaction() as db:
        assert answers(db, ada, shown) == {}


def test_what_is_exported_and_erased(
    database: Database, ada: User, ben: User, shown: int, tmp_path: Path
) -> None:
    with database.transaction() as db:
        place = why(db, ada.id, shown).places[0]
        assert place.item is not None
        clicked = Event(kind=EventKind.CLICKED, at=MONDAY + timedelta(hours=1))
        add_events(db, ada.id, [(place.item_id, clicked, None)], list_ids=[shown])
        other = add_shown(db, ben.id, {}, recommend(db, ben.id, Request(n=3)))
        # After the list also where the tests began, and took their time, long before it.
        world.tell(db, ben, place.item_id, EventKind.CLICKED, days_ago=-0.5)
    export_library(database, ada.id, tmp_path / "ada.zip")
    # Into another account: the list is not one of theirs, so the event comes without.
    import_file(database, ben.id, tmp_path / "ada.zip")
    with database.transaction() as db:
        lists = (
            db.execute(text("SELECT list_id FROM events WHERE user_id = :b"), {"b": ben.id}).scalars().all()
        )
        assert lists == [None, None]
        assert answers(db, ben, other) == {place.item.title: [EventKind.CLICKED]}
        named = Event(kind=EventKind.SAVED)
        add_events(db, ben.id, [(place.item_id, named, None)], list_ids=[other])
        erase(db, ben.id)
    with database.transaction() as db:
        assert db.execute(text("SELECT user_id FROM recommendations_shown")).scalars().all() == [ada.id]
        assert db.execute(text("SELECT DISTINCT user_id FROM events")).scalars().all() == [ada.id]
