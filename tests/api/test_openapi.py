"""The OpenAPI document against the app: schemathesis asks what the document allows, and what it forbids."""

from __future__ import annotations

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from starlette.testclient import TestClient

from mediatheque.accounts.tokens import issue_token
from mediatheque.api.attempts import Attempts
from mediatheque.library.queries.users import User

#: Who asked these may be gone or locked out, so they come last.
LAST = ("DELETE /api/users/{user_id}", "DELETE /api/users/me")


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


@pytest.mark.slow
def test_the_app_keeps_what_the_document_promises(
    app: FastAPI, client: TestClient, as_ada: TestClient, as_ben: TestClient, ada: User, films: list[int]
) -> None:
    app.state.attempts = Attempts(by_name=1_000_000, by_address=1_000_000)
    document = schemathesis.openapi.from_asgi("/api/openapi.json", app)
    found = [result.ok() for result in document.get_all_operations()]
    assert len(found) > 30
    for operation in sorted(found, key=lambda o: LAST.index(o.label) if o.label in LAST else -1):
        # Passwords take 0.2 s each to hash.
        examples = 5 if "/auth/" in operation.path else 20

        for mode in GenerationMode:

            @given(case=operation.as_strategy(generation_mode=mode))
            @settings(
                max_examples=examples,
                deadline=None,
                derandomize=True,
                database=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            )
            def ask(case: schemathesis.Case) -> None:
                token = issue_token(app.state.signing_key, ada.id).text
                case.call_and_validate(headers={"Authorization": f"Bearer {token}"})

            ask()
