"""What holds for every route: health, metrics, headers, bounds, and problems instead of stack traces."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from mediatheque.kit.database import Database
from mediatheque.kit.errors import NeedsAnswer


def test_health_needs_nobody(client: TestClient) -> None:
    for path in ("/health/live", "/health/ready", "/api/health/live", "/api/health/ready"):
        assert client.get(path).json() == {"status": "ok"}


def test_readiness_notices_a_schema_of_another_version(client: TestClient, database: Database) -> None:
    with database.transaction() as db:
        db.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    assert client.get("/health/live").status_code == 200
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"


def test_metrics_count_by_route_and_not_by_id(as_ada: TestClient, films: list[int]) -> None:
    as_ada.get(f"/api/items/{films[0]}")
    as_ada.get(f"/api/items/{films[1]}")
    as_ada.get("/api/nowhere")
    shown = as_ada.get("/metrics").text
    assert (
        'mediatheque_http_requests_total{method="GET",route="/api/items/{item_id}",status="200"} 2.0' in shown
    )
    assert 'route="unmatched",status="404"' in shown
    assert "mediatheque_http_request_seconds_bucket" in shown
    assert f"/api/items/{films[0]}" not in shown


def test_metrics_are_for_this_machine_and_administrators(
    app: FastAPI, client: TestClient, as_ada: TestClient, as_ben: TestClient
) -> None:
    elsewhere = TestClient(app, client=("192.0.2.7", 1))
    assert client.get("/metrics").status_code == 200
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "Via", "X-Forwarded-Proto"):
        for said in ("192.0.2.7", "127.0.0.1", ""):
            assert client.get("/metrics", headers={header: said}).status_code == 401
    assert elsewhere.get("/metrics").status_code == 401
    for asking, status in ((as_ada, 200), (as_ben, 401)):
        token = {"Authorization": asking.headers["Authorization"]}
        assert elsewhere.get("/metrics", headers=token).status_code == status


def test_every_answer_has_the_security_headers(client: TestClient) -> None:
    for path in ("/health/live", "/api/nowhere", "/api/items"):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["cache-control"] == "no-store"


def test_what_is_not_there_is_a_problem_that_names_the_way(client: TestClient) -> None:
    missing = client.get("/api/nowhere")
    assert missing.json() == {
        "type": "urn:mediatheque:problem:not-found",
        "title": "Not found",
        "status": 404,
        "detail": "There is nothing at this address; /api/openapi.json lists what there is.",
        "instance": "/api/nowhere",
    }
    wrong = client.post("/api/items/1")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert client.post("/api/ratings/1").headers["allow"] == "PUT, DELETE"
    assert client.put("/api/users/1").headers["allow"] == "PATCH, DELETE"


def test_a_bug_answers_without_its_trace(app: FastAPI, opened: object) -> None:
    @app.get("/api/bug")
    async def bug() -> None:
        raise RuntimeError("the secret inside")

    answer = TestClient(app, raise_server_exceptions=False).get("/api/bug")
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:mediatheque:problem:internal"
    assert "secret" not in answer.text


def test_a_question_names_its_option_and_choices(app: FastAPI) -> None:
    @app.get("/api/question")
    async def question() -> None:
        raise NeedsAnswer("Which comes first?", "date_order", ["day-first", "month-first"])

    answer = TestClient(app).get("/api/question")
    assert answer.status_code == 422
    assert answer.json()["option"] == "date_order"
    assert answer.json()["choices"] == ["day-first", "month-first"]


@pytest.mark.parametrize("is_declared", [True, False])
def test_a_body_beyond_its_bound_is_refused(as_ada: TestClient, is_declared: bool) -> None:
    body = b'{"kind": "searched", "properties": {"x": "' + b"x" * (5 << 20) + b'"}}'
    content = body if is_declared else iter([body])
    answer = as_ada.post("/api/events", content=content, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["detail"] == "The body is larger than 4 MiB; send less at a time."


def test_a_database_that_is_gone_is_said_so(app: FastAPI, as_ada: TestClient, database: Database) -> None:
    app.state.mediatheque.database.close()
    app.state.mediatheque.database = Database("postgresql://nobody:x@127.0.0.1:1/nothing")
    answer = as_ada.get("/api/items")
    assert answer.status_code == 503
    assert "does not answer" in answer.json()["detail"]


def test_a_body_that_does_not_say_it_is_json(as_ada: TestClient, films: list[int]) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded"}  # which curl says unless told otherwise
    answer = as_ada.post("/api/events", content=b'{"kind": "liked"}', headers=form)
    assert answer.status_code == 422
    assert "Content-Type: application/json" in answer.json()["detail"]


def test_an_error_of_the_database_tells_the_log_nothing_of_what_was_sent(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(DBAPIError) as failure, database.transaction() as db:
        db.execute(text("SELECT CAST(:secret AS int)"), {"secret": "a film nobody should know of"})
    assert "hidden" in str(failure.value)
    assert "nobody should know" not in str(failure.value).splitlines()[-1]
