"""Work in the background, on the database we already have: the tasks, the worker and its reaper."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from procrastinate import App, BaseRetryStrategy, JobContext, PsycopgConnector, RetryDecision
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException, JobAborted
from procrastinate.jobs import Job, Status

from mediatheque.kit.database import Connection, driver_connection, libpq_url
from mediatheque.kit.errors import Conflict, Invalid, MediathequeError, NotFound, Unavailable

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: A worker says every so often that it is alive; jobs of one silent for longer are run again.
HEARTBEAT_S = 2.0
STALE_S = 10.0

#: A stopping worker gives a job this long before it asks it to leave off where it can go on later.
GRACE_S = 1.0
#: A job that was begun so often kills its workers, or needs something that does not come.
MOST_ATTEMPTS = 50
KEPT_DAYS = 30
#: When models are trained anew, where there is something new; in UTC.
NIGHTLY = "17 4 * * *"
#: When old lists of recommendations are forgotten; in UTC.
NIGHTLY_FORGETTING = "47 3 * * *"


class _Again(BaseRetryStrategy):
    """What a stopping worker left goes on at once with the next; what could not be reached is asked again later."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Unavailable) and job.attempts < MOST_ATTEMPTS:
            return RetryDecision(retry_in={"seconds": min(5 * 2**job.attempts, 900)})
        return None


_RETRY = _Again()


def queue_of(app: Mediatheque) -> App:
    """The queue in this Mediatheque's database; to defer with a connection it need not be opened."""
    queue = App(connector=PsycopgConnector(conninfo=libpq_url(app.database.url), min_size=1, max_size=4))
    # Registered anew for each queue: a task knows the one queue it belongs to.
    for task in _tasks():
        queue.task(name=f"mediatheque:{task.__name__}", pass_context=True, retry=_RETRY)(task)
    nightly = queue.task(name="mediatheque:train_models", pass_context=True, retry=_RETRY)(train_models)
    # Any number of workers may run: the queue sees to it that it is deferred once.
    every_night = queue.periodic(cron=NIGHTLY, lock="train", queueing_lock="train")
    every_night(nightly)  # pyright: ignore[reportArgumentType]  the moment may be left out, too
    forgetting = queue.task(name="mediatheque:forget_lists", pass_context=True, retry=_RETRY)(forget_lists)
    queue.periodic(cron=NIGHTLY_FORGETTING, lock="forget", queueing_lock="forget")(forgetting)  # pyright: ignore[reportArgumentType]
    return queue


def defer_import(app: Mediatheque, db: Connection, user_id: int, batch_id: int, path: Path) -> None:
    """Import the file of an open batch in the background, once this transaction is committed.

    The file is the job's from then on, and deleted when it is done.
    """
    _defer(
        app, db, "import_batch", lock=f"import-{user_id}", user_id=user_id, batch_id=batch_id, path=str(path)
    )


def defer_embedding(app: Mediatheque, db: Connection) -> None:
    """Embed in the background what has no embedding yet; asking twice asks once."""
    _defer(app, db, "embed_missing", lock="embed", queueing_lock="embed")


def defer_sync(app: Mediatheque, db: Connection, source: str, limit: int) -> None:
    """Bring a source's works in in the background; asking twice asks once."""
    _defer(
        app,
        db,
        "sync_source",
        lock=f"sync-{source}",
        queueing_lock=f"sync-{source}",
        source=source,
        limit=limit,
    )


def defer_enrichment(app: Mediatheque, db: Connection, user_id: int) -> None:
    """Ask the sources about a user's own items in the background; asking twice asks once."""
    name = f"enrich-{user_id}"
    _defer(app, db, "enrich_own", lock=name, queueing_lock=name, user_id=user_id)


def defer_training(app: Mediatheque, db: Connection) -> None:
    """Train models in the background; asking twice asks once."""
    _defer(app, db, "train_models", lock="train", queueing_lock="train")


