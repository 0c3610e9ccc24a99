"""How a worker takes jobs from the queue and gives them back: none from a paused lane, and only those it still has."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from procrastinate.connector import BaseConnector
from procrastinate.jobs import Job, Status
from procrastinate.manager import JobManager

# Asked with each job, so that a lane stops on all machines at once.
_FETCH = """
    SELECT id, status, task_name, priority, lock, queueing_lock, args, scheduled_at, queue_name, attempts, worker_id
    FROM procrastinate_fetch_job_v2(
        (SELECT coalesce(array_agg(wanted), '{}') FROM unnest(%(queues)s::varchar[]) AS wanted
         WHERE NOT EXISTS (SELECT FROM lanes l WHERE l.name = wanted AND l.paused_at IS NOT NULL)), %(worker_id)s)
"""
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
        return Job.from_row(row)

    async def finish_job(self, job: Job, status: Status, delete_job: bool) -> None:
        """End a job's entry, if it was given to nobody else since."""
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
