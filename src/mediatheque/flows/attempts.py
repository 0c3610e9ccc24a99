"""One attempt at a job: begun and ended in the job's row, its progress told now and then, its failures put in words."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.exceptions import JobAborted
from procrastinate.job_context import AbortReason

from mediatheque.flows.jobs import PREFIX, TASKS, go_on_in, title_of
from mediatheque.flows.taking import BEGUN, Taking
from mediatheque.jobs import queries
from mediatheque.jobs.queries import Superseded
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import is_deadlock, is_lost_connection
from mediatheque.kit.errors import Cancelled, MediathequeError, Unavailable

if TYPE_CHECKING:
    from procrastinate.jobs import Job as Entry

    from mediatheque.wiring import Mediatheque

_log = logging.getLogger(__name__)

#: Progress is written down at most so often, in seconds: each time wakes whoever looks on.
TOLD_EVERY_S = 0.5
#: What could not be reached is asked again after so long at first, and at most, in seconds.
_FIRST_WAIT_S, _LONGEST_WAIT_S = 5, 900


class Attempt:
    """What a task is given: what is open, whether to go on, and whom to tell how far it is (see archive.steps.Going)."""

    def __init__(
        self,
        app: Mediatheque,
        job_id: int,
        number: int,
        lane: Lane,
        why_stop: Callable[[], AbortReason | None],
    ) -> None:
        self.app, self.job_id, self.number, self.lane = app, job_id, number, lane
        self._why_stop = why_stop
        self._told_at = time.monotonic()

    def check(self) -> None:
        """Raise Cancelled when somebody asked for that, JobAborted when the worker is stopping."""
        reason = self._why_stop()
        if reason is AbortReason.USER_REQUEST:
            raise Cancelled("It was cancelled.")
        if reason is not None:
            raise JobAborted

    def is_cancelled(self) -> bool:
        """The same as a question."""
        return self._why_stop() is not None

    def report(self, fraction: float, line: str) -> None:
        """How much is done, 0..1, and that in words; raises as `check`."""
        self.check()
        now = time.monotonic()
        if now - self._told_at < TOLD_EVERY_S:
            return
        self._told_at = now
        with self.app.database.transaction() as db:
            queries.tell(db, self.job_id, self.number, state=State.RUNNING, percent=100 * fraction, line=line)

    def counting(self, what: str) -> Callable[[int], None]:
        """For `on_progress`: tells how many are behind us, of which nobody knows how many there are."""

        def told(done: int) -> None:
            self.report(0.0, f"{done:,} {what}")

        return told


#: Does a job; returns what is to be said of it in the end, or the lane in which it goes on.
Doing = Callable[..., str | Lane | None]


class Again(BaseRetryStrategy):
    """What a stopping worker left goes on at once with the next; what could not be reached is asked again later."""

    def get_retry_decision(self, *, exception: BaseException, job: Entry) -> RetryDecision | None:
        if isinstance(exception, JobAborted):
            return RetryDecision(retry_in={"seconds": 0})
        if isinstance(exception, Unavailable) and (wait := wait_before_next(job)) is not None:
            return RetryDecision(retry_in={"seconds": wait})
        return None


def wait_before_next(entry: Entry) -> int | None:
    """How long to wait before the next try of what could not be reached, in seconds; None: it was tried enough."""
    if entry.attempts + 1 >= TASKS[entry.task_name.removeprefix(PREFIX)].tries:
        return None
    return min(_FIRST_WAIT_S << min(entry.attempts, 10), _LONGEST_WAIT_S)


def attempt(context: JobContext, do: Doing) -> None:
    """Do a job that was taken from the queue, and write down how it ended.

    Raises what the queue has to know: JobAborted and Unavailable when it is to be begun again, and the unforeseen.
    """
    app: Mediatheque = context.additional_context["mediatheque"]
    begun = _begun(app, context)
    if begun is None:
        return
    try:
        _do(begun, context, do)
    except Superseded as error:
        _log.info("%s", error)
    except Cancelled:
        with app.database.transaction() as db:
            queries.end_cancelled(db, begun.job_id)
    except JobAborted:
        with app.database.transaction() as db:
            queries.put_off(db, begun.job_id, begun.number, line="waits for a worker to go on")
        raise
    except Unavailable as error:
        _put_off_or_fail(begun, context, error)
    except MediathequeError as error:
        _log.warning("Job %s failed: %s", begun.job_id, error)
        _fail(begun, str(error))
    except Exception as error:
        if is_lost_connection(error):
            # Who is to write down what, and where? The queue gives it to the next once the database is back.
            raise Unavailable("The database went away.") from error
        if is_deadlock(error):
            _put_off_or_fail(begun, context, Unavailable("Somebody else changed the same things"))
        _fail(
            begun,
            f"Something unforeseen went wrong ({type(error).__name__}); the worker's log says where. "
            "Once it is mended, try it again.",
        )
        raise


def _begun(app: Mediatheque, context: JobContext) -> Attempt | None:
    """The attempt that begins now; None when there is nothing to begin any more."""
    entry = context.job
    assert entry.id is not None
    task = entry.task_name.removeprefix(PREFIX)
    given, number = entry.task_kwargs.get("job_id"), entry.task_kwargs.get(BEGUN)
    if isinstance(given, int) and isinstance(number, int):
        return Attempt(app, given, number, Lane(entry.queue), context.abort_reason)
    with app.database.transaction() as db:
        # The queue itself enters what is due every night, and knows nothing of our jobs.
        job_id = given if isinstance(given, int) else queries.job_of_entry(db, entry.id)
        if job_id is None:
            user_id = entry.task_kwargs.get("user_id")
            job_id = queries.add_job(
                db,
                task=task,
                title=title_of(task, entry.task_kwargs),
                lane=Lane(entry.queue),
                user_id=user_id if isinstance(user_id, int) else None,
                arguments={name: value for name, value in entry.task_kwargs.items() if name != "timestamp"},
                queue_id=entry.id,
            )
        try:
            number = queries.begin(db, job_id, queue_id=entry.id, goes_on=entry.attempts == 0)
        except Superseded as error:
            _log.info("%s", error)
            return None
        except Cancelled:
            queries.end_cancelled(db, job_id)
            return None
    return Attempt(app, job_id, number, Lane(entry.queue), context.abort_reason)


def _do(begun: Attempt, context: JobContext, do: Doing) -> None:
    """The work, and the word that it is done or goes on elsewhere."""
    arguments = {
        name: value for name, value in context.job.task_kwargs.items() if name not in ("job_id", BEGUN)
    }
    try:
        said = do(begun, **arguments)
    except Cancelled:
        begun.check()  # a tool says so too when it is the worker that stops
        raise
    entry = context.job
    assert entry.id is not None
    with begun.app.database.transaction() as db:
        if isinstance(said, Lane):
            go_on_in(db, queries.job_with_id(db, begun.job_id, None), begun.number, said)
        else:
            # Of a recording's job this was written already, with its last step.
            # The entry ends in the job's transaction: else it costs another one.
            taken = (entry.id, entry.attempts)
            queries.finish(db, begun.job_id, begun.number, State.COMPLETED, line=said or "", entry=taken)
    if not isinstance(said, Lane) and isinstance(context.app.job_manager, Taking):
        context.app.job_manager.note_given_back(entry.id)


def _put_off_or_fail(begun: Attempt, context: JobContext, error: Unavailable) -> None:
    wait = wait_before_next(context.job)
    if wait is None:
        _log.warning("Job %s failed after %s tries: %s", begun.job_id, context.job.attempts + 1, error)
        _fail(
            begun,
            f"{str(error).rstrip('.')}. It was tried {context.job.attempts + 1} times. "
            "Once that is mended, try it again.",
        )
        return
    _log.info("Job %s tries again in %s s: %s", begun.job_id, wait, error)
    with begun.app.database.transaction() as db:
        queries.put_off(
            db, begun.job_id, begun.number, line=f"tries again in {_told(wait)}", error=str(error)
        )
    raise error


def _fail(begun: Attempt, error: str) -> None:
    with begun.app.database.transaction() as db:
        queries.finish(db, begun.job_id, begun.number, State.FAILED, error=error)


def _told(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 90 else f"{round(seconds / 60)} minutes"
