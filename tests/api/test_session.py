"""The page's session: a cookie no script can read, proof with every change, and an end that is one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.sessions import Session, begin_session, csrf_of, read_session, write_session
from mediatheque.accounts.tokens import issue_token
from mediatheque.api.cookies import COOKIE, HEADER
from mediatheque.flows import demo
from mediatheque.kit.database import Database
from mediatheque.kit.errors import Unauthenticated
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

PASSWORD = "correct horse battery staple"
OURS = "http://testserver"


@pytest.fixture
def page(app: FastAPI, client: TestClient, database: Database, ada: User, password_hash: str) -> TestClient:
    """A browser in which Ada signed in."""
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    browser = TestClient(app, client=("127.0.0.1", 50000))
    answer = browser.post("/api/session", json={"name": "ada", "password": PASSWORD})
    assert answer.status_code == 200
    browser.headers[HEADER] = answer.json()["csrf"]
    return browser


def test_before_anybody_is_here_the_page_is_told_so(client: TestClient) -> None:
    assert client.get("/api/session").json() == {
        "user": None,
        "csrf": None,
        "is_first": True,
        "may_register": True,
        "is_demo": False,
        "members": [],
        "version": client.app.version,  # pyright: ignore[reportAttributeAccessIssue]
    }


def test_the_first_account_is_the_administrators(client: TestClient) -> None:
    made = client.post("/api/session/account", json={"name": "Ada", "password": PASSWORD})
    assert made.status_code == 201
    assert made.json()["user"]["role"] == "admin"
    assert made.json()["is_first"] is False
    again = client.get("/api/session").json()
    assert again == made.json()
    assert again["csrf"]


def test_strangers_make_no_account_where_registration_is_closed(
    client: TestClient, opened: Mediatheque, ada: User
) -> None:
    opened.settings = opened.settings.model_copy(update={"registration": False})
    assert client.get("/api/session").json()["may_register"] is False
    assert client.post("/api/session/account", json={"name": "Eve", "password": PASSWORD}).status_code == 403


@pytest.mark.parametrize(
    ("address", "is_secure"), [("http://testserver", False), ("https://testserver", True)]
)
def test_the_cookie_is_for_no_script_and_no_other_site(
    app: FastAPI,
    client: TestClient,
    database: Database,
    ada: User,
    password_hash: str,
    address: str,
    is_secure: bool,
) -> None:
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    browser = TestClient(app, base_url=address)
    answer = browser.post("/api/session", json={"name": "Ada", "password": PASSWORD})
    flags = {flag.strip().lower() for flag in answer.headers["set-cookie"].split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/", "max-age=604800"} <= flags
    assert ("secure" in flags) is is_secure
    assert not any(flag.startswith("domain") for flag in flags)
    assert browser.cookies[COOKIE] not in answer.text
    assert browser.get("/api/auth/me").json()["name"] == "Ada"


def test_a_wrong_password_signs_nobody_in_and_many_are_too_many(
    client: TestClient, database: Database, ada: User, password_hash: str
) -> None:
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
    for status in [401] * 10 + [429]:
        answer = client.post("/api/session", json={"name": "Ada", "password": "no"})
        assert answer.status_code == status
        assert "set-cookie" not in answer.headers


def test_the_page_reads_with_its_cookie_and_changes_with_its_proof(page: TestClient) -> None:
    assert page.get("/api/auth/me").json()["name"] == "Ada"
    assert page.post("/api/auth/keys", json={"name": "Kodi"}).status_code == 201


def test_a_change_without_the_sessions_own_proof_is_refused(
    app: FastAPI, page: TestClient, ada: User
) -> None:
    others = csrf_of(app.state.signing_key, begin_session(ada.id))
    for given in ("", "nonsense", others):
        page.headers[HEADER] = given
        for method, path in (
            ("POST", "/api/auth/keys"),
            ("DELETE", "/api/ratings/1"),
            ("PUT", "/api/ratings/1"),
        ):
            answer = page.request(method, path, json={"name": "Kodi"})
            assert answer.status_code == 403, (given, path)
            assert HEADER in answer.json()["detail"]
        assert page.delete("/api/session").status_code == 403
    del page.headers[HEADER]
    assert page.post("/api/auth/keys", json={"name": "Kodi"}).status_code == 403
    assert page.get("/api/auth/keys").json() == {"items": []}


@pytest.mark.parametrize(
    ("said", "is_ours"),
    [
        ({"Origin": OURS}, True),
        ({"Origin": "https://evil.example"}, False),
        ({"Origin": "http://testserver:8080"}, False),
        ({"Origin": "null"}, False),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "https://before.a.proxy"}, True),
        ({"Sec-Fetch-Site": "same-site", "Origin": OURS}, False),
        ({"Sec-Fetch-Site": "cross-site"}, False),
    ],
)
def test_pages_of_others_change_nothing_even_with_the_proof(
    page: TestClient, said: dict[str, str], is_ours: bool
) -> None:
    changed = page.post("/api/auth/keys", json={"name": "Kodi"}, headers=said)
    assert changed.status_code == (201 if is_ours else 403)
    # Nor do they sign somebody in as somebody else.
    in_as = page.post("/api/session", json={"name": "Ada", "password": PASSWORD}, headers=said)
    assert in_as.status_code == (200 if is_ours else 403)


def test_signing_out_makes_the_cookie_worthless_for_who_copied_it(app: FastAPI, page: TestClient) -> None:
    copied = page.cookies[COOKIE]
    out = page.delete("/api/session")
    assert out.status_code == 204
    assert page.get("/api/session").json()["user"] is None
    assert COOKIE not in page.cookies
    thief = TestClient(app, cookies={COOKIE: copied})
    assert thief.get("/api/auth/me").status_code == 401
    answer = thief.get("/api/session")
    assert answer.json()["user"] is None
    assert "set-cookie" not in answer.headers  # it might be that of another library on this host
    # Out is out: asked once more, there is nothing to end.
    assert page.delete("/api/session").status_code == 204


def test_signing_out_in_one_browser_leaves_the_other_signed_in(app: FastAPI, page: TestClient) -> None:
    other = TestClient(app)
    other.post("/api/session", json={"name": "Ada", "password": PASSWORD})
    page.delete("/api/session")
    assert other.get("/api/auth/me").status_code == 200


def test_ended_sessions_are_forgotten_once_they_would_have_run_out(
    app: FastAPI, page: TestClient, database: Database
) -> None:
    with database.transaction() as db:
        db.execute(text("INSERT INTO ended_sessions VALUES ('old', now() - interval '1 day')"))
    page.delete("/api/session")
    with database.transaction() as db:
        kept = db.execute(text("SELECT id FROM ended_sessions")).scalars().all()
    assert len(kept) == 1
    assert "old" not in kept


def test_a_changed_password_ends_every_session_but_this_one(app: FastAPI, page: TestClient) -> None:
    other = TestClient(app)
    other.post("/api/session", json={"name": "Ada", "password": PASSWORD})
    copied = TestClient(app, cookies={COOKIE: page.cookies[COOKIE]})
    change = {"current_password": PASSWORD, "new_password": "wrong donkey charger paperclip"}
    assert page.put("/api/auth/password", json=change).status_code == 200
    assert page.get("/api/auth/me").status_code == 200
    assert page.post("/api/auth/keys", json={"name": "Kodi"}).status_code == 201
    assert other.get("/api/auth/me").status_code == 401
    assert copied.get("/api/auth/me").status_code == 401


def test_a_session_in_use_is_renewed_and_one_that_is_not_runs_out(
    app: FastAPI, client: TestClient, database: Database, ada: User, password_hash: str
) -> None:
    with database.transaction() as db:
        set_password(db, ada.id, password_hash)
        db.execute(text("UPDATE credentials SET changed_at = now() - interval '1 year'"))
    key: bytes = app.state.signing_key

    def browser(age: timedelta) -> TestClient:
        session = Session("one", ada.id, datetime.now(UTC) - age)
        return TestClient(app, cookies={COOKIE: write_session(key, session).text})

    assert "set-cookie" not in browser(timedelta(hours=1)).get("/api/auth/me").headers
    for path in ("/api/auth/me", "/api/session"):
        set_again = browser(timedelta(days=2)).get(path)
        value = set_again.headers["set-cookie"].partition("=")[2].partition(";")[0]
        newer = read_session(key, value)
        assert (newer.id, newer.user_id) == ("one", ada.id)
        assert datetime.now(UTC) - newer.issued_at < timedelta(minutes=1)
    assert browser(timedelta(days=8)).get("/api/auth/me").status_code == 401
    assert browser(timedelta(days=8)).get("/api/session").json()["user"] is None


def test_a_cookie_is_no_token_and_a_token_no_cookie(app: FastAPI, page: TestClient, ada: User) -> None:
    stranger = TestClient(app)
    as_token = {"Authorization": f"Bearer {page.cookies[COOKIE]}"}
    assert stranger.get("/api/auth/me", headers=as_token).status_code == 401
    token = issue_token(app.state.signing_key, ada.id).text
    assert TestClient(app, cookies={COOKIE: token}).get("/api/auth/me").status_code == 401
    with pytest.raises(Unauthenticated):
        read_session(b"another key of thirty-two bytes!!", page.cookies[COOKIE])


def test_a_token_comes_before_the_cookie_and_needs_no_proof(
    app: FastAPI, page: TestClient, as_ben: TestClient
) -> None:
    del page.headers[HEADER]
    bens = {"Authorization": as_ben.headers["Authorization"]}
    assert page.get("/api/auth/me", headers=bens).json()["name"] == "Ben"
    assert page.post("/api/auth/keys", json={"name": "Kodi"}, headers=bens).status_code == 201
    assert page.get("/api/session", headers=bens).json()["user"]["name"] == "Ben"
    assert page.get("/api/session", headers={"Authorization": "Bearer no"}).json()["user"] is None


@pytest.mark.parametrize("origin", ["https://evil.example", "http://testserver:8080", None])
def test_a_websocket_opens_for_no_page_but_ours(page: TestClient, origin: str | None) -> None:
    said = {"origin": origin} if origin is not None else {}
    with page.websocket_connect("/api/jobs/live", headers=said) as socket:
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
        assert closed.value.code == 1008
        assert "own page" in closed.value.reason


def test_events_come_to_the_cookie(page: TestClient) -> None:
    assert page.get("/api/jobs/events?wait=false").headers["content-type"].startswith("text/event-stream")
    elsewhere = page.get("/api/jobs/events?wait=false", headers={"Origin": "https://evil.example"})
    assert elsewhere.status_code == 403


def test_the_demo_lets_in_by_name_and_nothing_else_does(
    app: FastAPI, client: TestClient, opened: Mediatheque, database: Database
) -> None:
    with database.transaction() as db:
        household = demo.move_in(db)
    assert client.get("/api/session").json()["members"] == []
    assert client.post("/api/session/demo", json={"name": "Nora"}).status_code == 403
    opened.is_demo = True
    said = client.get("/api/session").json()
    assert said["members"] == ["Nora", "Emil"]
    assert (said["is_demo"], said["may_register"]) == (True, False)
    assert client.post("/api/session/demo", json={"name": "Nora"}).json()["user"]["name"] == "Nora"
    assert client.get("/api/auth/me").json()["id"] == household["Nora"].id
    assert client.post("/api/session/demo", json={"name": "Eve"}).status_code == 401
    assert client.post("/api/session/account", json={"name": "Eve", "password": PASSWORD}).status_code == 403
    with database.transaction() as db:
        set_password(db, household["Nora"].id, hash_password("her own by now"))
    assert client.post("/api/session/demo", json={"name": "Nora"}).status_code == 401


def test_the_documents_second_scheme_is_the_cookie(app: FastAPI) -> None:
    document = app.openapi()
    scheme = document["components"]["securitySchemes"]["cookie"]
    assert (scheme["in"], scheme["name"]) == ("cookie", COOKIE)
    assert document["paths"]["/api/items"]["get"]["security"] == [{"bearer": []}, {"cookie": []}]
    assert "403" in document["paths"]["/api/events"]["post"]["responses"]
