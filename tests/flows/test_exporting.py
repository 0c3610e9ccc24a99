"""The export: equal for equal libraries, and read back without a difference."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url, text

from mediatheque.flows.exporting import export_library
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.library.queries import history
from mediatheque.library.queries.items import NewItem, add_items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind, Kind, Work


def netflix(path: Path, *titles: str) -> Path:
    rows = "".join(f'"{title}","3/{n + 14}/21"\n' for n, title in enumerate(titles))
    path.write_text("Title,Date\n" + rows, encoding="utf-8")
    return path


def test_an_export_is_its_owners_alone_whatever_was_there(
    database: Database, ada: User, tmp_path: Path
) -> None:
    path = tmp_path / "library.zip"
    for there in (path, tmp_path / "library.zip.part"):
        there.write_text("old")
        there.chmod(0o644)
    export_library(database, ada.id, path)
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_server_elsewhere_in_the_world_moves_no_day(database_url: str, ada: User, tmp_path: Path) -> None:
    database = Database(database_url)
    name = make_url(database_url).database
    with database.transaction() as db:
        db.execute(text(f"ALTER DATABASE {name} SET timezone = 'America/New_York'"))
    database.close()
    database = Database(database_url)
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "Arrival"))
    export_library(database, ada.id, tmp_path / "library.zip")
    with zipfile.ZipFile(tmp_path / "library.zip") as archive:
        assert b"2021-03-14,watched" in archive.read("history.csv")
        assert b"2021-03-14T00:00:00+00:00" in archive.read("records.jsonl")
    database.close()


def exported(database: Database, user: User, path: Path) -> bytes:
    export_library(database, user.id, path)
    return path.read_bytes()


def a_library(database: Database, ada: User, tmp_path: Path) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv", "Arrival", "Dark: Season 1: Lies", "=cmd()"))
    with database.transaction() as db:
        film = next(e.item for e in history.history(db, ada.id) if e.item and e.item.title == "Arrival")
        rated = Event(kind=EventKind.RATED, value=4.5, at=datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC))
        history.add_events(db, ada.id, [(film.id, rated, None), (film.id, Event(kind=EventKind.SAVED), None)])


def test_undo_leaves_the_export_as_it_was(database: Database, ada: User, tmp_path: Path) -> None:
    a_library(database, ada, tmp_path)
    before = exported(database, ada, tmp_path / "before.zip")
    more = netflix(tmp_path / "b.csv", "Arrival", "Dark: Season 1: Lies", "Dark: Season 2: Ghosts", "Roma")
    batch = import_file(database, ada.id, more)
    assert exported(database, ada, tmp_path / "between.zip") != before
    undo_batch(database, ada.id, batch.id)
    assert exported(database, ada, tmp_path / "after.zip") == before


def test_ones_own_export_is_known_already(database: Database, ada: User, tmp_path: Path) -> None:
    a_library(database, ada, tmp_path)
    export_library(database, ada.id, tmp_path / "export.zip")
    again = import_file(database, ada.id, tmp_path / "export.zip")
    assert (again.new, again.known, again.rejected) == (0, 5, 0)


def test_an_export_restores_another_library(database: Database, ada: User, ben: User, tmp_path: Path) -> None:
    a_library(database, ada, tmp_path)
    export_library(database, ada.id, tmp_path / "export.zip")
    batch = import_file(database, ben.id, tmp_path / "export.zip")
    assert (batch.new, batch.rejected) == (5, 0)
    with database.transaction() as db:

        def told(user: User) -> list[tuple[Event, str]]:
            return [(e.event, e.item.title if e.item else "") for e in history.history(db, user.id)]

        assert told(ben) == told(ada)
    export_library(database, ben.id, tmp_path / "ben.zip")
    assert import_file(database, ben.id, tmp_path / "ben.zip").new == 0


def test_an_age_travels_and_where_it_streams_does_not(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    with database.transaction() as db:
        film = Work(kind=Kind.FILM, title="Ponyo", minimum_age=6, services=("netflix",))
        (item_id,) = add_items(db, [NewItem(work=film, title_keys=("ponyo",), owner_id=ada.id)])
        history.add_events(db, ada.id, [(item_id, Event(kind=EventKind.LIKED), None)])
    export_library(database, ada.id, tmp_path / "export.zip")
    assert import_file(database, ben.id, tmp_path / "export.zip").new == 1
    with database.transaction() as db:
        (entry,) = history.history(db, ben.id)
    assert entry.item
    assert (entry.item.work.minimum_age, entry.item.work.services) == (6, ())


def test_the_tables_are_for_people(database: Database, ada: User, tmp_path: Path) -> None:
    a_library(database, ada, tmp_path)
    export_library(database, ada.id, tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("history.csv").decode())))
        ratings = list(csv.DictReader(io.StringIO(archive.read("ratings.csv").decode())))
    assert {r["Title"] for r in rows} == {"Arrival", "Lies", "'=cmd()"}
    assert [(r["Title"], r["Rating"]) for r in ratings] == [("Arrival", "4.5")]
