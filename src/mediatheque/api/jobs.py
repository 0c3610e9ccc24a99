"""What is done in the background: see it, cancel it, try it again; and the lanes it waits in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field

from mediatheque.api import problems
from mediatheque.api.asking import Admin, Asker, Opened
from mediatheque.api.cursors import Cursor, Limit, read_number, write_cursor
from mediatheque.api.shapes import Page, PathId
from mediatheque.archive.queries.media_jobs import listening_speed
from mediatheque.jobs import queries
from mediatheque.jobs.queries import Job
from mediatheque.jobs.states import Lane, State
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import Forbidden
from mediatheque.library.queries.checks import queue_figures
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

router = APIRouter(tags=["jobs"])

All = Annotated[bool, Query(description="Everybody's, and the library's own (administrators).")]


class TimingView(BaseModel):
    """A step that is done."""

    step: str
    seconds: float
    attempt: int = Field(description="In which attempt it ended.")


class JobView(BaseModel):
    """Something that is done in the background."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "id": 7,
                "task": "process_media",
                "title": "A talk on bees",
                "lane": "heavy",
                "priority": 0,
                "state": "transcribing",
                "percent": 41.5,
                "line": "Listening: minute 4 of 51",
                "attempt": 1,
                "error": None,
                "timings": [{"step": "fetch", "seconds": 3.1, "attempt": 1}],
                "media_id": 12,
                "import_id": None,
                "is_mine": True,
                "user_name": "Ada",
                "is_cancel_asked": False,
                "created_at": "2026-11-20T10:00:00Z",
                "started_at": "2026-11-20T10:00:01Z",
                "finished_at": None,
                "revision": 512,
            }
        }
    )

    id: int
    task: str = Field(description="What is done: process_media, import_batch, embed_missing …")
    title: str = Field(description="What it is done to.")
    lane: Lane = Field(description="Where it waits its turn.")
    priority: int = Field(description="Of a lane, the higher is begun first.")
    state: State
    percent: float = Field(ge=0, le=100)
    line: str = Field(description="How far it is, in words.")
    attempt: int = Field(description="How often it was begun.")
    error: str | None = Field(description="Why it failed, and what to do.")
    timings: list[TimingView]
    media_id: int | None = Field(description="The recording that it works on.")
    import_id: int | None = Field(description="The import that it reads.")
    is_mine: bool
    user_name: str | None = Field(description="Whose it is; none: the library's own.")
    is_cancel_asked: bool
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    revision: int = Field(description="Rises with every change of the job.")


class LaneView(BaseModel):
    """A queue of its own, so that what somebody waits for does not wait for what nobody does."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"name": "heavy", "paused_at": None, "waiting": 3, "running": 1}}
    )

    name: Lane
    paused_at: datetime | None = Field(description="Since when nothing of it is begun; none: it runs.")
    waiting: int
    running: int


class Lanes(BaseModel):
    """Every lane, and who works."""

    items: list[LaneView]
    workers: int = Field(description="How many programs take work from them; 0: everything waits for one.")
    listening_speed: float | None = Field(
        description="How many seconds of your latest recordings were transcribed in one; none: none was yet."
    )


@router.get("/jobs", summary="Your jobs", responses=problems.describe(403, 404))
async def list_jobs(
    app: Opened,
    asker: Asker,
    state: Annotated[Sequence[State] | None, Query(description="In one of these states.")] = None,
    task: Annotated[
        str | None, Query(max_length=32, pattern="^[a-z_]+$", description="Of this kind: process_media …")
    ] = None,
    all: All = False,  # noqa: A002  the parameter's public name
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[JobView]:
    """Newest first. Follow them as they go with `/api/jobs/events`, or ask here again."""
    jobs = await app.database.run(
        queries.list_jobs,
        whose(asker, is_all=all),
        states=state or (),
        task=task,
        after=read_number("jobs", cursor),
        limit=limit + 1,
    )
    last = jobs[limit - 1].id if len(jobs) > limit else None
    return Page(
        items=[job_view(job, asker) for job in jobs[:limit]],
        next=None if last is None else write_cursor("jobs", last),
    )


@router.get("/jobs/{job_id}", summary="A job", responses=problems.describe(404))
async def get_job(app: Opened, asker: Asker, job_id: PathId) -> JobView:
    """How far it is, what each step took, and why it failed. An administrator sees everybody's."""
    return job_view(await app.database.run(queries.job_with_id, job_id, _reach(asker)), asker)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job", responses=problems.describe(404))
