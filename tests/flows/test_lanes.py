"""Jobs in lanes, by real workers: side by side and paused, by priority, cancelled, tried again, fenced, and followed."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

import napping_process
from mediatheque.flows import attempts, worker
from mediatheque.flows.attempts import Attempt
from mediatheque.flows.jobs import TASKS, defer_embedding, defer_media, retry_job
from mediatheque.jobs import queries
from mediatheque.jobs.queries import Job, Superseded, changed_since
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Cancelled, Conflict, Invalid, NotFound, Unavailable
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

ONE_EACH = {Lane.INTERACTIVE: 1, Lane.BULK: 1, Lane.HEAVY: 1}
Doing = Callable[[Attempt, int], str | Lane | None]


@pytest.fixture
def opened(database: Database, tmp_path: Path) -> Mediatheque:
    settings = read_settings(data_dir=tmp_path / "data", database_url=database.url, embedder="none")
    return Mediatheque(settings, database)


def give(
    opened: Mediatheque, user: User, number: int = 1, lane: Lane = Lane.INTERACTIVE, priority: int = 0
) -> int:
    with opened.database.transaction() as db:
        return defer_media(
            opened,
            db,
            media_id=number,
            user_id=user.id,
            title=f"Talk {number}",
            lane=lane,
            priority=priority,
        )


def now(opened: Mediatheque, job_id: int) -> Job:
    with opened.database.transaction() as db:
        return queries.job_with_id(db, job_id, None)


def entries(opened: Mediatheque) -> int:
    with opened.database.transaction() as db:
        return db.execute(
            text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")
        ).scalar_one()


@contextmanager
def working(opened: Mediatheque, do: Doing, lanes: dict[Lane, int] | None = None) -> Iterator[None]:
    """A worker in a thread of this process, whose jobs are `do`."""

    def run(attempt: Attempt, *, media_id: int, home: str) -> str | Lane | None:
        del home
        return do(attempt, media_id)

    loops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    is_up = threading.Event()

    async def work() -> None:
        stop = asyncio.Event()
        loops.append((asyncio.get_running_loop(), stop))
        is_up.set()
        await worker.run_worker(
            opened, lanes=lanes or ONE_EACH, stop=stop, tasks={**worker.DOING, "process_media": run}
        )

    thread = threading.Thread(target=lambda: asyncio.run(work()))
    thread.start()
    is_up.wait()
    try:
        yield
    finally:
        [(loop, stop)] = loops
        loop.call_soon_threadsafe(stop.set)
        thread.join(30)
        assert not thread.is_alive()


def until(is_so: Callable[[], bool], patience_s: float = 20) -> float:
    """Wait until it is so; how long that took, in seconds."""
    began = time.monotonic()
    while not is_so():
        assert time.monotonic() - began < patience_s, "it took too long"
        time.sleep(0.02)
    return time.monotonic() - began


def napping(attempt: Attempt, media_id: int) -> str:
    """Works until it is told to stop."""
    del media_id
    while True:
        attempt.check()
        time.sleep(0.02)


def at_once(attempt: Attempt, media_id: int) -> str:
    del attempt
    return f"did {media_id}"


def test_a_job_is_followed_from_its_giving_to_its_end(opened: Mediatheque, ada: User, ben: User) -> None:
    go_on = threading.Event()

    def do(attempt: Attempt, media_id: int) -> str:
        time.sleep(attempts.TOLD_EVERY_S)
        attempt.report(0.25, "minute 1 of 4")
        attempt.report(0.26, "not written down so soon after")
        go_on.wait(10)
        return "4 minutes"

    job_id = give(opened, ada)
    waiting = now(opened, job_id)
    assert (waiting.state, waiting.attempt, waiting.title, waiting.is_final) == (
        State.PENDING,
        0,
        "Talk 1",
        False,
    )
    with working(opened, do):
        until(lambda: now(opened, job_id).line != "")
        running = now(opened, job_id)
        assert (running.state, running.percent, running.line) == (State.RUNNING, 25, "minute 1 of 4")
        go_on.set()
        until(lambda: now(opened, job_id).is_final)
    done = now(opened, job_id)
    assert (done.state, done.percent, done.line, done.attempt) == (State.COMPLETED, 100, "4 minutes", 1)
    assert waiting.revision < running.revision < done.revision
    assert entries(opened) == 0
    with opened.database.transaction() as db:
        assert [job.id for job in queries.list_jobs(db, ada.id)] == [job_id]
        assert queries.list_jobs(db, ben.id) == []
        with pytest.raises(NotFound):
            queries.job_with_id(db, job_id, ben.id)


def test_a_lane_does_not_wait_for_another_and_can_be_paused(opened: Mediatheque, ada: User) -> None:
    is_over = threading.Event()

    def do(attempt: Attempt, media_id: int) -> str:
        if attempt.lane is Lane.HEAVY:
            is_over.wait(20)
        return ""

    with opened.database.transaction() as db:
        queries.pause_lane(db, Lane.BULK)
    with working(opened, do):
        heavy = give(opened, ada, 1, Lane.HEAVY)
        until(lambda: now(opened, heavy).state is State.RUNNING)
        bulk, quick = give(opened, ada, 2, Lane.BULK), give(opened, ada, 3)
        until(lambda: now(opened, quick).is_final, 5)
        assert now(opened, heavy).state is State.RUNNING
        time.sleep(2 * worker.HEARTBEAT_S)
        assert now(opened, bulk).state is State.PENDING
        with opened.database.transaction() as db:
            states = {s.lane: s for s in queries.lane_states(db)}
            assert states[Lane.BULK].paused_at is not None
            assert (states[Lane.BULK].waiting, states[Lane.HEAVY].running) == (1, 1)
            queries.resume_lane(db, Lane.BULK)
        until(lambda: now(opened, bulk).is_final, worker.HEARTBEAT_S + 3)
        is_over.set()


def test_of_a_lane_the_highest_priority_is_first(opened: Mediatheque, ada: User) -> None:
    done: list[int] = []

    def do(attempt: Attempt, media_id: int) -> str:
        done.append(media_id)
        return ""

    for number, priority in ((1, 0), (2, 5), (3, -1), (4, 5)):
        give(opened, ada, number, priority=priority)
    with working(opened, do):
        until(lambda: len(done) == 4)
    assert done == [2, 4, 1, 3]


def test_what_waits_is_cancelled_at_once_and_what_runs_within_a_second(
    opened: Mediatheque, ada: User, ben: User
) -> None:
    waiting = give(opened, ada, 1)
    with opened.database.transaction() as db, pytest.raises(NotFound):
        queries.ask_cancel(db, waiting, ben.id)
    with opened.database.transaction() as db:
        assert queries.ask_cancel(db, waiting, ada.id).state is State.CANCELLED
    assert entries(opened) == 0
    with working(opened, napping):
        running = give(opened, ada, 2)
        until(lambda: now(opened, running).state is State.RUNNING)
        with opened.database.transaction() as db:
            asked = queries.ask_cancel(db, running, ada.id)
        assert (asked.state, asked.cancel_asked_at is not None) == (State.RUNNING, True)
        assert until(lambda: now(opened, running).is_final) < 1.0
        until(lambda: entries(opened) == 0)
    assert (now(opened, running).state, now(opened, running).error) == (State.CANCELLED, None)


def test_what_was_cancelled_can_be_tried_again(opened: Mediatheque, ada: User) -> None:
    job_id = give(opened, ada)
    with opened.database.transaction() as db:
        queries.ask_cancel(db, job_id, ada.id)
        assert retry_job(opened, db, job_id, ada.id).state is State.PENDING
    with opened.database.transaction() as db, pytest.raises(Conflict, match="pending"):
        retry_job(opened, db, job_id, ada.id)
    with working(opened, at_once):
        until(lambda: now(opened, job_id).is_final)
    assert (now(opened, job_id).state, now(opened, job_id).line) == (State.COMPLETED, "did 1")


def test_a_failure_is_told_in_words_and_can_be_tried_again(opened: Mediatheque, ada: User) -> None:
    is_mended = threading.Event()

    def do(attempt: Attempt, media_id: int) -> str:
        if is_mended.is_set():
            return ""
        if media_id == 1:
            raise Invalid("The file has no sound; send another one.")
        raise ZeroDivisionError

    foreseen, unforeseen = give(opened, ada, 1), give(opened, ada, 2)
    with working(opened, do):
        until(lambda: now(opened, foreseen).is_final and now(opened, unforeseen).is_final)
        assert now(opened, foreseen).state is State.FAILED
        assert now(opened, foreseen).error == "The file has no sound; send another one."
        error = now(opened, unforeseen).error or ""
        assert "ZeroDivisionError" in error
        assert error.endswith("try it again.")
        is_mended.set()
        until(lambda: entries(opened) == 0)
        with opened.database.transaction() as db:
            for job_id in (foreseen, unforeseen):
                retry_job(opened, db, job_id, ada.id)
        until(lambda: now(opened, foreseen).is_final and now(opened, unforeseen).is_final)
    assert (now(opened, unforeseen).state, now(opened, unforeseen).attempt) == (State.COMPLETED, 2)


def test_what_cannot_be_reached_is_asked_again_and_not_for_ever(
    opened: Mediatheque, ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_FIRST_WAIT_S", 0)
    asked: list[float] = []

    def do(attempt: Attempt, media_id: int) -> str:
        asked.append(time.monotonic())
        raise Unavailable("The site does not answer.")

    job_id = give(opened, ada)
    with working(opened, do):
        seen: list[tuple[State, str | None]] = []

        def waits() -> bool:
            job = now(opened, job_id)
            seen.append((job.state, job.error))
            return job.line.startswith("tries again")

        until(waits)
        assert seen[-1] == (State.PENDING, "The site does not answer.")
        until(lambda: now(opened, job_id).is_final, 60)
    failed = now(opened, job_id)
    assert (failed.state, len(asked)) == (State.FAILED, TASKS["process_media"].tries)
    assert "tried 8 times" in (failed.error or "")


def test_the_wait_before_the_next_try_doubles_up_to_a_quarter_of_an_hour() -> None:
    from procrastinate.jobs import Job as Entry

    def wait(tries: int) -> int | None:
        return attempts.wait_before_next(
            Entry(
                queue="bulk",
                lock=None,
                queueing_lock=None,
                task_name="mediatheque:embed_missing",
                attempts=tries,
            )
        )

    assert [wait(n) for n in (0, 1, 2, 7, 8, 40)] == [5, 10, 20, 640, 900, 900]
    assert wait(TASKS["embed_missing"].tries - 1) is None


def test_a_job_goes_on_in_another_lane_as_the_same_attempt(opened: Mediatheque, ada: User) -> None:
    seen: list[tuple[Lane, int]] = []

    def do(attempt: Attempt, media_id: int) -> str | Lane:
        seen.append((attempt.lane, attempt.number))
        if attempt.lane is Lane.INTERACTIVE and len(seen) == 1:
            return Lane.HEAVY
        return Lane.INTERACTIVE if attempt.lane is Lane.HEAVY else "done"

    job_id = give(opened, ada)
    with working(opened, do):
        assert until(lambda: now(opened, job_id).is_final) < 3
        until(lambda: entries(opened) == 0)
    assert seen == [(Lane.INTERACTIVE, 1), (Lane.HEAVY, 1), (Lane.INTERACTIVE, 1)]
    assert (now(opened, job_id).attempt, now(opened, job_id).lane) == (1, Lane.INTERACTIVE)


def test_a_refused_job_leaves_no_row(opened: Mediatheque, database: Database) -> None:
    with database.transaction() as db:
        first, second = defer_embedding(opened, db), defer_embedding(opened, db)
        assert (first is None, second is None) == (False, True)
        assert [job.id for job in queries.list_jobs(db, None)] == [first]


def napping_worker(opened: Mediatheque, notes: Path, steps: int) -> subprocess.Popen[bytes]:
    program = [
        sys.executable,
        napping_process.__file__,
        opened.database.url,
        str(opened.data_dir),
        str(notes),
        str(steps),
    ]
    return subprocess.Popen(program, stderr=subprocess.DEVNULL)


def test_another_worker_goes_on_where_a_killed_one_was(
    opened: Mediatheque, ada: User, tmp_path: Path
) -> None:
    """Steps that were written are not done again, and the killed worker's are not lost."""
    job_id = give(opened, ada)
    first = napping_worker(opened, tmp_path / "first", 3)
    try:
        until(lambda: len(now(opened, job_id).timings) == 1)
    finally:
        first.kill()
        first.wait()
    second = napping_worker(opened, tmp_path / "second", 3)
    try:
        until(lambda: now(opened, job_id).is_final, worker.STALE_S + 15)
    finally:
        second.terminate()
        second.wait()
    done = now(opened, job_id)
    assert [(t.step, t.attempt) for t in done.timings] == [("step 0", 1), ("step 1", 2), ("step 2", 2)]
    assert (done.state, done.attempt) == (State.COMPLETED, 2)


