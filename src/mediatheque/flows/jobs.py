"""Give work to the background: each job and its entry in the queue are made with what they belong to, or not at all."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued

from mediatheque.jobs import queries
from mediatheque.jobs.queries import Job
from mediatheque.jobs.states import Lane
from mediatheque.kit.database import Connection, driver_connection

if TYPE_CHECKING:
    from mediatheque.wiring import Mediatheque

#: A job that was begun so often kills its workers, or needs something that does not come.
MOST_ATTEMPTS = 50
#: How tasks are called in the queue, which other programs may share.
PREFIX = "mediatheque:"


@dataclass(frozen=True, slots=True)
class Task:
    """How jobs of one kind wait: in which lane, behind whom, and how often they are begun."""

    lane: Lane
    #: Of jobs with the same lock one runs at a time; of those that wait one is enough, where `is_once`.
    lock: str | None = None
    is_once: bool = False
    #: So often what could not be reached is asked.
    tries: int = MOST_ATTEMPTS


#: Everything that a worker can do (flows/tasks.py says how).
TASKS: Mapping[str, Task] = {
    "import_batch": Task(Lane.INTERACTIVE, "import-{user_id}"),
    # Without a lock: where it changes its lane, its next entry waits in the queue before the one before is gone.
    "process_media": Task(Lane.INTERACTIVE, tries=8),
    "embed_missing": Task(Lane.BULK, "embed", is_once=True),
    "sync_source": Task(Lane.BULK, "sync-{source}", is_once=True),
    "enrich_own": Task(Lane.BULK, "enrich-{user_id}", is_once=True),
    "forget_lists": Task(Lane.BULK, "forget", is_once=True),
    "tidy_archive": Task(Lane.BULK, "tidy", is_once=True),
    "refresh_graph": Task(Lane.BULK, "graph", is_once=True),
    "train_models": Task(Lane.HEAVY, "train", is_once=True),
}


def defer_import(
    app: Mediatheque, db: Connection, user_id: int, batch_id: int, path: Path, *, rows: int | None = None
) -> int:
    """Import the file of an open batch in the background, once this transaction is committed; returns the job's id.

    The file is the job's from then on, and deleted when it is done. `rows`: how many it has, where somebody counted.
    """
    from mediatheque.library.queries.batches import batch_with_id

    title = batch_with_id(db, batch_id, user_id).file_name
    arguments: dict[str, Any] = {"user_id": user_id, "batch_id": batch_id, "path": str(path), "rows": rows}
    job_id = defer(db, "import_batch", title, user_id=user_id, arguments=arguments)
    assert job_id is not None
    return job_id


def defer_media(
    app: Mediatheque,
    db: Connection,
    *,
    media_id: int,
    user_id: int,
    title: str,
    lane: Lane = Lane.INTERACTIVE,
    priority: int = 0,
) -> int:
    """Work on a recording in the background, once this transaction is committed; returns the job's id.

    `lane` is where it waits and comes back to from the heavy one.
    """
    arguments = {"media_id": media_id, "home": lane.value}
    job_id = defer(
        db, "process_media", title, user_id=user_id, lane=lane, priority=priority, arguments=arguments
    )
    assert job_id is not None
    return job_id


def defer_embedding(app: Mediatheque, db: Connection) -> int | None:
    """Embed in the background what has no embedding yet; asking twice asks once, and then there is no new job."""
    return defer(db, "embed_missing", TITLES["embed_missing"])


def defer_sync(app: Mediatheque, db: Connection, source: str, limit: int) -> int | None:
    """Bring a source's works in in the background; asking twice asks once."""
    arguments = {"source": source, "limit": limit}
    return defer(db, "sync_source", title_of("sync_source", arguments), arguments=arguments)


def defer_enrichment(app: Mediatheque, db: Connection, user_id: int) -> int | None:
    """Ask the sources about a user's own items in the background; asking twice asks once."""
    return defer(db, "enrich_own", TITLES["enrich_own"], user_id=user_id, arguments={"user_id": user_id})


