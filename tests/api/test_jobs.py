"""Jobs over HTTP: whose they are, cancelled and tried again, the lanes, and followed live by real clients."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.typing import Origin

from mediatheque.accounts.queries import set_password
from mediatheque.accounts.sessions import begin_session, write_session
from mediatheque.accounts.tokens import issue_token
from mediatheque.api.cookies import COOKIE
from mediatheque.archive.queries.media import mark_step
from mediatheque.flows.jobs import defer_media, defer_training
from mediatheque.jobs import queries
from mediatheque.jobs.states import State
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque
from recordings import add_worked_on


def give(opened: Mediatheque, database: Database, user: User, title: str = "A talk") -> int:
    with database.transaction() as db:
        return defer_media(opened, db, media_id=12, user_id=user.id, title=title)


def end(database: Database, job_id: int, state: State = State.COMPLETED, error: str | None = None) -> None:
    with database.transaction() as db:
        attempt = queries.begin(db, job_id)
        queries.step_done(db, job_id, attempt, "fetch", 1.5)
        queries.finish(db, job_id, attempt, state, line="4 minutes", error=error)


def say(database: Database, job_id: int, line: str) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE jobs SET line = :line WHERE id = :id"), {"id": job_id, "line": line})


def test_a_member_sees_their_own_jobs_and_an_administrator_all_on_demand(
    opened: Mediatheque, database: Database, ada: User, ben: User, as_ada: TestClient, as_ben: TestClient
) -> None:
    hers, his = give(opened, database, ada, "Bees"), give(opened, database, ben, "Ants")
    with database.transaction() as db:
        own = defer_training(opened, db)
    assert [job["id"] for job in as_ben.get("/api/jobs").json()["items"]] == [his]
    assert [job["title"] for job in as_ada.get("/api/jobs").json()["items"]] == ["Bees"]
    assert [job["id"] for job in as_ada.get("/api/jobs?all=true").json()["items"]] == [own, his, hers]
    assert as_ben.get("/api/jobs?all=true").status_code == 403
    assert as_ben.get(f"/api/jobs/{hers}").status_code == 404
    assert as_ben.post(f"/api/jobs/{hers}/cancel").status_code == 404
    seen = as_ada.get(f"/api/jobs/{his}").json()
    assert (seen["is_mine"], seen["media_id"], seen["state"]) == (False, 12, "pending")
    assert (seen["user_name"], as_ada.get(f"/api/jobs/{own}").json()["user_name"]) == (ben.name, None)


def test_jobs_come_in_pages_and_by_state(
    opened: Mediatheque, database: Database, ada: User, as_ada: TestClient
) -> None:
    given = [give(opened, database, ada, f"Talk {n}") for n in range(5)]
    end(database, given[0], State.FAILED, "It has no sound.")
    first = as_ada.get("/api/jobs?limit=3").json()
    second = as_ada.get(f"/api/jobs?limit=3&cursor={first['next']}").json()
    assert [job["id"] for job in first["items"] + second["items"]] == given[::-1]
    assert second["next"] is None
    [failed] = as_ada.get("/api/jobs?state=failed&state=cancelled&task=process_media").json()["items"]
    assert (failed["id"], failed["error"]) == (given[0], "It has no sound.")
    assert failed["timings"] == [{"step": "fetch", "seconds": 1.5, "attempt": 1}]
    assert as_ada.get("/api/jobs?state=nonsense").status_code == 422


def test_a_job_is_cancelled_and_tried_again(
    opened: Mediatheque, database: Database, ada: User, as_ada: TestClient
) -> None:
    job_id = give(opened, database, ada)
    assert as_ada.post(f"/api/jobs/{job_id}/retry").status_code == 409
    cancelled = as_ada.post(f"/api/jobs/{job_id}/cancel").json()
    assert (cancelled["state"], cancelled["is_cancel_asked"]) == ("cancelled", True)
    again = as_ada.post(f"/api/jobs/{job_id}/retry").json()
    assert (again["state"], again["is_cancel_asked"], again["finished_at"]) == ("pending", False, None)
    with database.transaction() as db:
        assert db.execute(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo'")).scalar() == 1


def test_lanes_are_paused_by_administrators(
    opened: Mediatheque, database: Database, ada: User, as_ada: TestClient, as_ben: TestClient
) -> None:
    give(opened, database, ada)
    assert as_ben.post("/api/lanes/heavy/pause").status_code == 403
    assert as_ada.post("/api/lanes/nonsense/pause").status_code == 422
    lanes = {lane["name"]: lane for lane in as_ada.post("/api/lanes/heavy/pause").json()["items"]}
    assert lanes["heavy"]["paused_at"] is not None
    assert lanes["interactive"] == {"name": "interactive", "paused_at": None, "waiting": 1, "running": 0}
    lanes = {lane["name"]: lane for lane in as_ada.post("/api/lanes/heavy/resume").json()["items"]}
    assert lanes["heavy"]["paused_at"] is None


def test_lanes_tell_who_works_and_how_quickly(
    opened: Mediatheque, database: Database, ada: User, as_ada: TestClient, as_ben: TestClient, tmp_path: Path
) -> None:
    nobody = as_ada.get("/api/lanes").json()
    assert (nobody["workers"], nobody["listening_speed"]) == (0, None)
    talk = add_worked_on(opened, ada.id, tmp_path)
    with database.transaction() as db:
        db.execute(text("INSERT INTO procrastinate_workers DEFAULT VALUES"))
        mark_step(db, talk, "transcribe", 1, 5.0)
    lanes = as_ada.get("/api/lanes").json()
    assert (lanes["workers"], lanes["listening_speed"]) == (1, 12.0)
    assert as_ben.get("/api/lanes").json()["listening_speed"] is None


@pytest.fixture
def address(app: FastAPI, database: Database, ada: User, ben: User, password_hash: str) -> Iterator[str]:
    """The app on a real port, where Ada and Ben can sign in."""
    with database.transaction() as db:
        for user in (ada, ben):
            set_password(db, user.id, password_hash)
    with serving(app) as address:
        yield address


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    config = uvicorn.Config(app, port=0, log_level="critical", timeout_graceful_shutdown=2)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
        assert not thread.is_alive()


def token(app: FastAPI, user: User) -> dict[str, str]:
    return {"Authorization": f"Bearer {issue_token(app.state.signing_key, user.id).text}"}


class Stream:
    """A client of server-sent events: what came, and where it would go on."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.iter_lines()
        self.last_id: str | None = None

    def next(self) -> dict[str, Any]:
        """The next job that is told of."""
        data: list[str] = []
        for line in self._lines:
            name, _, value = line.partition(":")
            if name == "id":
                self.last_id = value.strip()
            elif name == "data":
                data.append(value.strip())
            elif not line and data:
                return json.loads("".join(data))
        raise EOFError

    def place(self) -> str:
        """Where to go on, once what there is has been told."""
        for line in self._lines:
            if line.startswith("id:"):
                self.last_id = line.partition(":")[2].strip()
            elif not line and self.last_id is not None:
                return self.last_id
        raise EOFError


