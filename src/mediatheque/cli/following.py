"""Jobs shown as they go: a bar for each on the terminal, and a worker of one's own where none runs."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from mediatheque.cli.printing import Printer, console

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from mediatheque.jobs.queries import Job
    from mediatheque.wiring import Mediatheque

#: The database is asked so often; who works writes twice a second.
_ASKED_EVERY_S = 0.25
#: When no worker has begun a job after so long, we begin one here.
_PATIENCE_S = 4.0


def job_json(job: Job) -> dict[str, Any]:
    """A job as a program reads it."""
    return {
        "job_id": job.id,
        "task": job.task,
        "title": job.title,
        "lane": job.lane.value,
        "state": job.state.value,
        "percent": round(job.percent, 1),
        "line": job.line,
        "attempt": job.attempt,
        "error": job.error,
        "timings": [{"step": t.step, "seconds": t.seconds, "attempt": t.attempt} for t in job.timings],
        "media_id": job.arguments.get("media_id"),
        "created_at": job.created_at,
        "started_at": job.started_at,
        "finished_at": job.finished_at,
    }


def work_and_follow(app: Mediatheque, printer: Printer, user_id: int, job_ids: Sequence[int]) -> list[Job]:
    """Show how far these jobs are until all have ended, and work on them here where no worker does; the jobs then."""
    from mediatheque.library.queries.checks import queue_figures

    with app.database.transaction() as db:
        is_worked_on = queue_figures(db).workers > 0
    with _Worker(app) as worker:
        if not is_worked_on:
            worker.start()
        began = time.monotonic()

        def lend_a_hand(jobs: Iterable[Job]) -> None:
            waits = all(job.state.value == "pending" and not job.error for job in jobs if not job.is_final)
            if not worker.is_running and waits and time.monotonic() - began > _PATIENCE_S:
                worker.start()

        return follow(app, printer, user_id, job_ids, meanwhile=lend_a_hand)


def follow(
    app: Mediatheque,
    printer: Printer,
    user_id: int | None,
    job_ids: Sequence[int],
    *,
    meanwhile: Callable[[Iterable[Job]], None] = lambda jobs: None,
) -> list[Job]:
    """Show how far these jobs are until all have ended; the jobs then."""
    from mediatheque.jobs.queries import jobs_with_ids

    with bars() as show:
        while True:
            with app.database.transaction() as db:
                jobs = jobs_with_ids(db, job_ids, user_id)
            for job in jobs:
                show(job)
            if all(job.is_final for job in jobs):
                return jobs
            meanwhile(jobs)
            time.sleep(_ASKED_EVERY_S)


@contextlib.contextmanager
def bars() -> Generator[Callable[[Job], None]]:
    """A bar for each job that is shown; silent where nobody looks on."""
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    progress = Progress(
        TextColumn("{task.fields[number]:>5}", style="dim"),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TextColumn("{task.fields[line]}", style="dim", markup=False),
        console=console(on_stderr=True),
        transient=True,
        disable=not sys.stderr.isatty(),
    )
    shown: dict[int, TaskID] = {}
    with progress:
        yield lambda job: _show(progress, shown, job)


def _show(progress: Progress, shown: dict[int, TaskID], job: Job) -> None:
    if job.id not in shown:
        title = job.title if len(job.title) <= 40 else f"{job.title[:39]}…"
        shown[job.id] = progress.add_task(title, total=100, number=str(job.id), line="")
    progress.update(shown[job.id], completed=job.percent, line=told(job))


def told(job: Job) -> str:
    """How far a job is, in a few words."""
    if job.is_final:
        return job.error or job.line or job.state.value
    if job.error and job.line:  # "tries again in 5 minutes", and why
        return f"{job.line}: {job.error}"
    return job.line or {"pending": "waits for its turn"}.get(job.state.value, job.state.value)


class _Worker:
    """A worker in a thread of its own, until the block ends."""

    def __init__(self, app: Mediatheque) -> None:
        self._app = app
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._is_set_up = threading.Event()

    @property
    def is_running(self) -> bool:
        return self._thread is not None

    def start(self) -> None:
        # How its jobs ended is told by who follows them; the log would say it a second time.
        logging.getLogger("mediatheque.flows.attempts").setLevel(logging.ERROR)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._work()), name="worker")
        self._thread.start()
        self._is_set_up.wait()

    async def _work(self) -> None:
        from mediatheque.flows.worker import run_worker

        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        self._is_set_up.set()
        await run_worker(self._app, stop=self._stop)

    def __enter__(self) -> _Worker:
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread is not None and self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):  # it fell over, and its loop with it
                self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()
