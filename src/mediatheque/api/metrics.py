"""What Prometheus may know: how many requests, how long they took, by route and not by person."""

from __future__ import annotations

import time
from ipaddress import ip_address

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.process_collector import ProcessCollector
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mediatheque.api import problems
from mediatheque.api.asking import is_admin
from mediatheque.kit.errors import Unauthenticated

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)

router = APIRouter(tags=["health"])


class Metrics:
    """The counters of one app."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter(
            "mediatheque_http_requests",
            "Requests answered.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "mediatheque_http_request_seconds",
            "Seconds until a request was answered.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )


class Measured:
    """Counts each request under the template of its route, so that ids do not make new series."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 500
        started = time.perf_counter()

        async def send_and_note(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, send_and_note)
        finally:
            route = _template(scope)
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._metrics.requests.labels(method, route, status).inc()
            self._metrics.seconds.labels(method, route).observe(time.perf_counter() - started)


def _template(scope: Scope) -> str:
    """The path of the route that answered, with names for ids."""
    template: str | None = getattr(scope.get("route"), "path", None)
    if template is None:
        return "unmatched"
    # A route knows its router's prefix, but in newer versions of FastAPI not that of the routers around it.
    is_inside = scope["path"].startswith("/api/") and not template.startswith("/api/")
    return f"/api{template}" if is_inside else template


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@router.get(
    "/metrics",
    summary="Figures for Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "The figures as text.",
            "content": {"text/plain": {"example": "mediatheque_http_requests_total 3.0"}},
        },
        **problems.describe(401),
    },
)
async def metrics(request: Request) -> Response:
    """Request counts and durations by route. Asked from another machine, it takes an administrator's token."""
    if not _is_here(request) and not await is_admin(request):
        raise Unauthenticated("From another machine, send an administrator's token or API key.")
    registry: CollectorRegistry = request.app.state.metrics.registry
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


#: How the headers begin by which one proxy or another says that it asks for somebody else.
_OF_PROXIES = ("x-forwarded-", "forwarded", "x-real-ip", "via", "cf-connecting-ip", "true-client-ip")


def _is_here(request: Request) -> bool:
    """Whether the request comes from this machine itself, not through a proxy on it."""
    if request.client is None or any(name.startswith(_OF_PROXIES) for name in request.headers):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