@contextmanager
def stream(address: str, headers: dict[str, str], path: str = "/api/jobs/events") -> Iterator[Stream]:
    with httpx.stream("GET", address + path, headers=headers, timeout=10) as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        yield Stream(response)


def test_events_tell_what_goes_on_and_what_changes_of_ones_own(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User, ben: User
) -> None:
    mine, ended = give(opened, database, ben, "Mine"), give(opened, database, ben, "Ended")
    hers = give(opened, database, ada, "Hers")
    end(database, ended)
    with stream(address, token(app, ben)) as events:
        assert events.next()["id"] == mine
        events.place()
        say(database, hers, "nobody else's business")
        began = time.monotonic()
        end(database, mine)
        told = events.next()
        assert time.monotonic() - began < 1
        assert (told["id"], told["state"], told["percent"]) == (mine, "completed", 100)
    with stream(address, token(app, ben), f"/api/jobs/events?job={ended}") as events:
        assert (events.next()["id"], events.last_id) == (ended, None)
    assert httpx.get(f"{address}/api/jobs/events?job={hers}", headers=token(app, ben)).status_code == 404
    assert httpx.get(f"{address}/api/jobs/events?all=true", headers=token(app, ben)).status_code == 403
    assert httpx.get(f"{address}/api/jobs/events").status_code == 401


