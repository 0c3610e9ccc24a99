"""Jobs: add, begin, hold, tell how far they are, end, cancel, try again; and who may see which."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, text

from mediatheque.jobs.states import FINAL, Lane, State
from mediatheque.kit.errors import Cancelled, Conflict, MediathequeError, NotFound
from mediatheque.kit.wire import jsonb, storable_text

_FINAL = sorted(FINAL)


class Superseded(MediathequeError):
    """Another worker has begun the job since: whoever began it earlier may write nothing more."""


@dataclass(frozen=True, slots=True)
class Timing:
    """How long a step took, in seconds, and in which attempt it ended."""

    step: str
    seconds: float
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Something that is done in the background. `percent`: 0..100; `line`: that in words; `error`: why, what to do."""

    id: int
    user_id: int | None  # None: the library's own
    user_name: str | None
    task: str
    title: str
    lane: Lane
    priority: int
    arguments: Mapping[str, Any]
    state: State
    percent: float
    line: str
    attempt: int  # how often it was begun
    error: str | None
    timings: Sequence[Timing]
    queue_id: int | None
    cancel_asked_at: datetime | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    revision: int  # rises with every change

    @property
    def is_final(self) -> bool:
        """Whether it goes no further by itself."""
        return self.state in FINAL


@dataclass(frozen=True, slots=True)
class Changes:
    """Jobs that changed, in the order they did, and where to look from the next time."""

    jobs: Sequence[Job]
    cursor: int


@dataclass(frozen=True, slots=True)
class LaneState:
    """A lane: since when it is paused, and how many jobs wait in it and run."""

    lane: Lane
    paused_at: datetime | None
    waiting: int
    running: int


def add_job(
    db: Connection,
    *,
    task: str,
    title: str,
    lane: Lane,
    user_id: int | None = None,
    priority: int = 0,
    arguments: Mapping[str, Any] | None = None,
    queue_id: int | None = None,
) -> int:
    """A job that waits; its entry in the queue is made in the same transaction (flows/jobs.py). Returns its id."""
    return db.execute(
        text("""
            INSERT INTO jobs (user_id, task, title, lane, priority, arguments, queue_id)
            VALUES (:user, :task, :title, :lane, :priority, :arguments, :queue) RETURNING id
        """),
        {
            "user": user_id,
            "task": task,
            "title": storable_text(title),
            "lane": lane,
            "priority": priority,
            "arguments": jsonb(arguments or {}),
            "queue": queue_id,
        },
    ).scalar_one()


def put_in_lane(
    db: Connection, job_id: int, queue_id: int, *, lane: Lane | None = None, priority: int | None = None
) -> None:
    """Remember the entry that a job has in the queue from now on, and in which lane."""
    db.execute(
        text("""
            UPDATE jobs SET queue_id = :queue, lane = coalesce(:lane, lane), priority = coalesce(:priority, priority)
            WHERE id = :id
        """),
        {"id": job_id, "queue": queue_id, "lane": lane, "priority": priority},
    )


def begin(db: Connection, job_id: int, *, queue_id: int | None = None, goes_on: bool = False) -> int:
    """Begin a job, or begin it again; returns the number of this attempt, which everything it writes is held against.

    `queue_id`: the entry it was taken from the queue by. `goes_on`: it changed its lane, which is no new attempt.
    Raises Superseded when it has another entry by now or has ended, Cancelled when somebody asked for that.
    """
    row = db.execute(_BEGIN, {"id": job_id, "queue": queue_id, "goes_on": goes_on}).first()
    if row is not None:
        return row.attempt
    there = db.execute(
        text("SELECT state, cancel_asked_at, queue_id FROM jobs WHERE id = :id"), {"id": job_id}
    ).first()
    if there is not None and queue_id is not None and there.queue_id != queue_id:
        raise Superseded(f"Job {job_id} waits elsewhere by now.")
    if there is None or there.state == State.CANCELLED or there.cancel_asked_at is not None:
        raise Cancelled(f"Job {job_id} was cancelled.")
    raise Superseded(f"Job {job_id} has ended already.")