def _defer(
    app: Mediatheque,
    db: Connection,
    task: str,
    *,
    lock: str,
    queueing_lock: str | None = None,
    **arguments: Any,
) -> None:
    job = queue_of(app).configure_task(
        f"mediatheque:{task}", lock=lock, queueing_lock=queueing_lock, connection=driver_connection(db)
    )
    # A refused job must not take the caller's transaction with it.
    with contextlib.suppress(AlreadyEnqueued), db.begin_nested():
        job.defer(**arguments)


async def run_worker(app: Mediatheque, *, concurrency: int = 1, stop: asyncio.Event | None = None) -> None:
    """Run jobs until `stop` is set (or the task is cancelled), and those that dead workers left behind.

    When the database goes away, wait for it to come back.
    """
    stop = stop or asyncio.Event()
    while not stop.is_set():
        try:
            async with queue_of(app).open_async() as queue:
                await _work(app, queue, concurrency, stop)
        except (ConnectorException, psycopg.Error) as error:
            _log.warning("The worker lost the database (%s); trying again.", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), HEARTBEAT_S)


async def _work(app: Mediatheque, queue: App, concurrency: int, stop: asyncio.Event) -> None:
    await queue.job_manager.delete_old_jobs(
        nb_hours=24 * KEPT_DAYS, include_failed=True, include_aborted=True, include_cancelled=True
    )
    worker = asyncio.create_task(
        queue.run_worker_async(
            concurrency=concurrency,
            install_signal_handlers=False,
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALE_S,
            # New jobs are notified; those that run again are found by looking.
            fetch_job_polling_interval=HEARTBEAT_S,
            delete_jobs="successful",
            shutdown_graceful_timeout=GRACE_S,
            additional_context={"mediatheque": app},
        )
    )
    reaper = asyncio.create_task(_reap(queue))
    stopped = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if worker.done():
            worker.result()
    finally:
        for task in (stopped, reaper, worker):
            task.cancel()
        await asyncio.gather(stopped, reaper, worker, return_exceptions=True)


async def _reap(queue: App) -> None:
    """Run again what a killed worker had begun: procrastinate does not do so by itself."""
    while True:
        try:
            for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALE_S):
                await _revive(queue, job)
        except Exception:  # noqa: BLE001  whatever it was: a reaper that gives up leaves jobs lying for ever
            _log.exception("Looking for abandoned jobs failed; trying again.")
        await asyncio.sleep(HEARTBEAT_S)


async def _revive(queue: App, job: Job) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        _log.error("Job %s (%s) was left by %s workers; it is given up.", job.id, job.task_name, job.attempts)
        await queue.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        return
    _log.warning("Job %s was left by a worker that is gone; it runs again.", job.id)
    try:
        await queue.job_manager.retry_job(job)
    except ConnectorException:
        if job.queueing_lock is None:
            raise
        # The same was asked for again meanwhile, and that job waits for this one's lock.
        await queue.job_manager.finish_job(job, Status.FAILED, delete_job=True)


def _opened(context: JobContext) -> Mediatheque:
    return context.additional_context["mediatheque"]


def _go_on(context: JobContext) -> Callable[[int], None]:
    """For `on_progress`: leave off here when the worker is stopping."""

    def check(_: int) -> None:
        if context.should_abort():
            raise JobAborted

    return check


def import_batch(context: JobContext, *, user_id: int, batch_id: int, path: str) -> None:
    """Read an uploaded file into its batch, then see to what it brought."""
    app, file = _opened(context), Path(path)
    try:
        _read_to_its_end(context, user_id, batch_id, file)
    except (Invalid, NotFound) as error:
        # The batch says so to whoever asks; the job has done what it can.
        _log.info("Batch %s ended: %s", batch_id, error)
    file.unlink(missing_ok=True)
    with app.database.transaction() as db:
        defer_embedding(app, db)
        defer_enrichment(app, db, user_id)


