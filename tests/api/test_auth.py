"""Accounts over HTTP: joining, signing in, keys, and what somebody who guesses meets."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from mediatheque.api.attempts import Attempts
from mediatheque.kit.database import Database
from mediatheque.kit.errors import TooManyRequests
from mediatheque.library.queries.users import User, add_user
from mediatheque.wiring import Mediatheque

ADA = {"name": "Ada", "password": "correct horse battery staple"}


def bearer(answer: dict[str, str]) -> dict[str, str]:
    return {"Authorization": f"Bearer {answer['access_token']}"}


def test_the_first_account_is_admin_and_signs_in(client: TestClient) -> None:
    made = client.post("/api/auth/register", json=ADA)
    assert made.status_code == 201
    assert made.json()["user"]["role"] == "admin"
    signed_in = client.post("/api/auth/login", json={**ADA, "name": "aDA"})
    assert signed_in.status_code == 200
    me = client.get("/api/auth/me", headers=bearer(signed_in.json()))
    assert me.json() == made.json()["user"]
    again = client.post("/api/auth/register", json=ADA)
    assert again.status_code == 409
    assert again.headers["content-type"] == "application/problem+json"
    assert "already a user" in again.json()["detail"]


def test_registration_can_be_closed_but_not_to_the_first(client: TestClient, opened: Mediatheque) -> None:
    opened.settings.registration = False
    assert client.post("/api/auth/register", json=ADA).status_code == 201
    refused = client.post("/api/auth/register", json={**ADA, "name": "Ben"})
    assert refused.status_code == 403
    assert "closed" in refused.json()["detail"]


def test_a_wrong_name_and_a_wrong_password_are_told_alike(client: TestClient, as_ada: TestClient) -> None:
    wrong_password = client.post("/api/auth/login", json={**ADA, "password": "something else"})
    wrong_name = client.post("/api/auth/login", json={**ADA, "name": "Zoe"})
    assert wrong_password.status_code == wrong_name.status_code == 401
    assert wrong_password.json() == wrong_name.json()
    assert wrong_password.headers["www-authenticate"] == "Bearer"


def test_a_user_made_on_the_command_line_cannot_sign_in_without_a_password(
    client: TestClient, database: Database
) -> None:
    with database.transaction() as db:
        add_user(db, "Ada")
    assert client.post("/api/auth/login", json=ADA).status_code == 401


def test_guessing_is_slowed_down_and_others_are_not(
    client: TestClient, app: FastAPI, as_ada: TestClient
) -> None:
    app.state.attempts = Attempts(by_name=2)
    wrong = {**ADA, "password": "something else"}
    assert [client.post("/api/auth/login", json=wrong).status_code for _ in range(3)] == [401, 401, 429]
    refused = client.post("/api/auth/login", json=ADA)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["retry-after"]) <= 300
    elsewhere = TestClient(app, client=("192.0.2.7", 1))
    assert elsewhere.post("/api/auth/login", json=ADA).status_code == 200


def test_attempts_are_forgotten_in_time_and_after_success() -> None:
    now = 0.0
    attempts = Attempts(by_name=1, by_address=3, window_s=10, clock=lambda: now)
    attempts.note("Ada", "here")
    with pytest.raises(TooManyRequests) as refused:
        attempts.note("ADA ", "here")
    assert refused.value.retry_after == 10
    attempts.forget("ada", "here")
    attempts.note("Ada", "here")
    attempts.note("Ben", "here")
    with pytest.raises(TooManyRequests):
        attempts.note("Zoe", "here")
    now = 10.0
    attempts.note("Zoe", "here")


def test_attempts_keep_within_bounds() -> None:
    attempts = Attempts(most_kept=10)
    for n in range(100):
        attempts.note(f"user {n}", f"192.0.2.{n}")
    assert len(attempts._times) == 10


def test_a_changed_password_ends_every_other_sign_in(client: TestClient, as_ada: TestClient) -> None:
    change = {"current_password": ADA["password"], "new_password": "another one entirely"}
    key = as_ada.post("/api/auth/keys", json={"name": "script"}).json()["key"]
    refused = as_ada.put("/api/auth/password", json={**change, "current_password": "not this"})
    assert refused.status_code == 403
    changed = as_ada.put("/api/auth/password", json=change)
    assert changed.status_code == 200
    assert as_ada.get("/api/auth/me").status_code == 401
    assert client.get("/api/auth/me", headers=bearer(changed.json())).status_code == 200
    assert client.get("/api/auth/me", headers={"Authorization": f"Bearer {key}"}).status_code == 200
    assert client.post("/api/auth/login", json=ADA).status_code == 401
    assert client.post("/api/auth/login", json={**ADA, "password": "another one entirely"}).status_code == 200


def test_an_api_key_is_shown_once_and_may_not_touch_the_account(
    client: TestClient, as_ada: TestClient
) -> None:
    made = as_ada.post("/api/auth/keys", json={"name": "script"})
    assert made.status_code == 201
    key = made.json()["key"]
    assert key.startswith("mtq_")
    assert len(key) > 40
    with_key = {"Authorization": f"Bearer {key}"}
    assert client.get("/api/auth/me", headers=with_key).json()["name"] == "Ada"
    listed = as_ada.get("/api/auth/keys").json()["items"]
    assert [k["name"] for k in listed] == ["script"]
    assert listed[0]["last_used_at"] is not None
    assert key not in as_ada.get("/api/auth/keys").text
    key_path = f"/api/auth/keys/{made.json()['id']}"
    change = {"current_password": ADA["password"], "new_password": "another one entirely"}
    assert client.put("/api/auth/password", json=change, headers=with_key).status_code == 403
    assert client.post("/api/auth/keys", json={"name": "x"}, headers=with_key).status_code == 403
    assert client.delete(key_path, headers=with_key).status_code == 403
    assert client.delete("/api/users/me", headers=with_key).status_code == 403
    assert as_ada.delete(key_path).status_code == 204
    assert client.get("/api/auth/me", headers=with_key).status_code == 401
    assert as_ada.delete(key_path).status_code == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Bearer ", "Bearer x", "Basic QWRhOnB3", "Bearer mtq_x", "Bearer \xff", "mtq_x"]
)
def test_whatever_is_no_token_is_refused(client: TestClient, ada: User, header: str) -> None:
    answer = client.get("/api/auth/me", headers={"Authorization": header.encode("latin-1")})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"] == "Bearer"