#: The statement by which a job is begun, also in the one that takes it from the queue (flows/taking.py).
BEGINNING = """
    UPDATE jobs SET
        attempt = jobs.attempt + CASE WHEN {goes_on} AND state <> 'pending' THEN 0 ELSE 1 END,
        state = CASE WHEN state = 'pending' THEN 'running' ELSE state END,
        line = CASE WHEN state = 'pending' THEN '' ELSE line END,
        error = NULL, started_at = coalesce(started_at, now())
    {source}
    WHERE jobs.id = {id} AND finished_at IS NULL AND cancel_asked_at IS NULL AND jobs.queue_id = {queue_id}
    RETURNING jobs.attempt
"""
_BEGIN = text(
    BEGINNING.format(id=":id", queue_id="coalesce(:queue, queue_id)", goes_on=":goes_on", source="")
)


def hold(db: Connection, job_id: int, attempt: int) -> None:
    """Hold a job to the end of this transaction, so that nobody else begins or cancels it meanwhile.

    Raises Superseded when it was begun again since: whoever slept while its work was given away may write nothing.
    Raises Cancelled when somebody asked for that, or it is gone with its owner.
    """
    row = db.execute(
        text("SELECT attempt, state, cancel_asked_at FROM jobs WHERE id = :id FOR UPDATE"), {"id": job_id}
    ).first()
    if row is None:
        raise Cancelled(f"Job {job_id} is gone.")
    if row.attempt != attempt:
        raise Superseded(f"Job {job_id} was begun again since; this was its attempt {attempt}.")
    if row.state == State.CANCELLED or row.cancel_asked_at is not None:
        raise Cancelled(f"Job {job_id} was cancelled.")
    if row.state in FINAL or row.state == State.PENDING:
        raise Superseded(f"Job {job_id} is not running any more.")


def tell(db: Connection, job_id: int, attempt: int, *, state: State, percent: float, line: str) -> bool:
    """Write down how far a job is, 0..100; False when it is no longer this attempt's to say, or is to be cancelled."""
    row = db.execute(
        text("""
            UPDATE jobs SET state = :state, percent = least(greatest(CAST(:percent AS real), 0), 100), line = :line
            WHERE id = :id AND attempt = :attempt AND state <> ALL(:final) AND state <> 'pending'
            RETURNING cancel_asked_at
        """),
        {
            "id": job_id,
            "attempt": attempt,
            "state": state,
            "percent": percent,
            "line": storable_text(line),
            "final": _FINAL,
        },
    ).first()
    return row is not None and row.cancel_asked_at is None


def step_done(db: Connection, job_id: int, attempt: int, step: str, seconds: float) -> None:
    """Note that a step has ended, and how long it took."""
    noted = [{"step": step, "seconds": round(seconds, 3), "attempt": attempt}]
    db.execute(
        text(
            "UPDATE jobs SET timings = timings || CAST(:noted AS jsonb) WHERE id = :id AND attempt = :attempt"
        ),
        {"id": job_id, "attempt": attempt, "noted": jsonb(noted)},
    )


def finish(
    db: Connection,
    job_id: int,
    attempt: int,
    state: State,
    *,
    line: str = "",
    error: str | None = None,
    entry: tuple[int, int] | None = None,
) -> bool:
    """End a job in one of the final states; False when it was not this attempt's to end.

    `entry`: the id of its entry in the queue and how often that was tried; deleted with it, if given to nobody else.
    """
    return (
        db.execute(
            _FINISH if entry is None else _FINISH_WITH_ENTRY,
            {
                "id": job_id,
                "attempt": attempt,
                "state": state,
                "line": storable_text(line),
                "error": None if error is None else storable_text(error),
                "is_done": state in (State.COMPLETED, State.DUPLICATE),
                **({} if entry is None else {"entry": entry[0], "tries": entry[1]}),
            },
        ).rowcount
        == 1
    )