def test_a_worker_that_slept_while_its_job_was_given_away_writes_nothing(
    opened: Mediatheque, ada: User, tmp_path: Path
) -> None:
    job_id = give(opened, ada)
    sleeper = napping_worker(opened, tmp_path / "sleeper", 4)
    try:
        until(lambda: len(now(opened, job_id).timings) == 1)
        sleeper.send_signal(signal.SIGSTOP)
        other = napping_worker(opened, tmp_path / "other", 4)
        try:
            until(lambda: now(opened, job_id).attempt == 2, worker.STALE_S + 15)
            sleeper.send_signal(signal.SIGCONT)
            until(lambda: "refused" in (tmp_path / "sleeper").read_text())
            # It must not take the entry away from who has it now either: kill that one, and the job goes on.
            assert entries(opened) == 1
            until(lambda: now(opened, job_id).is_final)
            until(lambda: entries(opened) == 0)
        finally:
            other.kill()
            other.wait()
    finally:
        sleeper.kill()
        sleeper.wait()
    done = now(opened, job_id)
    assert [t.step for t in done.timings] == ["step 0", "step 1", "step 2", "step 3"]
    assert [t.attempt for t in done.timings] == [1, 2, 2, 2]


def test_two_workers_do_each_job_once(opened: Mediatheque, ada: User) -> None:
    done: list[int] = []
    lock = threading.Lock()

    def do(attempt: Attempt, media_id: int) -> str:
        time.sleep(0.01)
        with lock:
            done.append(media_id)
        return ""

    for number in range(60):
        give(opened, ada, number)
    with working(opened, do), working(opened, do, {Lane.INTERACTIVE: 3}):
        until(lambda: len(done) >= 60)
        until(lambda: entries(opened) == 0)
    assert sorted(done) == list(range(60))


