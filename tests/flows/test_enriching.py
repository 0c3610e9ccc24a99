"""Own items find their catalogue entry at a source, a local server that speaks as TMDB does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import fake_apis
from mediatheque.enrich.sources import SourceSettings, SyncPlan
from mediatheque.flows.catalogue import sync
from mediatheque.flows.enriching import enrich_own_items
from mediatheque.flows.import_history import import_file
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Unavailable
from mediatheque.library.queries import history, items
from mediatheque.library.queries.users import User
from mediatheque.vocabulary import Item


@pytest.fixture
def tmdb() -> Iterator[SourceSettings]:
    server = fake_apis.FakeApi(fake_apis.FAKES["tmdb"])
    yield SourceSettings(base_url=server.url, token=fake_apis.TOKEN, rate=10_000.0, sleep=lambda _: None)
    server.close()


def netflix(path: Path) -> Path:
    path.write_text('Title,Date\n"The Matrix: Nothing Such","1/2/21"\nThe Matrix,3/14/21\n', encoding="utf-8")
    return path


def seen(database: Database, user: User) -> list[Item]:
    with database.transaction() as db:
        return [entry.item for entry in history.history(db, user.id) if entry.item]


def test_own_items_become_the_entries_a_source_knows(
    database: Database, ada: User, tmdb: SourceSettings, tmp_path: Path
) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv"))
    enriched = enrich_own_items(database, ada.id, lambda _: tmdb)
    assert (enriched.asked, enriched.matched, enriched.failures) == (2, 1, [])
    matrix = seen(database, ada)[0]
    assert (matrix.is_listed, matrix.work.year, matrix.work.external_ids["tmdb"]) == (True, 1999, "603")
    assert enrich_own_items(database, ada.id, lambda _: tmdb).asked == 0


def test_a_source_that_is_away_is_asked_again_later(
    database: Database, ada: User, tmdb: SourceSettings, tmp_path: Path
) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv"))
    away = SourceSettings(
        base_url="http://127.0.0.1:1", token="t", rate=10_000.0, sleep=lambda _: None, deadline_s=1.0
    )
    enriched = enrich_own_items(database, ada.id, lambda _: away)
    assert {failure.source for failure in enriched.failures} == {"tmdb"}
    assert not seen(database, ada)[0].is_listed
    assert enrich_own_items(database, ada.id, lambda _: tmdb).matched == 1


def test_without_a_key_nobody_is_asked(database: Database, ada: User, tmp_path: Path) -> None:
    import_file(database, ada.id, netflix(tmp_path / "a.csv"))
    assert enrich_own_items(database, ada.id, lambda _: SourceSettings()).asked == 0


def test_an_interrupted_sync_goes_on_where_it_stopped(
    database: Database, ada: User, tmdb: SourceSettings
) -> None:
    class Stop(Exception):
        pass

    def stop_after(seen: int) -> None:
        if seen >= 20:
            raise Stop

    plan = SyncPlan(limit=60, is_detailed=False)
    with pytest.raises(Stop):
        sync(database, "tmdb", tmdb, plan, on_progress=stop_after)
    with database.transaction() as db:
        before = sum(items.count_items(db).values())
    rest = sync(database, "tmdb", tmdb, plan)
    assert before > 0
    assert rest.seen < 60
    whole = sync(database, "tmdb", tmdb, plan)
    assert whole.new_items == 0
    with database.transaction() as db:
        assert sum(items.count_items(db).values()) == before + rest.new_items


def test_a_sync_that_cannot_reach_its_source_keeps_what_came(database: Database, ada: User) -> None:
    sync(database, "starter", SourceSettings(), SyncPlan(limit=20))
    away = SourceSettings(
        base_url="http://127.0.0.1:1", token="t", rate=10_000.0, sleep=lambda _: None, deadline_s=1.0
    )
    with pytest.raises(Unavailable):
        sync(database, "tmdb", away, SyncPlan(limit=20))
    with database.transaction() as db:
        assert sum(items.count_items(db).values()) == 20
