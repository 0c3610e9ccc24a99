"""How many small jobs a second a worker does, and how soon one begins: `make bench NAME=queue`.

`jobs_per_s`: JOBS jobs that do nothing wait (each with its row, its entry in the queue and its notifications); WORKERS
processes with AT_ONCE at a time each do them all, on the embedded database with its defaults. From the first
beginning to the last end. `start_p50_ms`: a job at a time is given to an idle worker; from the commit that gives it
until its first line runs. `deferred_per_s`: jobs given, PER_COMMIT a transaction. `JOBS=1000 make bench NAME=queue`.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from mediatheque.flows.attempts import Attempt
from mediatheque.flows.jobs import defer_media
from mediatheque.flows.worker import run_worker
from mediatheque.jobs.queries import job_with_id
from mediatheque.jobs.states import Lane
from mediatheque.kit.database import Connection
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import add_user
from mediatheque.wiring import Mediatheque, open_mediatheque

JOBS, STARTS = int(os.environ.get("JOBS", "10000")), 200
WORKERS, AT_ONCE = int(os.environ.get("WORKERS", "2")), int(os.environ.get("AT_ONCE", "4"))
PER_COMMIT = 100


def nothing(attempt: Attempt, **arguments: object) -> str:
    """A small job: says when it began."""
    del attempt, arguments
    return str(time.time())


def main() -> None:
    """Print the figures, and as the last line the JSON of them."""
    if len(sys.argv) > 1:
        work(sys.argv[1])
        return
    with tempfile.TemporaryDirectory() as folder:
        app = open_mediatheque(read_settings(data_dir=Path(folder), embedder="none"))
        try:
            print(json.dumps(measured(app)))
        finally:
            app.close()


def measured(app: Mediatheque) -> dict[str, float]:
    with app.database.transaction() as db:
        user_id = add_user(db, "Ada").id
    began = time.perf_counter()
    for first in range(0, JOBS, PER_COMMIT):
        with app.database.transaction() as db:
            for number in range(first, first + PER_COMMIT):
                give(app, db, user_id, number)
    deferred_per_s = JOBS / (time.perf_counter() - began)
    print(f"{JOBS:,} jobs given at {deferred_per_s:,.0f} a second", flush=True)
    with ExitStack() as workers:
        for _ in range(WORKERS):
            workers.enter_context(a_worker(app))
        while count(app, "finished_at IS NULL"):
            time.sleep(0.2)
        assert count(app, "state = 'completed'") == JOBS
        seconds = scalar(
            app, "SELECT extract(epoch FROM max(finished_at) - min(started_at))::float8 FROM jobs"
        )
        print(f"done at {JOBS / seconds:,.0f} a second", flush=True)
        started = sorted(start_ms(app, user_id, number) for number in range(STARTS))
    print(f"begun after {started[0]:.1f} to {started[-1]:.1f} ms")
    return {
        "jobs_per_s": round(JOBS / seconds),
        "start_p50_ms": round(statistics.median(started), 1),
        "start_p99_ms": round(started[int(len(started) * 0.99)], 1),
        "deferred_per_s": round(deferred_per_s),
    }


def give(app: Mediatheque, db: Connection, user_id: int, number: int) -> int:
    return defer_media(app, db, media_id=number, user_id=user_id, title=f"Recording {number}")


def start_ms(app: Mediatheque, user_id: int, number: int) -> float:
    """How long a job waits for an idle worker, in ms."""
    with app.database.transaction() as db:
        job_id = give(app, db, user_id, number)
    committed_at = time.time()
    while True:
        with app.database.transaction() as db:
            job = job_with_id(db, job_id, None)
        if job.is_final:
            time.sleep(0.01)
            return (float(job.line) - committed_at) * 1000
        time.sleep(0.005)


@contextmanager
def a_worker(app: Mediatheque) -> Generator[None]:
    with subprocess.Popen([sys.executable, __file__, app.database.url]) as process:
        try:
            yield
        finally:
            process.terminate()


def work(url: str) -> None:
    """The worker, in a process of its own."""
    app = open_mediatheque(read_settings(database_url=url, embedder="none"))
    asyncio.run(run_worker(app, lanes={Lane.INTERACTIVE: AT_ONCE}, tasks={"process_media": nothing}))


def count(app: Mediatheque, which: str) -> float:
    return scalar(app, f"SELECT count(*) FROM jobs WHERE {which}")


def scalar(app: Mediatheque, query: str) -> float:
    with app.database.transaction() as db:
        return db.exec_driver_sql(query).scalar_one()


if __name__ == "__main__":
    main()