def test_nobody_holds_a_job_that_was_begun_again_cancelled_or_ended(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, ada)
    with database.transaction() as db:
        first, second = queries.begin(db, job_id), queries.begin(db, job_id)
        assert (first, second) == (1, 2)
        queries.hold(db, job_id, second)
        with pytest.raises(Superseded):
            queries.hold(db, job_id, first)
        assert not queries.tell(db, job_id, first, state=State.RUNNING, percent=50, line="late")
        assert not queries.finish(db, job_id, first, State.COMPLETED)
        db.execute(text("UPDATE jobs SET cancel_asked_at = now()"))
        with pytest.raises(Cancelled):
            queries.hold(db, job_id, second)
        with pytest.raises(Cancelled):
            queries.begin(db, job_id)
        queries.end_cancelled(db, job_id)
    assert now(opened, job_id).percent == 0


def test_a_job_that_nothing_will_bring_to_an_end_is_ended(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, ada)
    with database.transaction() as db:
        db.execute(text("DELETE FROM procrastinate_jobs"))
        db.execute(text("UPDATE jobs SET created_at = now() - interval '1 hour'"))
    with working(opened, at_once):
        until(lambda: now(opened, job_id).is_final)
    assert now(opened, job_id).state is State.FAILED
    assert (now(opened, job_id).error or "").endswith("Try it again.")