_ENDING = """
    UPDATE jobs SET state = :state, line = :line, error = :error, finished_at = now(),
        percent = CASE WHEN :is_done THEN 100 ELSE percent END
    WHERE id = :id AND attempt = :attempt AND finished_at IS NULL
"""
_FINISH = text(_ENDING)
# One statement less for each of many small jobs.
_FINISH_WITH_ENTRY = text(f"""
    WITH given_back AS (
        DELETE FROM procrastinate_jobs WHERE id = :entry AND status = 'doing' AND attempts = :tries
    ) {_ENDING}
""")


def put_off(db: Connection, job_id: int, attempt: int, *, line: str, error: str | None = None) -> bool:
    """Let a job wait to be begun again; False when it was not this attempt's to say."""
    return (
        db.execute(
            text("""
            UPDATE jobs SET state = 'pending', line = :line, error = :error
            WHERE id = :id AND attempt = :attempt AND state <> ALL(:final)
        """),
            {
                "id": job_id,
                "attempt": attempt,
                "line": storable_text(line),
                "error": None if error is None else storable_text(error),
                "final": _FINAL,
            },
        ).rowcount
        == 1
    )


def end_cancelled(db: Connection, job_id: int) -> None:
    """End a job as somebody asked, unless it has ended otherwise meanwhile."""
    db.execute(
        text("""
            UPDATE jobs SET state = 'cancelled', line = '', error = NULL, finished_at = now()
            WHERE id = :id AND state <> ALL(:final)
        """),
        {"id": job_id, "final": _FINAL},
    )


def end_forsaken(db: Connection, silent_s: float) -> list[int]:
    """End jobs that no entry in the queue will ever bring to an end; returns their ids.

    So is one whose worker could not write down why it failed: the database was away, or the program was killed so
    often that the queue gave it up.
    """
    rows = db.execute(
        text("""
            UPDATE jobs j SET finished_at = now(), line = '',
                state = CASE WHEN cancel_asked_at IS NULL THEN 'failed' ELSE 'cancelled' END,
                error = CASE WHEN cancel_asked_at IS NULL THEN coalesce(error || ' ', '')
                    || 'The worker could not go on; its log says why. Try it again.' END
            WHERE finished_at IS NULL AND created_at < now() - make_interval(secs => :silent)
                AND NOT EXISTS (SELECT FROM procrastinate_jobs q WHERE q.id = j.queue_id AND q.status IN ('todo', 'doing'))
            RETURNING id
        """),
        {"silent": silent_s},
    )
    return [row.id for row in rows]


def job_of_entry(db: Connection, queue_id: int) -> int | None:
    """The job that this entry in the queue belongs to; None when it came without one."""
    return db.execute(text("SELECT id FROM jobs WHERE queue_id = :queue"), {"queue": queue_id}).scalar()


def ask_cancel(db: Connection, job_id: int, user_id: int | None) -> Job:
    """Cancel a job: at once while it waits, else as soon as the worker hears of it; None: whoever's it is.

    What has ended stays as it is. Raises NotFound.
    """
    _lock(db, job_id, user_id)
    # Its entry first: either it is taken away while it waits, or its worker is told.
    db.execute(
        text("""
            SELECT procrastinate_cancel_job_v1(q.id, true, true) FROM procrastinate_jobs q
            JOIN jobs j ON j.queue_id = q.id
            WHERE j.id = :id AND j.state <> ALL(:final) AND q.status IN ('todo', 'doing')
        """),
        {"id": job_id, "final": _FINAL},
    )
    db.execute(
        text("""
            UPDATE jobs SET cancel_asked_at = coalesce(cancel_asked_at, now()),
                state = CASE WHEN r.is_running THEN state ELSE 'cancelled' END,
                line = CASE WHEN r.is_running THEN line ELSE '' END,
                error = CASE WHEN r.is_running THEN error END,
                finished_at = CASE WHEN r.is_running THEN finished_at ELSE now() END
            FROM (SELECT EXISTS (SELECT FROM procrastinate_jobs q JOIN jobs j ON j.queue_id = q.id
                WHERE j.id = :id AND q.status = 'doing') AS is_running) AS r
            WHERE id = :id AND state <> ALL(:final)
        """),
        {"id": job_id, "final": _FINAL},
    )
    return job_with_id(db, job_id, user_id)


