"""How a worker takes jobs from the queue and gives them back: none from a paused lane, and only those it still has."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

from mediatheque.jobs.queries import BEGINNING

# Which lanes are paused is asked with each job, so that they stop on all machines at once. The job is begun in the same
# transaction, since each costs a write to the disk; not where somebody holds it just now, who may wait for this entry.
_FETCH = f"""
    WITH taken AS (
        SELECT * FROM procrastinate_fetch_job_v2(
            (SELECT coalesce(array_agg(wanted), '{{}}') FROM unnest(%(queues)s::varchar[]) AS wanted
             WHERE NOT EXISTS (SELECT FROM lanes l WHERE l.name = wanted AND l.paused_at IS NOT NULL)), %(worker_id)s)
    ), free AS (
        SELECT j.id, taken.id AS entry, taken.attempts = 0 AS goes_on FROM taken
        JOIN jobs j ON j.id = CAST(taken.args ->> 'job_id' AS bigint) FOR UPDATE OF j SKIP LOCKED
    ), begun AS ({BEGINNING.format(id="free.id", queue_id="free.entry", goes_on="free.goes_on", source="FROM free")})
    SELECT taken.*, begun.attempt FROM taken LEFT JOIN begun ON true
"""  # noqa: S608  nothing of it is anybody's input
#: How a job's entry says that the job was begun with it, and in which attempt.
BEGUN = "attempt"
# Whoever slept while its job was given to another must not end that one's: each time it is given, it counts an attempt.
_FINISH = """
    SELECT procrastinate_finish_job_v1(id, %(status)s, %(delete_job)s) FROM procrastinate_jobs
    WHERE id = %(job_id)s AND status = 'doing' AND attempts = %(attempts)s
"""
_RETRY = """
    SELECT procrastinate_retry_job_v2(id, %(retry_at)s, %(new_priority)s, %(new_queue_name)s, %(new_lock)s)
    FROM procrastinate_jobs WHERE id = %(job_id)s AND status = 'doing' AND attempts = %(attempts)s
"""


class Taking(JobManager):
    """Procrastinate's own, with two promises more; `most`: take so many jobs and no more."""

    def __init__(self, connector: BaseConnector, most: int | None = None) -> None:
        super().__init__(connector)
        self._left = most
        self._given_back: set[int] = set()

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        """The next job of these lanes, except where they are paused; None when there is none."""
        if self._left == 0:
            return None
        row = await self.connector.execute_query_one_async(
            query=_FETCH, queues=list(queues or ()), worker_id=worker_id
        )
        if row["id"] is None:
            return None
        if self._left is not None:
            self._left -= 1
        job = Job.from_row(row)
        return (
            job
            if row["attempt"] is None
            else job.evolve(task_kwargs=job.task_kwargs | {BEGUN: row["attempt"]})
        )

    @property
    def is_done(self) -> bool:
        """Whether as many were taken as were wanted."""
        return self._left == 0

    def note_given_back(self, entry_id: int) -> None:
        """An entry was deleted in the transaction that ended its job."""
        self._given_back.add(entry_id)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job's entry, if it was given to nobody else since."""
        if job.id in self._given_back:
            self._given_back.discard(job.id)
            return
        await self.connector.execute_query_async(
            query=_FINISH, job_id=job.id, status=status.value, delete_job=delete_job, attempts=job.attempts
        )

    async def retry_job(
        self,
        job: Job,
        retry_at: datetime.datetime | None = None,
        priority: int | None = None,
        queue: str | None = None,
        lock: str | None = None,
    ) -> None:
        """Let a job wait once more, if it was given to nobody else since."""
        await self.connector.execute_query_async(
            query=_RETRY,
            job_id=job.id,
            retry_at=retry_at,
            new_priority=priority,
            new_queue_name=queue,
            new_lock=lock,
            attempts=job.attempts,
        )
