"""The worker: takes jobs lane by lane, begins again what a dead one left, and enters what is due every night."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from procrastinate import App, JobContext, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job as Entry
from procrastinate.jobs import Status
from psycopg_pool import AsyncConnectionPool

from mediatheque.flows.attempts import Again, Doing, attempt
from mediatheque.flows.jobs import MOST_ATTEMPTS, PREFIX, TASKS, defer_graph
from mediatheque.flows.syncing_graph import keep_in_step
from mediatheque.flows.taking import Taking
from mediatheque.flows.tasks import DOING
from mediatheque.flows.watching import look_through_all
from mediatheque.jobs import queries
from mediatheque.jobs.states import Lane
from mediatheque.kit.database import Connection, libpq_url
from mediatheque.kit.errors import Unavailable

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)
T = TypeVar("T")

#: A worker says every so often that it is alive; jobs of one silent for longer are run again.
HEARTBEAT_S = 2.0
STALE_S = 10.0
#: A stopping worker gives a job this long before it asks it to leave off where it can go on later.
GRACE_S = 1.0
_LOOKED_EVERY_S = 0.5
#: Whoever asks that a job be cancelled notifies its worker; one that missed it looks.
_LOOKED_FOR_CANCELLED_S = 1.0
_FOR_EVER_S = 1e9
KEPT_DAYS = 30
_TIDIED_EVERY_S = 3600.0
_FOLDERS_EVERY_S = 60.0
#: Whoever rates or embeds leaves a mark, and no job: ten ratings in a row are one job.
_GRAPH_EVERY_S = 3.0

#: How many jobs of each lane a worker runs at once.
LANES: Mapping[Lane, int] = {Lane.INTERACTIVE: 2, Lane.BULK: 1, Lane.HEAVY: 1}
#: When it is due in UTC: training where there is something new, forgetting old lists, emptying the trash, and who is
#: like whom, should nobody have noticed that it waits.
NIGHTLY: Mapping[str, str] = {
    "train_models": "17 4 * * *",
    "forget_lists": "47 3 * * *",
    "tidy_archive": "7 3 * * *",
    "refresh_graph": "27 3 * * *",
}

_AGAIN = Again()


def queue_of(app: Mediatheque, *, most: int | None = None, tasks: Mapping[str, Doing] = DOING) -> App:
    """The queue in this Mediatheque's database, with everything that can be done; `most`: take so many jobs at most."""
    url = libpq_url(app.database.url)
    connector = PsycopgConnector(conninfo=url, min_size=1, max_size=8, pool_factory=_trusting_pool)
    queue = App(connector=connector)
    queue.job_manager = Taking(connector, most)
    # Registered anew for each queue: a task knows the one queue it belongs to.
    for name, do in tasks.items():
        kind = TASKS[name]
        task = queue.task(name=PREFIX + name, queue=kind.lane.value, pass_context=True, retry=_AGAIN)(
            _run(do)
        )
        if (cron := NIGHTLY.get(name)) is not None:
            # Any number of workers may run: the queue sees to it that it is deferred once.
            queue.periodic(cron=cron, lock=kind.lock, queueing_lock=kind.lock)(task)  # pyright: ignore[reportArgumentType]
    return queue


def _trusting_pool(**arguments: Any) -> AsyncConnectionPool:
    """A pool that does not ask a connection whether it lives before each use: that is a fifth of a small job.

    One that does not live ends the worker's round, and the next begins with new ones.
    """
    arguments["check"] = None
    return AsyncConnectionPool(**arguments)


def _run(do: Doing) -> Any:
    def run(context: JobContext, **arguments: object) -> None:
        del arguments  # the attempt reads them from the entry
        attempt(context, do)

    return run


async def run_worker(
    app: Mediatheque,
    *,
    lanes: Mapping[Lane, int] = LANES,
    stop: asyncio.Event | None = None,
    tasks: Mapping[str, Doing] = DOING,
) -> None:
    """Run jobs until `stop` is set (or the task is cancelled), and those that dead workers left behind.

    `lanes`: how many jobs of each at once; of one that is not named none. When the database goes away, wait for it.
    """
    stop = stop or asyncio.Event()
    # Jobs run in threads, of which the loop by itself has four more than there are processors.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(sum(lanes.values()) + 8))
    while not stop.is_set():
        try:
            async with queue_of(app, tasks=tasks).open_async() as queue:
                await _work(app, queue, lanes, stop)
        except (ConnectorException, psycopg.Error) as error:
            _log.warning("The worker lost the database (%s); trying again.", error)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), HEARTBEAT_S)


async def run_one(app: Mediatheque, lane: Lane, *, tasks: Mapping[str, Doing] = DOING) -> bool:
    """Run the next job that waits in a lane, for who starts workers by other means; whether there was one."""
    async with queue_of(app, most=1, tasks=tasks).open_async() as queue:
        await _revive_all(queue)
        await _end_forsaken(app)
        await _in_lane(app, queue, lane, 1, wait=False)
        return isinstance(queue.job_manager, Taking) and queue.job_manager.is_done


