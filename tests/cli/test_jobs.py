"""Jobs at the command line: listed, shown, cancelled, tried again, paused, and worked on where no worker does."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mediatheque.cli import app
from mediatheque.cli.following import work_and_follow
from mediatheque.cli.printing import Printer
from mediatheque.flows.jobs import defer_embedding, defer_media
from mediatheque.jobs import queries
from mediatheque.jobs.states import State
from mediatheque.kit.database import Database
from mediatheque.kit.settings import read_settings
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque


@pytest.fixture
def opened(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Mediatheque:
    monkeypatch.setenv("MEDIATHEQUE_DATABASE_URL", database.url)
    monkeypatch.setenv("MEDIATHEQUE_EMBEDDER", "none")
    return Mediatheque(
        read_settings(data_dir=tmp_path / "data", database_url=database.url, embedder="none"), database
    )


def run(*words: str) -> list[dict[str, object]]:
    """What a command says to a program."""
    done = CliRunner().invoke(app, [*words, "--json"])
    assert done.exit_code == 0, done.output
    return [json.loads(line) for line in done.stdout.splitlines()]


def give(opened: Mediatheque, user: User) -> int:
    with opened.database.transaction() as db:
        return defer_media(opened, db, media_id=5, user_id=user.id, title="A talk on bees")


def test_a_job_is_listed_shown_cancelled_and_tried_again(opened: Mediatheque, ada: User) -> None:
    job_id = give(opened, ada)
    [listed] = run("jobs")
    assert (listed["job_id"], listed["state"], listed["media_id"]) == (job_id, "pending", 5)
    assert run("jobs", "cancel", str(job_id))[0]["state"] == "cancelled"
    assert run("jobs", "--state", "failed") == []
    assert run("jobs", "retry", str(job_id))[0]["state"] == "pending"
    with opened.database.transaction() as db:
        attempt = queries.begin(db, job_id)
        queries.step_done(db, job_id, attempt, "fetch", 2.5)
        queries.finish(db, job_id, attempt, State.FAILED, error="The site wants a password; send the file.")
    shown = CliRunner().invoke(app, ["jobs", "show", str(job_id)])
    for said in ("A talk on bees", "fetch", "2.5 s", "send the file", f"jobs retry {job_id}"):
        assert said in shown.stdout
    assert "no job 99" in CliRunner().invoke(app, ["jobs", "show", "99"]).output


def test_what_is_the_librarys_own_is_listed_on_demand(opened: Mediatheque, ada: User) -> None:
    with opened.database.transaction() as db:
        job_id = defer_embedding(opened, db)
    assert run("jobs") == []
    assert [job["job_id"] for job in run("jobs", "--all")] == [job_id]


def test_lanes_are_paused_and_resumed(opened: Mediatheque, ada: User) -> None:
    give(opened, ada)
    paused = {lane["lane"]: lane for lane in run("jobs", "pause", "heavy")}
    assert paused["heavy"]["paused_at"] is not None
    assert paused["interactive"]["waiting"] == 1
    assert all(lane["paused_at"] is None for lane in run("jobs", "resume", "heavy"))
    assert "interactive, bulk and heavy" in CliRunner().invoke(app, ["jobs", "pause", "nonsense"]).output


def test_a_worker_without_lanes_says_so(opened: Mediatheque) -> None:
    assert "there is interactive" in CliRunner().invoke(app, ["worker", "--lanes", "fast"]).output
    assert (
        "would do nothing" in CliRunner().invoke(app, ["worker", "--lanes", "heavy", "--heavy", "0"]).output
    )


def test_where_no_worker_runs_jobs_are_done_here(opened: Mediatheque, ada: User) -> None:
    with opened.database.transaction() as db:
        job_id = queries.list_jobs(db, None)[0].id if defer_embedding(opened, db) else 0
        # As her own, so that she may follow it.
        db.exec_driver_sql(f"UPDATE jobs SET user_id = {ada.id}")
    [job] = work_and_follow(opened, Printer(is_json=True), ada.id, [job_id])
    assert (job.state, job.line) == (State.COMPLETED, "there is no embedder")


def test_jobs_are_followed_until_all_have_ended(opened: Mediatheque, ada: User) -> None:
    assert run("jobs", "--follow") == []
    job_id = give(opened, ada)
    with opened.database.transaction() as db:
        queries.ask_cancel(db, job_id, ada.id)
    assert run("jobs", "--follow", "--all") == []
