"""Erasing a user: nothing of theirs is left anywhere, nothing of anybody else's is gone, whatever runs beside it."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from histories import a_catalogue, everything, netflix
from mediatheque.accounts.queries import erase
from mediatheque.flows.import_history import import_file
from mediatheque.flows.undoing import undo_batch
from mediatheque.kit.database import Connection, Database
from mediatheque.kit.errors import MediathequeError
from mediatheque.library.queries.turns import take_turn
from mediatheque.library.queries.users import User, add_user


def facts(db: Connection) -> dict[str, list[Any]]:
    """Every row of every table of ours, but for what the server counts and which titles wait to be compared again."""
    tables = db.execute(
        text("""
            SELECT tablename FROM pg_tables WHERE schemaname = 'public'
            AND tablename NOT LIKE 'procrastinate%' AND tablename NOT IN ('alembic_version', 'graph_stale') ORDER BY 1
        """)
    ).scalars()
    return {name: sorted(map(repr, db.execute(text(f"SELECT * FROM {name}")))) for name in tables}


def youtube(path: Path) -> Path:
    path.write_text(
        """[{"header": "YouTube", "title": "Watched A film about moss",
        "titleUrl": "https://www.youtube.com/watch?v=aaaaaaaaaaa",
        "subtitles": [{"name": "Quiet Moss Society", "url": "https://www.youtube.com/channel/UCm"}],
        "time": "2024-05-01T10:00:00.000Z", "products": ["YouTube"]}]"""
    )
    return path


def goodreads(path: Path) -> Path:
    path.write_text(
        "Book Id,Title,Author,My Rating,Exclusive Shelf\n"
        '1,"Damp Stones (Chronicles of Moss, #1)",Brida Fenn,4,read\n'
    )
    return path


def test_nothing_is_left_of_who_is_erased_and_nothing_gone_of_others(
    database: Database, ada: User, ben: User, tmp_path: Path
) -> None:
    a_catalogue(database)
    history = netflix(tmp_path / "NetflixViewingHistory.csv", 200)
    import_file(database, ada.id, history)
    with database.transaction() as db:
        before = facts(db)
    import_file(database, ben.id, history)
    import_file(database, ben.id, youtube(tmp_path / "watch-history.json"))
    import_file(database, ben.id, goodreads(tmp_path / "goodreads_library_export.csv"))
    with database.transaction() as db:
        assert "Quiet Moss Society" in str(facts(db)["people"])
        assert "Chronicles of Moss" in str(facts(db)["series"])
        erase(db, ben.id)
    with database.transaction() as db:
        after = facts(db)
    assert after.pop("users") == [row for row in before.pop("users") if "Ada" in row]
    before["graph_nodes"] = [row for row in before["graph_nodes"] if "'Ben'" not in row]
    assert after == before


def test_two_who_watch_the_same_channel(database: Database, ada: User, ben: User, tmp_path: Path) -> None:
    for user in (ada, ben):
        import_file(database, user.id, youtube(tmp_path / "watch-history.json"))
    adas = everything(database, ada.id)
    with database.transaction() as db:
        erase(db, ben.id)
    assert everything(database, ada.id) == adas
    with database.transaction() as db:
        assert "Quiet Moss Society" in str(facts(db)["people"])


@pytest.mark.parametrize("seed", range(3))
def test_an_erasure_beside_an_import_and_an_undo_ends_with_nothing(
    database: Database, ada: User, tmp_path: Path, seed: int
) -> None:
    a_catalogue(database)
    with database.transaction() as db:
        cleo = add_user(db, "Cleo")
    first = import_file(database, cleo.id, netflix(tmp_path / "a.csv", 150, seed=seed))
    longer = netflix(tmp_path / "b.csv", 300, seed=seed + 50)
    failures: list[BaseException] = []
    begun = threading.Event()

    def trying(*steps: Any) -> None:
        try:
            for step in steps:
                step()
        except MediathequeError:
            pass  # they are told that what they change is gone
        except BaseException as failure:  # noqa: BLE001  shown to the test's own thread
            failures.append(failure)

    def erased() -> None:
        begun.wait(5)
        with database.transaction() as db:
            erase(db, cleo.id)

    threads = [
        threading.Thread(
            target=trying,
            args=(
                lambda: import_file(
                    database, cleo.id, longer, chunk=5, on_progress=lambda n: begun.set() if n > 20 else None
                ),
            ),
        ),
        threading.Thread(target=trying, args=(lambda: undo_batch(database, cleo.id, first.id),)),
        threading.Thread(target=trying, args=(erased,)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    with database.transaction() as db:
        left = facts(db)
        assert db.execute(text("SELECT count(*) FROM items WHERE owner_id IS NOT NULL")).scalar() == 0
    assert len(left["users"]) == 1
    for name in ("batches", "records", "mentions", "judgements", "events", "user_items", "merges"):
        assert left[name] == [], name


def test_an_account_is_made_while_an_import_holds_its_turn(database: Database, ada: User) -> None:
    with database.transaction() as db:
        take_turn(db, ada.id)
        with database.transaction() as other:
            other.execute(text("SET LOCAL lock_timeout = '2s'"))
            assert add_user(other, "Dora").name == "Dora"
