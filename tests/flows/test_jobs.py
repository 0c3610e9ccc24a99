"""Work in the background, by real workers: enqueued with what it belongs to, survived by killed workers, stopped cleanly."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

import working_process
from histories import a_catalogue, everything, netflix
from mediatheque.flows import jobs, worker
from mediatheque.flows.import_history import begin_import, import_file
from mediatheque.kit.database import Database, libpq_url
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.batches import Batch, batch_with_id
from mediatheque.library.queries.users import User, add_user
from mediatheque.wiring import Mediatheque


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Mediatheque:
    """A Mediatheque without an embedder, so that jobs are short."""
    settings = read_settings(data_dir=tmp_path / "data", database_url=database.url, embedder="none")
    return Mediatheque(settings, database)


def given(opened: Mediatheque, user: User, path: Path) -> Batch:
    """A batch whose file waits for a worker."""
    with opened.database.transaction() as db:
        batch = begin_import(db, user.id, path)
        jobs.defer_import(opened, db, user.id, batch.id, path)
    return batch


def now(opened: Mediatheque, batch: Batch) -> Batch:
    with opened.database.transaction() as db:
        return batch_with_id(db, batch.id, batch.user_id)


def queued(opened: Mediatheque) -> list[tuple[str, str]]:
    with opened.database.transaction() as db:
        rows = db.execute(text("SELECT task_name, status::text FROM procrastinate_jobs ORDER BY id"))
        return [(row.task_name.removeprefix("mediatheque:"), row.status) for row in rows]


def begun(opened: Mediatheque) -> int:
    """How often a worker has begun a job."""
    with opened.database.transaction() as db:
        return db.execute(
            text("SELECT count(*) FROM procrastinate_events WHERE type = 'started'")
        ).scalar_one()


def work_until(opened: Mediatheque, is_enough: Callable[[], bool], patience_s: float = 60) -> float:
    """Let a worker of this process work until it is enough; how long it then took to stop."""

    async def work() -> float:
        stop = asyncio.Event()
        working = asyncio.create_task(worker.run_worker(opened, stop=stop))
        async with asyncio.timeout(patience_s):
            while not await asyncio.to_thread(is_enough):
                assert not working.done()
                await asyncio.sleep(0.02)
        began = time.monotonic()
        stop.set()
        await working
        return time.monotonic() - began

    return asyncio.run(work())


def test_an_import_is_read_its_file_removed_and_its_items_seen_to(
    opened: Mediatheque, ada: User, tmp_path: Path
) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 50)
    batch = given(opened, ada, path)
    assert queued(opened) == [("import_batch", "todo")]
    work_until(opened, lambda: queued(opened) == [])
    assert (now(opened, batch).state, now(opened, batch).rows_read) == ("done", 50)
    assert not path.exists()


def test_a_transaction_that_is_rolled_back_leaves_no_job(
    opened: Mediatheque, database: Database, ada: User, tmp_path: Path
) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 5)
    with database.engine.connect() as db:
        batch = begin_import(db, ada.id, path)
        jobs.defer_import(opened, db, ada.id, batch.id, path)
        jobs.defer_embedding(opened, db)
        db.rollback()
    assert queued(opened) == []


def test_what_waits_already_is_queued_once_and_takes_no_transaction_along(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    for _ in range(2):
        with database.transaction() as db:
            add_user(db, f"User {time.monotonic()}")
            jobs.defer_embedding(opened, db)
            jobs.defer_embedding(opened, db)
            jobs.defer_sync(opened, db, "starter", 10)
    assert queued(opened) == [("embed_missing", "todo"), ("sync_source", "todo")]
    with database.transaction() as db:
        assert db.execute(text("SELECT count(*) FROM users")).scalar() == 3


def worker_process(opened: Mediatheque) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, working_process.__file__, opened.database.url, str(opened.data_dir)],
        stderr=subprocess.DEVNULL,
    )


def test_another_worker_goes_on_where_a_killed_one_was(
    opened: Mediatheque, other_database: Database, ada: User, tmp_path: Path
) -> None:
    a_catalogue(opened.database)
    a_catalogue(other_database)
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 9_000)
    with other_database.transaction() as db:
        user = add_user(db, "Ada")
    import_file(other_database, user.id, path)
    batch = given(opened, ada, path)
    process = worker_process(opened)
    while now(opened, batch).rows_read == 0:
        assert process.poll() is None
        time.sleep(0.02)
    process.kill()
    process.wait()
    killed_at = time.monotonic()
    assert 0 < now(opened, batch).rows_read < 9_000
    work_until(opened, lambda: begun(opened) == 2)
    assert time.monotonic() - killed_at < worker.STALE_S + 5
    work_until(opened, lambda: queued(opened) == [])
    assert everything(opened.database, ada.id) == everything(other_database, user.id)


def test_a_stopping_worker_leaves_its_import_to_the_next(
    opened: Mediatheque, ada: User, tmp_path: Path
) -> None:
    batch = given(opened, ada, netflix(tmp_path / "NetflixViewingHistory.csv", 40_000))
    stopped_after = work_until(opened, lambda: now(opened, batch).rows_read > 0)
    left = now(opened, batch)
    assert (left.state, left.rows_read < 40_000) == ("reading", True)
    assert queued(opened) == [("import_batch", "todo")]
    assert stopped_after < 10
    work_until(opened, lambda: queued(opened) == [])
    assert (now(opened, batch).state, now(opened, batch).rows_read) == ("done", 40_000)


def test_a_job_whose_twin_waits_already_makes_room_for_it(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    """Else the one that a dead worker left would hold for ever the lock that the waiting one needs."""
    for _ in range(2):
        with database.transaction() as db:
            jobs.defer_enrichment(opened, db, ada.id)
            db.execute(
                text("UPDATE procrastinate_jobs SET status = 'doing' WHERE status = 'todo' AND id = 1")
            )
    assert queued(opened) == [("enrich_own", "doing"), ("enrich_own", "todo")]
    work_until(opened, lambda: queued(opened) == [], patience_s=20)


def test_a_job_that_kills_every_worker_is_given_up(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    with database.transaction() as db:
        jobs.defer_enrichment(opened, db, ada.id)
        db.execute(
            text("UPDATE procrastinate_jobs SET status = 'doing', attempts = :n"), {"n": jobs.MOST_ATTEMPTS}
        )
    work_until(opened, lambda: queued(opened) == [("enrich_own", "failed")], patience_s=20)


def test_a_file_that_is_gone_ends_its_batch_in_words(opened: Mediatheque, ada: User, tmp_path: Path) -> None:
    path = netflix(tmp_path / "NetflixViewingHistory.csv", 5)
    batch = given(opened, ada, path)
    path.unlink()
    work_until(opened, lambda: queued(opened) == [])
    assert now(opened, batch).state == "failed"
    assert "no file" in (now(opened, batch).error or "")


def test_what_nobody_foresaw_ends_the_batch_too(
    opened: Mediatheque, database: Database, ada: User, tmp_path: Path
) -> None:
    batch = given(opened, ada, netflix(tmp_path / "NetflixViewingHistory.csv", 5))
    with database.transaction() as db:
        db.execute(text("""UPDATE batches SET options = '{"no such option": 1}'"""))
    work_until(opened, lambda: queued(opened) == [("import_batch", "failed")])
    assert (now(opened, batch).state, "log" in (now(opened, batch).error or "")) == ("failed", True)


def test_a_worker_waits_for_a_database_that_went_away(
    opened: Mediatheque, database: Database, ada: User, tmp_path: Path
) -> None:
    batch = given(opened, ada, netflix(tmp_path / "NetflixViewingHistory.csv", 50))

    def cut_off() -> bool:
        if now(opened, batch).state == "done" and not cut:
            with psycopg.connect(libpq_url(database.url), autocommit=True) as db:
                db.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            cut.append(given(opened, ada, netflix(tmp_path / "more.csv", 80, seed=2)))
        return bool(cut) and now(opened, cut[0]).state == "done"

    cut: list[Batch] = []
    work_until(opened, cut_off)