def is_cancel_asked(db: Connection, job_id: int) -> bool:
    """Whether somebody asked that a job be stopped, or it is gone with its owner."""
    asked = db.execute(
        text("SELECT cancel_asked_at IS NOT NULL FROM jobs WHERE id = :id"), {"id": job_id}
    ).scalar()
    return asked is None or asked


def retry(db: Connection, job_id: int, user_id: int | None) -> Job:
    """Let a failed or cancelled job wait anew; what it had done stays done. None: whoever's it is.

    The caller gives it an entry in the queue (flows/jobs.py). Raises NotFound, Conflict when it did not fail.
    """
    _lock(db, job_id, user_id)
    job = job_with_id(db, job_id, user_id)
    if job.state not in (State.FAILED, State.CANCELLED):
        raise Conflict(
            f"Job {job_id} is {job.state.value}; only what failed or was cancelled can be tried again."
        )
    # The entry of the attempt that failed is kept by the queue to be counted; it is not failed any more.
    db.execute(
        text(
            "DELETE FROM procrastinate_jobs WHERE id = :queue AND status IN ('failed', 'aborted', 'cancelled')"
        ),
        {"queue": job.queue_id},
    )
    db.execute(
        text("""
            UPDATE jobs SET state = 'pending', line = '', error = NULL, cancel_asked_at = NULL, finished_at = NULL
            WHERE id = :id
        """),
        {"id": job_id},
    )
    return job_with_id(db, job_id, user_id)


def job_with_id(db: Connection, job_id: int, user_id: int | None) -> Job:
    """One of the user's jobs; None: whoever's it is. Raises NotFound."""
    row = db.execute(
        text(
            f"SELECT {_COLUMNS} FROM jobs WHERE id = :id AND (CAST(:user AS bigint) IS NULL OR user_id = :user)"
        ),
        {"id": job_id, "user": user_id},
    ).first()
    if row is None:
        raise NotFound(f"You have no job {job_id}: what ended long ago is forgotten.", among="jobs")
    return _job(row)


def jobs_with_ids(db: Connection, job_ids: Collection[int], user_id: int | None) -> list[Job]:
    """Those of these that are the user's, oldest first; None: whoever's they are."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM jobs WHERE id = ANY(:ids) AND (CAST(:user AS bigint) IS NULL OR user_id = :user)
            ORDER BY id
        """),
        {"ids": list(job_ids), "user": user_id},
    )
    return [_job(row) for row in rows]