async def cancel_job(app: Opened, asker: Asker, job_id: PathId) -> JobView:
    """Stop it: at once while it waits, within a second or so while it runs. What has ended stays as it is."""
    return job_view(await app.database.run(queries.ask_cancel, job_id, _reach(asker)), asker)


@router.post("/jobs/{job_id}/retry", summary="Try a job again", responses=problems.describe(404, 409))
async def retry_job(app: Opened, asker: Asker, job_id: PathId) -> JobView:
    """Let a job that failed or was cancelled wait anew. A recording's goes on after the last step that was done."""
    return job_view(await to_thread.run_sync(_retry, app, job_id, _reach(asker)), asker)


@router.get("/lanes", summary="The lanes")
async def list_lanes(app: Opened, asker: Asker) -> Lanes:
    """How many jobs wait in each and run, whoever's they are, and which are paused."""
    return await _lanes(app, asker)


@router.post("/lanes/{name}/pause", summary="Pause a lane (administrators)", responses=problems.describe(403))
async def pause_lane(app: Opened, admin: Admin, name: Lane) -> Lanes:
    """Begin nothing more in it, on any machine; what was begun goes on to its end."""
    await app.database.run(queries.pause_lane, name)
    return await _lanes(app, admin)


@router.post(
    "/lanes/{name}/resume", summary="Resume a lane (administrators)", responses=problems.describe(403)
)
async def resume_lane(app: Opened, admin: Admin, name: Lane) -> Lanes:
    """Let a paused lane run again; workers notice within two seconds."""
    await app.database.run(queries.resume_lane, name)
    return await _lanes(app, admin)


def whose(asker: User, *, is_all: bool) -> int | None:
    """Whose jobs are meant; None: everybody's. Raises Forbidden."""
    if is_all and not asker.is_admin:
        raise Forbidden("Only an administrator sees everybody's jobs; leave 'all' out.")
    return None if is_all else asker.id


def job_view(job: Job, asker: User) -> JobView:
    """A job as the API shows it."""
    own: dict[str, Any] = {
        name: getattr(job, name)
        for name in JobView.model_fields
        if name not in ("timings", "media_id", "import_id", "is_mine", "is_cancel_asked")
    }
    media_id, import_id = job.arguments.get("media_id"), job.arguments.get("batch_id")
    return JobView(
        **own,
        timings=[TimingView(step=t.step, seconds=t.seconds, attempt=t.attempt) for t in job.timings],
        media_id=media_id if isinstance(media_id, int) else None,
        import_id=import_id if isinstance(import_id, int) else None,
        is_mine=job.user_id == asker.id,
        is_cancel_asked=job.cancel_asked_at is not None,
    )


def _reach(asker: User) -> int | None:
    """An administrator reaches everybody's."""
    return None if asker.is_admin else asker.id


async def _lanes(app: Mediatheque, asker: User) -> Lanes:
    def lanes(db: Connection) -> Lanes:
        items = [
            LaneView(name=s.lane, paused_at=s.paused_at, waiting=s.waiting, running=s.running)
            for s in queries.lane_states(db)
        ]
        speed = listening_speed(db, asker.id)
        return Lanes(items=items, workers=queue_figures(db).workers, listening_speed=speed)

    return await app.database.run(lanes)


def _retry(app: Mediatheque, job_id: int, user_id: int | None) -> Job:
    from mediatheque.flows.jobs import retry_job as again

    with app.database.transaction() as db:
        return again(app, db, job_id, user_id)
