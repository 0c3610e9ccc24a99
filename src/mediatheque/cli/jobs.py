"""Jobs at the command line: list and follow them, see why one failed, cancel it, try it again; and the lanes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Annotated, Any, Optional

import typer

from mediatheque.cli import words
from mediatheque.cli.opening import library, person
from mediatheque.cli.options import AsJson, ForUser
from mediatheque.cli.printing import Printer
from mediatheque.kit.errors import Invalid

if TYPE_CHECKING:
    from mediatheque.jobs.queries import Job, LaneState
    from mediatheque.jobs.states import Lane, State
    from mediatheque.kit.database import Connection
    from mediatheque.wiring import Mediatheque

#: Of the group: help that the callback's docstring holds is not shown where the group has its own.
_HELP = """What is done in the background: --follow, show, cancel, retry, lanes, pause, resume.

Alone, it lists jobs, the newest first.

\b
Examples:
  mediatheque jobs
  mediatheque jobs --follow
  mediatheque jobs --state failed --all
  mediatheque jobs show 7
"""
jobs = typer.Typer(help=_HELP)

Number = Annotated[int, typer.Argument(metavar="NUMBER", help="The job's number, see: mediatheque jobs")]
LaneName = Annotated[str, typer.Argument(metavar="LANE", help="interactive, bulk or heavy.")]
_FOLLOWED_EVERY_S = 0.25


@jobs.callback(invoke_without_command=True)
def list_jobs(
    ctx: typer.Context,
    user: ForUser = None,
    state: Annotated[
        Optional[list[str]],  # noqa: UP045
        typer.Option(metavar="STATE", help="Only in this state, as failed; may be given several times."),
    ] = None,
    is_all: Annotated[
        bool, typer.Option("--all", help="Everybody's, and the library's own, such as training.")
    ] = False,
    is_followed: Annotated[
        bool, typer.Option("--follow", "-f", help="Show those that go on, as they go, until all have ended.")
    ] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, max=1000, help="How many at most.")] = 20,
    as_json: AsJson = False,
) -> None:
    """List jobs, the newest first, or follow them."""
    if ctx.invoked_subcommand is not None:
        return
    from mediatheque.cli.following import job_json, told
    from mediatheque.jobs.queries import list_jobs as listed

    printer = Printer(as_json)
    states = [_state(name) for name in state or ()]
    with library(printer) as app:
        with app.database.transaction() as db:
            whose = None if is_all else person(db, user).id
            there = listed(db, whose, states=states, limit=limit)
        if is_followed:
            _follow(app, printer, whose)
            return
    for job in there:
        printer.emit(job_json(job))
    if not there:
        printer.say("There are no such jobs." if states else "There are no jobs.")
        return
    rows = [
        (
            str(job.id),
            job.title,
            job.state.value,
            "" if job.is_final else f"{job.percent:.0f} %",
            told(job),
            words.short_moment(job.created_at),
        )
        for job in there
    ]
    printer.table(
        ("Job", "What", "State", "Done", "How it goes", "Since"),
        rows,
        right=("Job", "Done"),
        wrapping=("What", "How it goes"),
    )


@jobs.command("show")
def show(number: Number, user: ForUser = None, as_json: AsJson = False) -> None:
    """Show a job: what each step took, how often it was begun, and why it failed.

    \b
    Examples:
      mediatheque jobs show 7
    """
    from mediatheque.cli.following import job_json, told
    from mediatheque.jobs.queries import job_with_id

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        job = job_with_id(db, number, _reach(db, user))
    printer.emit(job_json(job))
    printer.say(f"Job {job.id}: {job.title}", style="bold")
    printer.say(f"  {job.state.value}, {job.percent:.0f} %: {told(job)}")
    printer.say(
        f"  {job.task} in the {job.lane.value} lane, begun {words.counted(job.attempt, 'time')}, "
        f"asked for {words.moment(job.created_at)}"
    )
    if job.timings:
        rows = [(t.step, f"{t.seconds:,.1f} s", str(t.attempt)) for t in job.timings]
        printer.table(("Step", "Took", "Attempt"), rows, right=("Took", "Attempt"))
    if job.error and job.error not in told(job):
        printer.say(job.error, style="red")
    if job.state.value in ("failed", "cancelled"):
        printer.note(f"Try it again with: mediatheque jobs retry {job.id}")


@jobs.command("cancel")
def cancel(number: Number, user: ForUser = None, as_json: AsJson = False) -> None:
    """Cancel a job: at once while it waits, within a second or so while it runs.

    \b
    Examples:
      mediatheque jobs cancel 7
    """
    from mediatheque.cli.following import job_json
    from mediatheque.jobs.queries import ask_cancel

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        job = ask_cancel(db, number, _reach(db, user))
    printer.emit(job_json(job))
    if job.is_final and job.state.value != "cancelled":
        printer.say(f"Job {number} has ended already: {job.state.value}.")
    else:
        printer.say(f"Job {number} is {'cancelled' if job.is_final else 'being cancelled'}.")


@jobs.command("retry")
def retry(number: Number, user: ForUser = None, as_json: AsJson = False) -> None:
    """Try a job again that failed or was cancelled; a recording's goes on after the last step that was done.

    \b
    Examples:
      mediatheque jobs retry 7
    """
    from mediatheque.cli.following import job_json
    from mediatheque.flows.jobs import retry_job

    printer = Printer(as_json)
    with library(printer) as app, app.database.transaction() as db:
        job = retry_job(app, db, number, _reach(db, user))
    printer.emit(job_json(job))
    printer.say(f"Job {number} waits for a worker: mediatheque up, or mediatheque worker")


@jobs.command("lanes")
def lanes(as_json: AsJson = False) -> None:
    """Show the lanes: how many jobs wait in each and run, and which are paused.

    \b
    Examples:
      mediatheque jobs lanes
    """
    printer = Printer(as_json)
    with library(printer) as app:
        _show_lanes(app, printer)


@jobs.command("pause")
def pause(lane: LaneName, as_json: AsJson = False) -> None:
    """Begin nothing more in a lane, on any machine; what was begun goes on to its end.

    \b
    Examples:
      mediatheque jobs pause heavy
    """
    from mediatheque.jobs.queries import pause_lane

    printer, wanted = Printer(as_json), _lane(lane)
    with library(printer) as app:
        with app.database.transaction() as db:
            pause_lane(db, wanted)
        _show_lanes(app, printer)


@jobs.command("resume")
def resume(lane: LaneName, as_json: AsJson = False) -> None:
    """Let a paused lane run again.

    \b
    Examples:
      mediatheque jobs resume heavy
    """
    from mediatheque.jobs.queries import resume_lane

    printer, wanted = Printer(as_json), _lane(lane)
    with library(printer) as app:
        with app.database.transaction() as db:
            resume_lane(db, wanted)
        _show_lanes(app, printer)


def _follow(app: Mediatheque, printer: Printer, whose: int | None) -> None:
    """Show the jobs that go on until all have ended; for a program, one line a change."""
    from mediatheque.cli.following import bars, job_json
    from mediatheque.jobs.queries import changed_since

    unfinished: set[int] = set()
    told: dict[int, int] = {}
    cursor: int | None = None
    ended: list[Job] = []
    with bars() as show_bar:
        while cursor is None or unfinished:
            with app.database.transaction() as db:
                changes = changed_since(db, whose, cursor)
            for job in changes.jobs:
                if told.get(job.id) != job.revision:
                    told[job.id] = job.revision
                    show_bar(job)
                    printer.emit(job_json(job))
                    ended += [job] if job.is_final else []
                (unfinished.discard if job.is_final else unfinished.add)(job.id)
            cursor = changes.cursor
            time.sleep(_FOLLOWED_EVERY_S)
    # Not before: it would be written across the bars.
    for job in ended:
        printer.say(f"{job.id:>5}  {job.title}: {job.error or job.line or job.state.value}")
    if not told:
        printer.say("Nothing goes on.")


def _show_lanes(app: Mediatheque, printer: Printer) -> None:
    from mediatheque.jobs.queries import lane_states

    with app.database.transaction() as db:
        states = lane_states(db)
    for state in states:
        printer.emit(_lane_json(state))
    rows = [
        (
            state.lane.value,
            words.number(state.waiting),
            words.number(state.running),
            f"paused {words.moment(state.paused_at)}" if state.paused_at else "runs",
        )
        for state in states
    ]
    printer.table(("Lane", "Waiting", "Running", ""), rows, right=("Waiting", "Running"))


def _lane_json(state: LaneState) -> dict[str, Any]:
    return {
        "lane": state.lane.value,
        "waiting": state.waiting,
        "running": state.running,
        "paused_at": state.paused_at,
    }


def _reach(db: Connection, name: str | None) -> int | None:
    """Whose jobs the asker may see; None: everybody's, an administrator's."""
    who = person(db, name)
    return None if who.is_admin else who.id


def _state(name: str) -> State:
    from mediatheque.jobs.states import State

    try:
        return State(name.lower())
    except ValueError:
        raise Invalid(
            f"'{name}' is no state; there is {words.listed((s.value for s in State), 'and')}"
        ) from None


def _lane(name: str) -> Lane:
    from mediatheque.jobs.states import Lane

    try:
        return Lane(name.lower())
    except ValueError:
        raise Invalid(
            f"'{name}' is no lane; there is {words.listed((lane.value for lane in Lane), 'and')}"
        ) from None
