"""Importing histories: twice, longer, interrupted, undone."""

from __future__ import annotations

from pathlib import Path

import pytest

from mediatheque.flows.import_history import import_file, preview_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Invalid
from mediatheque.library.queries import history
from mediatheque.library.queries.users import User

ROWS = [
    ("Dark: Season 1: Secrets", "3/14/21"),
    ("Dark: Season 1: Lies", "3/14/21"),
    ("Arrival", "3/13/21"),
    ("Arrival", "12/31/20"),
    ("Roma", "12/30/20"),
]


def netflix(path: Path, rows: list[tuple[str, str]]) -> Path:
    path.write_text("Title,Date\n" + "".join(f'"{t}","{d}"\n' for t, d in rows), encoding="utf-8")
    return path


def test_the_same_file_twice_brings_nothing_new(database: Database, ada: User, tmp_path: Path) -> None:
    file = netflix(tmp_path / "NetflixViewingHistory.csv", ROWS)
    first = import_file(database, ada.id, file)
    assert (first.new, first.known, first.rejected, first.state) == (5, 0, 0, "done")
    again = import_file(database, ada.id, file)
    assert (again.new, again.known) == (0, 5)
    with database.transaction() as db:
        assert len(history.history(db, ada.id)) == 5


def test_a_longer_export_adds_only_its_new_rows(database: Database, ada: User, tmp_path: Path) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv", ROWS))
    longer = import_file(database, ada.id, netflix(tmp_path / "b.csv", [("Roma", "5/1/21"), *ROWS]))
    assert (longer.new, longer.known) == (1, 5)


def test_a_preview_stores_nothing(database: Database, ada: User, tmp_path: Path) -> None:
    preview = preview_file(database, ada.id, netflix(tmp_path / "a.csv", ROWS))
    assert (preview.new, preview.kinds["episode"], preview.kinds["film"]) == (5, 2, 3)
    with database.transaction() as db:
        assert history.history(db, ada.id) == []


def test_a_source_that_cannot_read_the_file_is_refused(database: Database, ada: User, tmp_path: Path) -> None:
    file = netflix(tmp_path / "a.csv", ROWS)
    with pytest.raises(Invalid, match="holds nothing that is read as IMDb"):
        import_file(database, ada.id, file, source="imdb")
    assert import_file(database, ada.id, file, source="netflix").new == 5


def test_undo_takes_back_what_the_batch_brought_and_nothing_else(
    database: Database, ada: User, tmp_path: Path
) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv", ROWS[:3]))
    with database.transaction() as db:
        before = history.history(db, ada.id), history.all_standings(db, ada.id)
    second = import_file(database, ada.id, netflix(tmp_path / "b.csv", ROWS))
    assert undo_batch(database, ada.id, second.id).state == "undone"
    with database.transaction() as db:
        assert (history.history(db, ada.id), history.all_standings(db, ada.id)) == before
