"""A worker in a process of its own whose jobs have steps of half a second: URL DATA_FOLDER NOTES STEPS."""

from __future__ import annotations

import asyncio
import logging
import sys
import time
from pathlib import Path

from mediatheque.flows.attempts import Attempt
from mediatheque.flows.worker import run_worker
from mediatheque.jobs import queries
from mediatheque.jobs.queries import Superseded
from mediatheque.jobs.states import Lane
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.wiring import Mediatheque


def main(url: str, folder: str, notes: str, steps: str) -> None:
    logging.basicConfig(level=logging.WARNING)
    settings = read_settings(data_dir=folder, database_url=url, embedder="none")
    said = Path(notes)
    said.touch()

    def in_steps(attempt: Attempt, *, media_id: int, home: str) -> str:
        del media_id, home
        with attempt.app.database.transaction() as db:
            done = len(queries.job_with_id(db, attempt.job_id, None).timings)
        for number in range(done, int(steps)):
            began = time.monotonic()
            while time.monotonic() - began < 0.5:
                time.sleep(0.05)
            try:
                with attempt.app.database.transaction() as db:
                    queries.hold(db, attempt.job_id, attempt.number)
                    queries.step_done(db, attempt.job_id, attempt.number, f"step {number}", 0.5)
            except Superseded:
                said.write_text("refused")
                raise
        return "all steps"

    app = Mediatheque(settings, Database(url))
    asyncio.run(run_worker(app, lanes={Lane.INTERACTIVE: 1}, tasks={"process_media": in_steps}))


if __name__ == "__main__":
    main(*sys.argv[1:])