def defer_training(app: Mediatheque, db: Connection) -> int | None:
    """Train models in the background; asking twice asks once."""
    return defer(db, "train_models", TITLES["train_models"])


def defer_graph(app: Mediatheque, db: Connection) -> int | None:
    """Work out in the background which titles and people are alike, if anything waits for it; asking twice asks once.

    Also where the graph was built by another version, or never: then all of it is built.
    """
    from mediatheque.graph.queries.computed import anything_stale
    from mediatheque.graph.queries.projection import is_built

    waits = anything_stale(db) or not is_built(db)
    return defer(db, "refresh_graph", TITLES["refresh_graph"]) if waits else None


#: What jobs are called that are about no one thing.
TITLES: Mapping[str, str] = {
    "import_batch": "Import",
    "process_media": "Recording",
    "embed_missing": "Embed what has no vectors yet",
    "sync_source": "Sync {source}",
    "enrich_own": "Ask the catalogues about your own titles",
    "forget_lists": "Forget old lists of recommendations",
    "tidy_archive": "Empty the trash, and remove files of nobody's",
    "refresh_graph": "Which titles are alike, and who rates alike",
    "train_models": "Train the models",
}


def title_of(task: str, arguments: Mapping[str, Any]) -> str:
    """What a job is called whose giver has not said."""
    return TITLES.get(task, task).format(**arguments)


def defer(
    db: Connection,
    task: str,
    title: str,
    *,
    user_id: int | None = None,
    lane: Lane | None = None,
    priority: int = 0,
    arguments: Mapping[str, Any] | None = None,
) -> int | None:
    """A job and its entry in the queue; None where the same waits already."""
    arguments, kind = arguments or {}, TASKS[task]
    lane = lane or kind.lane
    # A refused entry takes the job with it, but must not take the caller's transaction.
    with (
        contextlib.suppress(AlreadyEnqueued),
        db.begin_nested() if kind.is_once else contextlib.nullcontext(),
    ):
        job_id = queries.add_job(
            db,
            task=task,
            title=title,
            lane=lane,
            user_id=user_id,
            priority=priority,
            arguments=arguments,
        )
        queries.put_in_lane(db, job_id, _enqueue(db, task, lane, priority, job_id, arguments))
        return job_id
    return None


def go_on_in(db: Connection, job: Job, attempt: int, lane: Lane) -> None:
    """Let a running job wait in another lane, in one transaction with the word that it left this one.

    Raises Superseded or Cancelled as `hold` does.
    """
    queries.hold(db, job.id, attempt)
    queue_id = _enqueue(db, job.task, lane, job.priority, job.id, job.arguments)
    queries.put_in_lane(db, job.id, queue_id, lane=lane)


def retry_job(app: Mediatheque, db: Connection, job_id: int, user_id: int | None) -> Job:
    """Try a failed or cancelled job again; a recording's goes on after the last step that was done.

    None: whoever's it is. Raises NotFound, Conflict when it did not fail, or the same waits already.
    """
    from mediatheque.kit.errors import Conflict

    job = queries.retry(db, job_id, user_id)
    lane = Lane(job.arguments.get("home", TASKS[job.task].lane))
    try:
        queue_id = _enqueue(db, job.task, lane, job.priority, job.id, job.arguments)
    except AlreadyEnqueued:
        raise Conflict("The same waits already as another job; let that one be done.") from None
    queries.put_in_lane(db, job_id, queue_id, lane=lane)
    return queries.job_with_id(db, job_id, user_id)


def _enqueue(
    db: Connection, task: str, lane: Lane, priority: int, job_id: int, arguments: Mapping[str, Any]
) -> int:
    kind = TASKS[task]
    lock = kind.lock.format(**arguments) if kind.lock else None
    return (
        _queue()
        .configure_task(
            PREFIX + task,
            queue=lane.value,
            lock=lock,
            queueing_lock=lock if kind.is_once else None,
            priority=priority,
            connection=driver_connection(db),
        )
        .defer(**arguments, job_id=job_id)
    )


@cache
def _queue() -> App:
    """The queue as who gives work to it needs it: it is never opened, since each entry comes with its connection."""
    return App(connector=PsycopgConnector())