def test_a_change_that_is_committed_late_is_not_missed(
    opened: Mediatheque, database: Database, ada: User
) -> None:
    """Its revision is lower than one that was seen already."""
    slow, quick = give(opened, ada, 1), give(opened, ada, 2)
    with database.transaction() as db:
        cursor = changed_since(db, ada.id, None).cursor
    with database.engine.connect() as late:
        late.execute(text("UPDATE jobs SET line = 'late' WHERE id = :id"), {"id": slow})
        with database.transaction() as db:
            db.execute(text("UPDATE jobs SET line = 'early' WHERE id = :id"), {"id": quick})
        with database.transaction() as db:
            seen = changed_since(db, ada.id, cursor)
        assert {job.line for job in seen.jobs} == {"early"}
        late.commit()
    assert now(opened, slow).revision < now(opened, quick).revision
    with database.transaction() as db:
        assert "late" in {job.line for job in changed_since(db, ada.id, seen.cursor).jobs}


def test_what_ended_long_ago_is_forgotten(opened: Mediatheque, database: Database, ada: User) -> None:
    old, young = give(opened, ada, 1), give(opened, ada, 2)
    with database.transaction() as db:
        for job_id in (old, young):
            queries.finish(db, job_id, queries.begin(db, job_id), State.COMPLETED)
        db.execute(
            text("UPDATE jobs SET finished_at = now() - interval '31 days' WHERE id = :id"), {"id": old}
        )
        assert queries.forget_old_jobs(db, 30) == 1
        assert [job.id for job in queries.list_jobs(db, ada.id)] == [young]
