"""Our jobs run by somebody's Celery: a message says only "look into this lane", and the queue stays in PostgreSQL.

Start it with `celery --app mediatheque.flows.celery_app worker --beat` (docs/howto/celery.md). Lost messages are made
good by the beat, and doubled ones find nothing to do: what waits, who has it and how it ended stands in the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import threading
import time
from typing import TYPE_CHECKING, Any

import psycopg
from celery import Celery
from celery.signals import worker_process_shutdown, worker_ready
from kombu.entity import Queue

from mediatheque.jobs.states import Lane
from mediatheque.kit.database import libpq_url
from mediatheque.kit.errors import Unavailable

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: The name of the one task, and of the queues that messages of each lane go through.
TASK, QUEUE = "mediatheque.work", "mediatheque.{lane}"
#: The beat sends a message for each lane so often, for what no message told of: retries, and what killed workers left.
BEAT_S = 5.0
#: Any number: the worker with this advisory lock listens to the database, and sends a message for each new job.
_LISTENER_LOCK = 7_306_017
_AGAIN_AFTER_S = 2.0
#: The channels that the queue tells new jobs on, one a lane (procrastinate's).
_CHANNEL = "procrastinate_queue_v1#"

_opened: dict[int, Mediatheque] = {}


def make_celery(broker_url: str | None = None) -> Any:
    """A Celery app with our task and its beat; without an address, CELERY_BROKER_URL says where the broker is."""
    made: Any = Celery("mediatheque", broker=broker_url or os.environ.get("CELERY_BROKER_URL"))
    made.conf.update(
        # Nobody asks Celery how a job went.
        task_ignore_result=True,
        # A message taken and not yet begun would wait behind a recording of an hour.
        worker_prefetch_multiplier=1,
        broker_connection_retry_on_startup=True,
        task_routes=(_route,),
        beat_schedule={
            lane.value: {
                "task": TASK,
                "schedule": BEAT_S,
                "args": (lane.value,),
                # Where no worker takes them, they do not pile up.
                "options": {"queue": QUEUE.format(lane=lane.value), "expires": BEAT_S},
            }
            for lane in Lane
        },
        task_queues=None,
        task_create_missing_queues=True,
    )
    # Without -Q a worker serves every lane.
    made.conf.task_queues = [Queue(QUEUE.format(lane=lane.value)) for lane in Lane]
    made.task(name=TASK, bind=True)(_work)
    return made


def nudge(celery: Any, lane: Lane) -> None:
    """Say that there is something to do in a lane."""
    celery.send_task(TASK, args=(lane.value,), queue=QUEUE.format(lane=lane.value))


def _work(task: Any, lane: str) -> None:
    """Do the next job that waits in a lane; where there was one, there may be more."""
    from mediatheque.flows.worker import run_one

    if asyncio.run(run_one(_library(), Lane(lane))):
        nudge(task.app, Lane(lane))


def _route(name: str, args: Any, kwargs: Any, options: Any, **_: Any) -> dict[str, str] | None:
    return {"queue": QUEUE.format(lane=args[0])} if name == TASK and args else None


def _library() -> Mediatheque:
    """The library as this process has it open: a forked one must not share its parent's connections."""
    from mediatheque.wiring import open_mediatheque

    if os.getpid() not in _opened:
        _opened[os.getpid()] = open_mediatheque()
    return _opened[os.getpid()]


def _close(**_: Any) -> None:
    if (app := _opened.pop(os.getpid(), None)) is not None:
        app.close()


def _listen_aside(sender: Any, **_: Any) -> None:
    """With the worker's start: hear of new jobs, so that they need not wait for the beat; and tell a graph elsewhere."""
    threading.Thread(target=_listen, args=(sender.app,), name="nudges", daemon=True).start()
    threading.Thread(target=_keep_graph_in_step, name="graph", daemon=True).start()


def _keep_graph_in_step() -> None:
    from mediatheque.flows.syncing_graph import keep_in_step

    while True:
        try:
            return keep_in_step(_library(), threading.Event())
        except Unavailable as error:
            _log.warning("Cannot keep the graph in step (%s); trying again.", error)
        time.sleep(_AGAIN_AFTER_S)


def _listen(celery: Any) -> None:
    while True:
        try:
            url = libpq_url(_library().database.url)
            with psycopg.connect(url, autocommit=True) as connection:
                _pass_on(connection, celery)
        except (Unavailable, psycopg.Error) as error:
            _log.warning("Cannot hear of new jobs (%s); the beat looks every %.0f s.", error, BEAT_S)
        time.sleep(_AGAIN_AFTER_S)


def _pass_on(connection: psycopg.Connection[Any], celery: Any) -> None:
    got = connection.execute("SELECT pg_try_advisory_lock(%s)", (_LISTENER_LOCK,)).fetchone()
    if got is None or not got[0]:
        return  # another one listens
    for lane in Lane:
        connection.execute(f'LISTEN "{_CHANNEL}{lane.value}"')  # pyright: ignore[reportArgumentType]  constants
    for notification in connection.notifies():
        # Where the broker is away, the beat comes when it is back.
        with contextlib.suppress(Exception):
            nudge(celery, Lane(notification.channel.removeprefix(_CHANNEL)))


worker_process_shutdown.connect(_close, weak=False)
worker_ready.connect(_listen_aside, weak=False)

app = make_celery()