def _read_to_its_end(context: JobContext, user_id: int, batch_id: int, file: Path) -> None:
    from mediatheque.flows.import_history import finish_import
    from mediatheque.library.queries.batches import batch_with_id, fail_batch

    database, go_on = _opened(context).database, _go_on(context)
    while True:
        with database.transaction() as db:
            batch = batch_with_id(db, batch_id, user_id)
        if batch.state != "reading":
            return
        try:
            finish_import(database, batch, file, on_progress=go_on)
        except Conflict:
            # Another process reads it. It may die before the end, and then the rest is this job's.
            go_on(0)
            time.sleep(HEARTBEAT_S)
        except (MediathequeError, JobAborted):
            raise
        except Exception:
            with database.transaction() as db:
                fail_batch(db, batch_id, "something unforeseen went wrong; the log of the worker says what")
            raise


def embed_missing(context: JobContext) -> None:
    """Embed what has no embedding yet."""
    from mediatheque.flows import embedding

    app = _opened(context)
    if app.embedder is not None:
        embedding.embed_missing(app.database, app.embedder, on_progress=_go_on(context))


def sync_source(context: JobContext, *, source: str, limit: int) -> None:
    """Bring a source's works in."""
    from mediatheque.enrich.sources import SyncPlan
    from mediatheque.flows.catalogue import sync

    app = _opened(context)
    try:
        sync(
            app.database,
            source,
            app.source_settings(source),
            SyncPlan(limit=limit),
            on_progress=_go_on(context),
        )
    except Invalid as error:
        _log.warning("%s was not synced: %s", source, error)
    with app.database.transaction() as db:
        defer_embedding(app, db)


def enrich_own(context: JobContext, *, user_id: int) -> None:
    """Ask the sources about a user's own items."""
    from mediatheque.flows.enriching import enrich_own_items

    app = _opened(context)
    try:
        enriched = enrich_own_items(app.database, user_id, app.source_settings, on_progress=_go_on(context))
    except MediathequeError as error:
        _log.warning("Own items of user %s were not enriched: %s", user_id, error)
        return
    if enriched.claims:
        with app.database.transaction() as db:
            defer_embedding(app, db)


def train_models(context: JobContext, timestamp: int | None = None) -> None:
    """Train in a process of its own: neither its libraries nor its memory are to stay with who serves."""
    del timestamp  # when a nightly training was due
    app, go_on = _opened(context), _go_on(context)
    program = [sys.executable, "-c", "from mediatheque.cli import main; main()"]
    where = {
        "MEDIATHEQUE_DATA_DIR": str(app.data_dir),
        "MEDIATHEQUE_DATABASE_URL": app.database.url,
        "MEDIATHEQUE_REGISTRY_URL": app.settings.registry_setting or "",
    }
    with subprocess.Popen(  # noqa: S603
        [*program, "train", "--only-if-new", "--json"],
        env=os.environ | where,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as training:
        try:
            said, complaint = _heard_out(training, go_on)
        except BaseException:
            # A version is kept whole or not at all, so it may end anywhere.
            training.kill()
            raise
    if training.returncode:
        _log.warning("Training ended with %s: %s", training.returncode, (said or complaint).strip()[-2000:])
    else:
        _log.info("Training: %s", said.strip())


def forget_lists(context: JobContext, timestamp: int | None = None) -> None:
    """Forget the lists of recommendations that are older than the settings keep them."""
    from mediatheque.flows.forgetting import forget_old_lists

    del timestamp
    app = _opened(context)
    gone = forget_old_lists(app.database, app.settings.keep_lists_days, on_progress=_go_on(context))
    if gone:
        _log.info("%s lists of recommendations are forgotten.", gone)


def _heard_out(training: subprocess.Popen[str], go_on: Callable[[int], None]) -> tuple[str, str]:
    """What it printed until its end, asking in between whether to go on."""
    while True:
        try:
            return training.communicate(timeout=HEARTBEAT_S / 4)
        except subprocess.TimeoutExpired:
            go_on(0)


def _tasks() -> tuple[Callable[..., None], ...]:
    """Everything that a worker can do."""
    return import_batch, embed_missing, sync_source, enrich_own
