"""Every error as RFC 9457 problem+json; the one place that knows status codes."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Match

from mediatheque.kit import errors

_log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"

#: What a kit error means over HTTP; the nearest class in its ancestry decides.
STATUS_BY_ERROR: Mapping[type[errors.MediathequeError], int] = {
    errors.MediathequeError: 500,
    errors.NotFound: 404,
    errors.Invalid: 422,
    errors.TooLarge: 413,
    errors.NeedsAnswer: 422,
    errors.Conflict: 409,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}

_KINDS: Mapping[int, tuple[str, str]] = {
    400: ("bad-request", "The request cannot be read"),
    401: ("unauthenticated", "Sign in first"),
    403: ("forbidden", "Not allowed"),
    404: ("not-found", "Not found"),
    405: ("method-not-allowed", "This cannot be done here"),
    408: ("timeout", "Nothing came for too long"),
    409: ("conflict", "This contradicts what is there"),
    412: ("precondition-failed", "Not in this version"),
    413: ("too-large", "Too large"),
    415: ("unsupported-media-type", "Not in a form we read"),
    416: ("range-not-satisfiable", "There are no such bytes"),
    422: ("invalid", "The input cannot be used"),
    423: ("locked", "Somebody else is at it"),
    429: ("too-many-requests", "Too many requests"),
    # Of tus (https://tus.io), beside HTTP's own.
    460: ("checksum-mismatch", "Damaged on the way"),
    500: ("internal", "Something broke on our side"),
    503: ("unavailable", "A part is not available now"),
}


class Problem(BaseModel):
    """What went wrong and what to do about it (RFC 9457)."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "urn:mediatheque:problem:not-found",
                "title": "Not found",
                "status": 404,
                "detail": "There is no item 7 in your library.",
                "instance": "/api/items/7",
            }
        }
    )

    type: str = Field(description="Names the kind of problem; the same for every occurrence.")
    title: str = Field(description="The kind of problem in words.")
    status: int = Field(description="The HTTP status code.", ge=400, le=599)
    detail: str = Field(description="What happened here, and what to do about it.")
    instance: str = Field(description="The path that was asked for.")
    errors: list[WrongField] | None = Field(None, description="Which parts of the input cannot be used.")
    option: str | None = Field(None, description="A question only you can answer: the option to set …")
    choices: list[str] | None = Field(None, description="… to one of these, before asking again.")


class WrongField(BaseModel):
    """A part of the input that cannot be used."""

    where: str = Field(description="The place in the request, such as `query.limit` or `body.events.3.kind`.")
    detail: str = Field(description="What is wrong with it.")


def describe(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The OpenAPI description of answers with these statuses."""
    return {status: _documented(status) for status in statuses}


def answer(
    status: int,
    detail: str,
    request: Request,
    *,
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> JSONResponse:
    """A problem as a response."""
    kind, title = _kind(status)
    body = {
        "type": f"urn:mediatheque:problem:{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.url.path,
        **more,
    }
    return JSONResponse(body, status, headers, MEDIA_TYPE)


def answer_problems(app: FastAPI) -> None:
    """Let `app` answer every error as a problem."""
    app.add_exception_handler(errors.MediathequeError, _answer_ours)
    app.add_exception_handler(RequestValidationError, _answer_validation)
    app.add_exception_handler(HTTPException, _answer_http)
    app.add_exception_handler(Exception, _answer_bug)


async def _answer_ours(request: Request, error: Exception) -> JSONResponse:
    status = next(STATUS_BY_ERROR[c] for c in type(error).__mro__ if c in STATUS_BY_ERROR)
    headers: dict[str, str] = {}
    more: dict[str, Any] = {}
    if isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.TooManyRequests):
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    if isinstance(error, errors.NeedsAnswer):
        more = {"option": error.option, "choices": list(error.choices)}
    if status >= 500:
        _log.error("%s %s: %s", request.method, request.url.path, error)
    return answer(status, str(error), request, headers=headers, **more)


async def _answer_validation(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    wrong = [
        {"where": ".".join(str(part) for part in e["loc"]), "detail": str(e["msg"])} for e in error.errors()
    ]
    detail = "; ".join(f"{w['where']}: {w['detail']}" for w in wrong[:3])
    if wrong and wrong[0]["where"] == "body" and not _says_json(request):
        detail = "Send the body as JSON, with the header Content-Type: application/json."
    return answer(422, detail or "The input cannot be used.", request, errors=wrong[:100])


def _says_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _answer_http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    detail = _SAID.get(error.status_code)
    if detail is None or error.detail != HTTPStatus(error.status_code).phrase:
        detail = str(error.detail)
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_methods_here(request))
    return answer(error.status_code, detail, request, headers=headers)


def _methods_here(request: Request) -> list[str]:
    """The methods this address knows; Starlette names those of the first route of several alone."""
    methods = ("GET", "HEAD", "PUT", "POST", "PATCH", "DELETE", "OPTIONS")
    return [
        method
        for method in methods
        if any(
            route.matches({**request.scope, "method": method})[0] is Match.FULL
            for route in request.app.router.routes
        )
    ]


async def _answer_bug(request: Request, error: Exception) -> JSONResponse:
    # Starlette raises the error again after this answer, so the server's log has the trace; its reader here has not.
    return answer(500, "Something broke on our side; the server's log says what.", request)


_SAID = {
    404: "There is nothing at this address; /api/openapi.json lists what there is.",
    405: "This address does not know that method; the Allow header says which it knows.",
}


def _kind(status: int) -> tuple[str, str]:
    return _KINDS.get(status) or (f"http-{status}", HTTPStatus(status).phrase)


def _documented(status: int) -> dict[str, Any]:
    kind, title = _kind(status)
    example = {
        "type": f"urn:mediatheque:problem:{kind}",
        "title": title,
        "status": status,
        "detail": _EXAMPLES.get(status, f"{title}."),
        "instance": "/api/…",
    }
    described: dict[str, Any] = {
        "description": title,
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}},
    }
    if status == 429:
        described["headers"] = {
            "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}
        }
    return described


_EXAMPLES = {
    401: "The sign-in has expired; sign in again.",
    404: "There is no item 7 in your library.",
    409: "There is already a user called 'Ada'; choose another name.",
    413: "The file is larger than 512 MiB.",
    422: "query.limit: Input should be less than or equal to 200",
    429: "Too many attempts to sign in; wait 40 seconds.",
}
