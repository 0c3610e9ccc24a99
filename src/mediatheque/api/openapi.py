"""The OpenAPI document: what every route shares is written here once, so that no route can forget it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from mediatheque.api import problems
from mediatheque.api.problems import Problem

DESCRIPTION = """
Everything the command line can do, for programs and pages.

* Sign in at `/api/auth/login`, or make an API key, and send it as `Authorization: Bearer …`; the page has a cookie.
* You reach what is yours and the catalogue; anything else is answered as if it did not exist (404).
* Lists come in pages: hand `next` back as `cursor`.
* Errors are problems (RFC 9457, `application/problem+json`) that say what to do.
"""

TAGS = [
    {"name": "accounts", "description": "Register, sign in, API keys."},
    {"name": "home", "description": "Your first page."},
    {"name": "items", "description": "Films, shows, episodes, videos, books and audio."},
    {
        "name": "library",
        "description": "What you have met: narrowed, counted, sorted, changed many at a time.",
    },
    {"name": "ratings", "description": "How good you find them."},
    {"name": "events", "description": "What you did, told or read from exports."},
    {"name": "imports", "description": "Exports of other services, read in the background."},
    {"name": "review", "description": "Questions about your history that only you can answer."},
    {"name": "search", "description": "Find by title, by meaning, and in what was said."},
    {"name": "media", "description": "Your own recordings: added, read, corrected, listened to."},
    {
        "name": "chat",
        "description": "Ask your recordings and your history; every sentence cites where it is from.",
    },
    {"name": "recommendations", "description": "What to watch, read or hear next, and why."},
    {"name": "graph", "description": "How everything hangs together, and where each connection is from."},
    {"name": "evaluations", "description": "How good the models were found to be."},
    {"name": "models", "description": "What was trained, and which of it serves."},
    {"name": "jobs", "description": "What is done in the background, followed as it goes."},
    {"name": "catalogue", "description": "What is brought in from elsewhere."},
    {"name": "statistics", "description": "Your year, and all your years."},
    {"name": "users", "description": "Your data, and administration."},
    {"name": "administration", "description": "How the library is, and what it uses."},
    {"name": "health", "description": "For probes and Prometheus."},
]

_METHODS = ("get", "head", "put", "post", "delete", "patch", "options")


def complete(app: FastAPI, *by_hand: type[BaseModel]) -> None:
    """Give `app` an OpenAPI document in which every error is described.

    `by_hand`: the shapes that bodies described by hand refer to.
    """

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app, by_hand)
        return app.openapi_schema

    app.openapi = document


def _document(app: FastAPI, by_hand: Sequence[type[BaseModel]]) -> dict[str, Any]:
    written = get_openapi(
        title=app.title,
        version=app.version,
        summary=app.summary,
        description=app.description,
        tags=app.openapi_tags,
        routes=app.routes,
    )
    schemas = written["components"]["schemas"]
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    for shape in (Problem, *by_hand):
        described = shape.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas |= described.pop("$defs", {}) | {shape.__name__: described}
    for path in written["paths"].values():
        for method in _METHODS:
            if method in path:
                _complete_operation(method, path[method])
    return written


def _complete_operation(method: str, operation: dict[str, Any]) -> None:
    """Add the errors that an operation can answer because of what it takes, not of what it does."""
    statuses = {500}
    if operation.get("security"):
        statuses |= {401, 503}
        if method not in ("get", "head", "options"):
            statuses |= {403}  # a cookie without its CSRF token
    if operation.get("requestBody"):
        statuses |= {400, 413, 422}
    if operation.get("parameters"):
        statuses |= {422}
    if any(parameter["name"] == "cursor" for parameter in operation.get("parameters", ())):
        statuses |= {404}
    responses = operation["responses"]
    if "422" in responses and "HTTPValidationError" in str(responses["422"]):
        del responses["422"]
    for status, described in problems.describe(*sorted(statuses)).items():
        responses.setdefault(str(status), described)
    operation["responses"] = dict(sorted(responses.items()))