async def _work(app: Mediatheque, queue: App, lanes: Mapping[Lane, int], stop: asyncio.Event) -> None:
    working = [
        asyncio.create_task(_in_lane(app, queue, lane, count)) for lane, count in lanes.items() if count
    ]
    aside = [
        asyncio.create_task(_every(seconds, do))
        for seconds, do in (
            (HEARTBEAT_S, partial(_revive_all, queue)),
            (STALE_S, partial(_end_forsaken, app)),
            (_TIDIED_EVERY_S, partial(_tidy, app, queue)),
            (_FOLDERS_EVERY_S, partial(_look_through_folders, app)),
            (_GRAPH_EVERY_S, partial(_refresh_graph, app)),
        )
    ]
    aside.append(asyncio.create_task(_keep_graph_in_step(app)))
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({*working, stopped}, return_when=asyncio.FIRST_COMPLETED)
        for task in done - {stopped}:
            task.result()
    finally:
        # Asked again, a lane leaves its jobs as they are: not before they had their time.
        await asyncio.gather(_ended(1.0, stopped, *aside), _ended(GRACE_S + 4.0, *working))


async def _ended(every_s: float, *tasks: asyncio.Task[Any]) -> None:
    """Cancel tasks until they have ended: before Python 3.12 asyncio.wait_for, by which the driver waits, may lose a cancellation."""
    left = set(tasks)
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=every_s)
    await asyncio.gather(*tasks, return_exceptions=True)


async def _in_lane(app: Mediatheque, queue: App, lane: Lane, count: int, *, wait: bool = True) -> None:
    await queue.run_worker_async(
        queues=[lane.value],
        name=lane.value,
        concurrency=count,
        wait=wait,
        install_signal_handlers=False,
        update_heartbeat_interval=HEARTBEAT_S,
        stalled_worker_timeout=STALE_S,
        # New jobs are notified; those that run again, and those of a lane that was paused, are found by looking. So is one
        # in 200 new ones: procrastinate forgets a notification that comes while it looks.
        fetch_job_polling_interval=_LOOKED_EVERY_S,
        abort_job_polling_interval=_LOOKED_FOR_CANCELLED_S,
        delete_jobs="successful",
        shutdown_graceful_timeout=GRACE_S if wait else _FOR_EVER_S,
        additional_context={"mediatheque": app},
    )


async def _every(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    """Do something now and every so often, whatever becomes of it: who gives up leaves jobs lying for ever."""
    while True:
        try:
            await do()
        except Exception as error:  # noqa: BLE001
            is_known = isinstance(error, Unavailable | ConnectorException)
            _log.warning("Looking after the queue failed (%s); trying again.", error, exc_info=not is_known)
        await asyncio.sleep(seconds)


async def _tidy(app: Mediatheque, queue: App) -> None:
    """Forget what ended long ago."""
    await queue.job_manager.delete_old_jobs(
        nb_hours=24 * KEPT_DAYS, include_failed=True, include_aborted=True, include_cancelled=True
    )
    await _in_transaction(app, partial(queries.forget_old_jobs, days=KEPT_DAYS))


async def _look_through_folders(app: Mediatheque) -> None:
    await asyncio.to_thread(look_through_all, app)


async def _keep_graph_in_step(app: Mediatheque) -> None:
    stop = threading.Event()
    try:
        await asyncio.to_thread(keep_in_step, app, stop)
    finally:
        stop.set()


async def _refresh_graph(app: Mediatheque) -> None:
    await _in_transaction(app, partial(defer_graph, app))


async def _end_forsaken(app: Mediatheque) -> None:
    for job_id in await _in_transaction(app, partial(queries.end_forsaken, silent_s=STALE_S)):
        _log.error("Job %s waits for nothing any more; it is ended.", job_id)


async def _revive_all(queue: App) -> None:
    """Run again what a killed worker had begun: procrastinate does not do so by itself."""
    for entry in await queue.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALE_S):
        await _revive(queue, entry)


async def _revive(queue: App, entry: Entry) -> None:
    if entry.attempts >= MOST_ATTEMPTS:
        _log.error("%s was left by %s workers; it is given up.", _named(entry), entry.attempts)
        await queue.job_manager.finish_job(entry, Status.FAILED, delete_job=False)
        return
    _log.warning("%s was left by a worker that is gone; it runs again.", _named(entry))
    try:
        await queue.job_manager.retry_job(entry)
    except ConnectorException:
        if entry.queueing_lock is None:
            raise
        # The same was asked for again meanwhile, and that job waits for this one's lock.
        await queue.job_manager.finish_job(entry, Status.FAILED, delete_job=True)


def _named(entry: Entry) -> str:
    return f"Job {entry.task_kwargs.get('job_id', '?')} ({entry.task_name.removeprefix(PREFIX)})"


async def _in_transaction(app: Mediatheque, query: Callable[[Connection], T]) -> T:
    def run() -> T:
        with app.database.transaction() as db:
            return query(db)

    return await asyncio.to_thread(run)
