"""One change of many items: only where it is needed, and taken back without a trace."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from histories import everything
from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid, NotFound
from mediatheque.library.queries import bulk, history
from mediatheque.library.queries.bulk import Action
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind, Kind, Work


@pytest.fixture
def films(database: Database, ada: User) -> list[int]:
    works = [Work(kind=kind, title=f"Number {n}") for n, kind in enumerate((Kind.FILM, Kind.BOOK, Kind.FILM))]
    with database.transaction() as db:
        ids = add_items(db, [NewItem(work=work, title_keys=(work.title.lower(),)) for work in works])
        rated = Event(kind=EventKind.RATED, value=2)
        history.add_events(db, ada.id, [(ids[0], rated, None), (ids[0], Event(kind=EventKind.WATCHED), None)])
    return ids


@pytest.mark.parametrize(
    ("action", "rating", "changed"),
    [
        (Action.RATE, 4.5, 3),
        (Action.RATE, 2, 2),
        (Action.UNRATE, None, 1),
        (Action.WATCHED, None, 2),
        (Action.UNWATCHED, None, 1),
        (Action.SAVE, None, 3),
        (Action.UNSAVE, None, 0),
        (Action.HIDE, None, 3),
        (Action.UNHIDE, None, 0),
    ],
)
def test_it_changes_what_has_to_change_once_and_is_taken_back(
    database: Database, ada: User, films: list[int], action: Action, rating: float | None, changed: int
) -> None:
    before = everything(database, ada.id)
    with database.transaction() as db:
        done = bulk.edit(db, ada.id, [*films, *films], action, rating)
        assert (done.changed, done.unchanged, done.missing) == (changed, 3 - changed, 0)
        assert bulk.edit(db, ada.id, films, action, rating).changed == 0
        assert (done.id is None) is (changed == 0)
    if done.id is not None:
        with database.transaction() as db:
            assert bulk.undo(db, ada.id, done.id) == changed
            assert bulk.undo(db, ada.id, done.id) == 0
    assert everything(database, ada.id) == before


def test_books_are_read(database: Database, ada: User, films: list[int]) -> None:
    with database.transaction() as db:
        bulk.edit(db, ada.id, films, Action.WATCHED)
        kinds = {e.item.id: e.event.kind for e in history.history(db, ada.id, limit=2) if e.item}
    assert kinds == {films[1]: EventKind.READ, films[2]: EventKind.WATCHED}


def test_what_an_export_says_stays_seen(database: Database, ada: User, tmp_path: Path) -> None:
    export = tmp_path / "NetflixViewingHistory.csv"
    export.write_text('Title,Date\n"Damp Stones","2024-05-20"\n')
    import_file(database, ada.id, export)
    with database.transaction() as db:
        [stand] = history.all_standings(db, ada.id)
        done = bulk.edit(db, ada.id, [stand.item_id], Action.UNWATCHED)
        assert (done.changed, done.unchanged) == (0, 1)
        assert history.all_standings(db, ada.id) == [stand]


def test_what_was_done_since_stays(database: Database, ada: User, films: list[int]) -> None:
    with database.transaction() as db:
        done = bulk.edit(db, ada.id, films, Action.SAVE)
        history.add_events(db, ada.id, [(films[1], Event(kind=EventKind.RATED, value=5), None)])
        assert done.id is not None
        bulk.undo(db, ada.id, done.id)
        stand = history.standings(db, ada.id, films)
    assert stand[films[1]].rating == 5
    assert not any(s.is_saved for s in stand.values())


def test_nobody_changes_or_takes_back_what_is_anothers(
    database: Database, ada: User, ben: User, films: list[int]
) -> None:
    with database.transaction() as db:
        [own] = add_items(
            db, [NewItem(work=Work(kind=Kind.VIDEO, title="Own"), title_keys=(), owner_id=ada.id)]
        )
        done = bulk.edit(db, ben.id, [own, 987_654, films[0]], Action.SAVE)
        assert (done.changed, done.missing) == (1, 2)
        adas = bulk.edit(db, ada.id, [own], Action.SAVE)
        assert adas.id is not None
        with pytest.raises(NotFound):
            bulk.undo(db, ben.id, adas.id)
        assert history.standings(db, ada.id, [own])[own].is_saved


def test_it_has_a_limit_and_needs_a_rating(database: Database, ada: User, films: list[int]) -> None:
    with database.transaction() as db:
        with pytest.raises(Invalid, match="20,000"):
            bulk.edit(db, ada.id, range(1, bulk.MOST + 2), Action.SAVE)
        with pytest.raises(Invalid, match="rating"):
            bulk.edit(db, ada.id, films, Action.RATE)
        with pytest.raises(Invalid):
            bulk.edit(db, ada.id, films, Action.RATE, 4.2)


def test_only_the_latest_are_kept(
    database: Database, ada: User, films: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk, "MOST_KEPT", 2)
    with database.transaction() as db:
        for action in (Action.SAVE, Action.UNSAVE, Action.SAVE):
            bulk.edit(db, ada.id, films, action)
        assert db.execute(text("SELECT count(*) FROM bulk_edits")).scalar_one() == 2