def list_jobs(
    db: Connection,
    user_id: int | None,
    *,
    states: Collection[State] = (),
    task: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> list[Job]:
    """The user's jobs, newest first, from below the id `after`; None: everybody's. No states: in any."""
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM jobs
            WHERE (CAST(:user AS bigint) IS NULL OR user_id = :user)
                AND (CAST(:task AS text) IS NULL OR task = :task)
                AND (cardinality(CAST(:states AS text[])) = 0 OR state = ANY(CAST(:states AS text[])))
                AND (CAST(:after AS bigint) IS NULL OR id < :after)
            ORDER BY id DESC LIMIT :limit
        """),
        {"user": user_id, "task": task, "states": [str(s) for s in states], "after": after, "limit": limit},
    )
    return [_job(row) for row in rows]


def changed_since(
    db: Connection, user_id: int | None, cursor: int | None, *, job_id: int | None = None
) -> Changes:
    """The user's jobs that changed since an earlier answer's `cursor`, some of them perhaps once more; None: everybody's.

    Without a cursor, or with one that this database never gave out: all that have not ended, or the one job that was
    asked for. A cursor is not a
    revision: a job's change may be committed after one with a higher revision was seen. It is the oldest transaction
    that was under way, and rows say which transaction changed them: what is committed later has a number as high at
    least (PostgreSQL, "System Information Functions", pg_snapshot_xmin).
    """
    now = cursor_now(db)
    wanted = "finished_at IS NULL" if job_id is None else "true"
    rows = db.execute(
        text(f"""
            SELECT {_COLUMNS} FROM jobs
            WHERE {"changed_in >= :cursor" if cursor is not None and cursor <= now else wanted}
                AND (CAST(:user AS bigint) IS NULL OR user_id = :user)
                AND (CAST(:job AS bigint) IS NULL OR id = :job)
            ORDER BY revision
        """),
        {"cursor": cursor, "user": user_id, "job": job_id},
    )
    return Changes([_job(row) for row in rows], now)


def cursor_now(db: Connection) -> int:
    """Where to look from later, to see what is changed from now on (see `changed_since`)."""
    return db.execute(
        text("SELECT CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)")
    ).scalar_one()


def forget_old_jobs(db: Connection, days: int) -> int:
    """Delete jobs that ended so long ago, except those of recordings; returns how many."""
    return db.execute(
        text("""
            DELETE FROM jobs j WHERE finished_at < now() - make_interval(days => :days)
                AND NOT EXISTS (SELECT FROM media m WHERE m.job_id = j.id)
        """),
        {"days": days},
    ).rowcount


def lane_states(db: Connection) -> list[LaneState]:
    """Every lane."""
    rows = db.execute(
        text("""
            SELECT n.name, l.paused_at, count(q.id) FILTER (WHERE q.status = 'todo') AS waiting,
                count(q.id) FILTER (WHERE q.status = 'doing') AS running
            FROM unnest(CAST(:names AS text[])) WITH ORDINALITY AS n (name, place)
            LEFT JOIN lanes l ON l.name = n.name
            LEFT JOIN procrastinate_jobs q ON q.queue_name = n.name AND q.status IN ('todo', 'doing')
            GROUP BY n.name, n.place, l.paused_at ORDER BY n.place
        """),
        {"names": [lane.value for lane in Lane]},
    )
    return [LaneState(Lane(row.name), row.paused_at, row.waiting, row.running) for row in rows]


def pause_lane(db: Connection, lane: Lane) -> None:
    """Begin nothing more in this lane, on any machine; what was begun goes on to its end."""
    db.execute(
        text("""
            INSERT INTO lanes (name, paused_at) VALUES (:name, now())
            ON CONFLICT (name) DO UPDATE SET paused_at = coalesce(lanes.paused_at, now())
        """),
        {"name": lane},
    )


def resume_lane(db: Connection, lane: Lane) -> None:
    """Let a paused lane run again."""
    db.execute(text("UPDATE lanes SET paused_at = NULL WHERE name = :name"), {"name": lane})


def _lock(db: Connection, job_id: int, user_id: int | None) -> None:
    db.execute(
        text(
            "SELECT FROM jobs WHERE id = :id AND (CAST(:user AS bigint) IS NULL OR user_id = :user) FOR UPDATE"
        ),
        {"id": job_id, "user": user_id},
    )


_COLUMNS = """
    id, user_id, (SELECT u.name FROM users u WHERE u.id = jobs.user_id) AS user_name, task, title, lane, priority, arguments, state, percent, line, attempt, error, timings, queue_id,
    cancel_asked_at, created_at, started_at, finished_at, revision
"""


def _job(row: Any) -> Job:
    return Job(
        id=row.id,
        user_id=row.user_id,
        user_name=row.user_name,
        task=row.task,
        title=row.title,
        lane=Lane(row.lane),
        priority=row.priority,
        arguments=row.arguments,
        state=State(row.state),
        percent=row.percent,
        line=row.line,
        attempt=row.attempt,
        error=row.error,
        timings=tuple(Timing(t["step"], t["seconds"], t["attempt"]) for t in row.timings),
        queue_id=row.queue_id,
        cancel_asked_at=row.cancel_asked_at,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        revision=row.revision,
    )
