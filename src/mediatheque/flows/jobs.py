"""Work in the background, on the database we already have: the tasks, the worker and its reaper."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from procrastinate import App, JobContext, PsycopgConnector, RetryStrategy
from procrastinate.exceptions import AlreadyEnqueued

from mediatheque.kit.database import Connection, driver_connection, libpq_url
from mediatheque.kit.errors import Conflict, Invalid, MediathequeError, NotFound, Unavailable

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: A worker says every so often that it is alive; jobs of one silent for longer are run again.
HEARTBEAT_S = 2.0
STALE_S = 10.0

_RETRY = RetryStrategy(max_attempts=4, exponential_wait=5, retry_exceptions={Unavailable})


def queue_of(app: Mediatheque) -> App:
    """The queue in this Mediatheque's database; to defer with a connection it need not be opened."""
    queue = App(connector=PsycopgConnector(conninfo=libpq_url(app.database.url), min_size=1, max_size=4))
    # Registered anew for each queue: a task knows the one queue it belongs to.
    for task in _tasks():
        queue.task(name=f"mediatheque:{task.__name__}", pass_context=True, retry=_RETRY)(task)
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
    """Run jobs until `stop` is set (or the task is cancelled), and those that dead workers left behind."""
    queue = queue_of(app)
    async with queue.open_async():
        worker = asyncio.create_task(
            queue.run_worker_async(
                concurrency=concurrency,
                install_signal_handlers=False,
                update_heartbeat_interval=HEARTBEAT_S,
                stalled_worker_timeout=STALE_S,
                fetch_job_polling_interval=5.0,
                delete_jobs="successful",
                shutdown_graceful_timeout=10.0,
                additional_context={"mediatheque": app},
            )
        )
        reaper = asyncio.create_task(_reap(queue))
        stopped = asyncio.create_task((stop or asyncio.Event()).wait())
        try:
            await asyncio.wait({worker, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (stopped, reaper, worker):
                task.cancel()
            await asyncio.gather(stopped, reaper, worker, return_exceptions=True)


async def _reap(queue: App) -> None:
    """Run again what a killed worker had begun: procrastinate does not do so by itself."""
    while True:
        try:
            for job in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALE_S):
                _log.warning("Job %s was left by a worker that is gone; it runs again.", job.id)
                await queue.job_manager.retry_job(job)
        except Exception:  # noqa: BLE001  whatever it was: a reaper that gives up leaves jobs lying for ever
            _log.exception("Looking for abandoned jobs failed; trying again.")
        await asyncio.sleep(STALE_S / 2)


def _opened(context: JobContext) -> Mediatheque:
    return context.additional_context["mediatheque"]


def import_batch(context: JobContext, *, user_id: int, batch_id: int, path: str) -> None:
    """Read an uploaded file into its batch, then see to what it brought."""
    from mediatheque.flows.import_history import finish_import
    from mediatheque.library.queries.batches import batch_with_id

    app, file = _opened(context), Path(path)
    try:
        with app.database.transaction() as db:
            batch = batch_with_id(db, batch_id, user_id)
        if batch.state == "reading":
            finish_import(app.database, batch, file)
    except (Invalid, NotFound) as error:
        # The batch says so to whoever asks; the job has done what it can.
        _log.info("Batch %s ended: %s", batch_id, error)
    except Conflict as error:
        _log.info("%s", error)
        return
    file.unlink(missing_ok=True)
    with app.database.transaction() as db:
        defer_embedding(app, db)
        defer_enrichment(app, db, user_id)


def embed_missing(context: JobContext) -> None:
    """Embed what has no embedding yet."""
    from mediatheque.flows import embedding

    app = _opened(context)
    if app.embedder is not None:
        embedding.embed_missing(app.database, app.embedder)


def sync_source(context: JobContext, *, source: str, limit: int) -> None:
    """Bring a source's works in."""
    from mediatheque.enrich.sources import SyncPlan
    from mediatheque.flows.catalogue import sync

    app = _opened(context)
    try:
        sync(app.database, source, app.source_settings(source), SyncPlan(limit=limit))
    except Invalid as error:
        _log.warning("%s was not synced: %s", source, error)
    with app.database.transaction() as db:
        defer_embedding(app, db)


def enrich_own(context: JobContext, *, user_id: int) -> None:
    """Ask the sources about a user's own items."""
    from mediatheque.flows.enriching import enrich_own_items

    app = _opened(context)
    try:
        enriched = enrich_own_items(app.database, user_id, app.source_settings)
    except MediathequeError as error:
        _log.warning("Own items of user %s were not enriched: %s", user_id, error)
        return
    if enriched.claims:
        with app.database.transaction() as db:
            defer_embedding(app, db)


def _tasks() -> tuple[Callable[..., None], ...]:
    """Everything that a worker can do."""
    return import_batch, embed_missing, sync_source, enrich_own
