"""The OpenAPI document against the app: schemathesis asks what the document allows, and what it forbids."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI

from mediatheque.accounts.passwords import hash_password
from mediatheque.accounts.queries import set_password
from mediatheque.accounts.tokens import issue_token
from mediatheque.api.attempts import Attempts
from mediatheque.kit.database import Database
from mediatheque.library.queries.users import User

ROOT = Path(__file__).resolve().parents[2]


def test_every_operation_is_described_for_people(app: FastAPI) -> None:
    document = app.openapi()
    tags = {tag["name"] for tag in document["tags"]}
    ids: set[str] = set()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            assert operation["summary"], where
            assert operation["description"], where
            assert set(operation["tags"]) <= tags, where
            assert operation["operationId"] not in ids, where
            ids.add(operation["operationId"])
            for parameter in operation.get("parameters", ()):
                described = parameter.get("description") or parameter["in"] == "path"
                assert described, f"{where}: describe {parameter['name']}"


def test_every_error_is_described_as_a_problem(app: FastAPI) -> None:
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            where = f"{method} {path}"
            answers = operation["responses"]
            errors = {status: a for status, a in answers.items() if int(status) >= 400}
            assert "500" in errors, where
            for status, answer in errors.items():
                assert set(answer["content"]) == {"application/problem+json"}, f"{where} {status}"
            if operation.get("security"):
                assert "401" in errors, where
            if operation.get("requestBody") or operation.get("parameters"):
                assert "422" in errors, where
    assert "HTTPValidationError" not in document["components"]["schemas"]


def test_every_body_has_an_example(app: FastAPI) -> None:
    document = app.openapi()
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            content = operation.get("requestBody", {}).get("content", {})
            if "application/json" in content:
                name = content["application/json"]["schema"]["$ref"].rpartition("/")[2]
                assert "example" in document["components"]["schemas"][name], f"{method} {path}"


@pytest.fixture
def address(app: FastAPI) -> Iterator[str]:
    """Where the app listens, limits on attempts out of the way."""
    app.state.attempts = Attempts(by_name=1_000_000, by_address=1_000_000)
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@pytest.mark.slow
def test_the_app_keeps_what_the_document_promises(
    app: FastAPI, address: str, database: Database, ada: User, ben: User, films: list[int]
) -> None:
    with database.transaction() as db:
        # Not the one of the examples: changing it would end the sign-in that everything else needs.
        set_password(db, ada.id, hash_password("not in any example"))
    token = issue_token(app.state.signing_key, ada.id).text
    # The program that anybody would run, with its own settings: examples, edge cases, then random requests.
    asked = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "--config-file", ROOT / "schemathesis.toml", "run"),
            *(f"{address}/api/openapi.json", "-H", f"Authorization: Bearer {token}"),
            *("--phases", "examples,coverage,fuzzing", "--max-examples", "8", "--workers", "1"),
            *("--generation-deterministic", "--no-color"),
            # These end the account that asks; tests/api/test_users.py does so once, on purpose.
            *("--exclude-path", "/api/users/me", "--exclude-path", "/api/users/{user_id}"),
        ],
        cwd=app.state.mediatheque.data_dir,
        env={**os.environ, "SCHEMATHESIS_HOOKS": str(ROOT / "tests" / "schemathesis_hooks.py")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout[-8000:] + asked.stderr[-2000:]
    # Not because everything was refused:
    served = app.state.metrics.requests.labels("GET", "/api/items", 200)._value.get()
    assert served > 5