def test_events_go_on_after_a_cut_where_they_were(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User
) -> None:
    first, second = give(opened, database, ada, "First"), give(opened, database, ada, "Second")
    with stream(address, token(app, ada)) as events:
        assert [events.next()["id"], events.next()["id"]] == [first, second]
        place = events.place()
    end(database, first)
    with stream(address, token(app, ada) | {"Last-Event-ID": place}) as events:
        told = events.next()
        assert (told["id"], told["state"]) == (first, "completed")
        later = events.place()
        end(database, second)
        assert events.next()["state"] == "completed"
    # Asked for once, it ends by itself.
    once = httpx.get(f"{address}/api/jobs/events?wait=false&cursor={later}", headers=token(app, ada))
    assert "Second" in once.text
    assert "First" not in once.text
    # A place of another database is no place: what goes on is told anew.
    assert (
        "retry"
        in httpx.get(
            f"{address}/api/jobs/events?wait=false&cursor=999999999999", headers=token(app, ada)
        ).text
    )


def test_a_browser_comes_with_a_ticket_that_is_good_for_nothing_else(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, database, ada)
    made = httpx.post(f"{address}/api/tickets", headers=token(app, ada)).json()
    with stream(address, {}, f"/api/jobs/events?ticket={made['ticket']}") as events:
        assert events.next()["id"] == job_id
    as_token = {"Authorization": f"Bearer {made['ticket']}"}
    assert httpx.get(f"{address}/api/jobs", headers=as_token).status_code == 401
    as_ticket = token(app, ada)["Authorization"].partition(" ")[2]
    assert httpx.get(f"{address}/api/jobs/events?ticket={as_ticket}").status_code == 401


def test_a_websocket_tells_the_same_and_goes_on_after_a_cut(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, database, ada)
    live = address.replace("http", "ws") + "/api/jobs/live"
    with connect(live, additional_headers=token(app, ada)) as socket:
        told = json.loads(socket.recv(5))
        assert (told["event"], told["data"]["id"], told["data"]["state"]) == ("job", job_id, "pending")
        place = json.loads(socket.recv(5))
        assert place["event"] == "place"
    end(database, job_id)
    ticket = httpx.post(f"{address}/api/tickets", headers=token(app, ada)).json()["ticket"]
    with connect(f"{live}?ticket={ticket}&cursor={place['id']}") as socket:
        assert json.loads(socket.recv(5))["data"]["state"] == "completed"
    for path in ("", "?ticket=nonsense", "?job=none"):
        with connect(live + path) as socket, pytest.raises(ConnectionClosed) as refused:
            socket.recv(5)
        assert refused.value.rcvd is not None
        assert refused.value.rcvd.code == 1008


def test_a_websocket_opens_for_our_page_by_its_cookie(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, database, ada)
    cookie = {"Cookie": f"{COOKIE}={write_session(app.state.signing_key, begin_session(ada.id)).text}"}
    live = address.replace("http", "ws") + "/api/jobs/live"
    with connect(live, additional_headers=cookie, origin=Origin(address)) as socket:
        assert json.loads(socket.recv(5))["data"]["id"] == job_id


def test_who_follows_is_let_go_when_the_server_stops(
    app: FastAPI, opened: Mediatheque, database: Database, ada: User, as_ada: TestClient
) -> None:
    give(opened, database, ada)
    with serving(app) as address, stream(address, token(app, ada)) as events:
        events.place()
        live = address.replace("http", "ws") + "/api/jobs/live"
        with connect(live, additional_headers=token(app, ada)) as socket:
            socket.recv(5)
            socket.recv(5)
            app.state.following.close()
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(5)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1001
        with pytest.raises(EOFError):
            events.next()


def test_what_happens_while_the_database_cuts_the_listener_off_is_told(
    address: str, app: FastAPI, opened: Mediatheque, database: Database, ada: User
) -> None:
    job_id = give(opened, database, ada)
    with stream(address, token(app, ada)) as events:
        events.place()
        with database.transaction() as db:
            cut = db.execute(
                text(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND query LIKE 'LISTEN%'"
                )
            ).scalar()
        assert cut == 1
        say(database, job_id, "said while nobody heard")
        assert events.next()["line"] == "said while nobody heard"


def test_many_listeners_of_one_person_are_bounded(app: FastAPI, opened: Mediatheque, ada: User) -> None:
    following = app.state.following

    async def listen() -> int:
        try:
            async with following.listening(ada.id, owner=ada.id), following.listening(None, owner=ada.id):
                return following.count(ada.id)
        finally:
            await opened.database.aclose()

    assert asyncio.run(listen()) == 2
    assert following.count(ada.id) == 0
