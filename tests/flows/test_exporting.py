"""The export: equal for equal libraries, and read back without a difference."""

from __future__ import annotations

import csv
import io
import zipfile
from datetime import UTC, datetime
from pathlib import Path

from mediatheque.flows.exporting import export_library
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.library.queries import history
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Event, EventKind


def netflix(path: Path, *titles: str) -> Path:
    rows = "".join(f'"{title}","3/{n + 14}/21"\n' for n, title in enumerate(titles))
    path.write_text("Title,Date\n" + rows, encoding="utf-8")
    return path


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


def test_the_tables_are_for_people(database: Database, ada: User, tmp_path: Path) -> None:
    a_library(database, ada, tmp_path)
    export_library(database, ada.id, tmp_path / "export.zip")
    with zipfile.ZipFile(tmp_path / "export.zip") as archive:
        rows = list(csv.DictReader(io.StringIO(archive.read("history.csv").decode())))
        ratings = list(csv.DictReader(io.StringIO(archive.read("ratings.csv").decode())))
    assert {r["Title"] for r in rows} == {"Arrival", "Lies", "'=cmd()"}
    assert [(r["Title"], r["Rating"]) for r in ratings] == [("Arrival", "4.5")]
