"""The app: an open Mediatheque in, a FastAPI application out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from functools import cache
from typing import Any

from anyio import CapacityLimiter, to_thread
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute

import mediatheque
from mediatheque.accounts.tokens import signing_key
from mediatheque.api import (
    auth,
    belongings,
    chat,
    checks,
    duplicates,
    evaluations,
    events,
    graph,
    graph_drawing,
    graph_elsewhere,
    graph_taste,
    health,
    home,
    import_reports,
    imports,
    item_about,
    items,
    jobs,
    jobs_live,
    library,
    lists,
    matches,
    media,
    media_adding,
    media_files,
    media_lines,
    media_many,
    metrics,
    models,
    onboarding,
    openapi,
    preferences,
    ratings,
    recommendations,
    review,
    search,
    server,
    session,
    shown,
    sources,
    statistics,
    storage,
    syncs,
    tools,
    uploading,
    uploads,
    uploads_begun,
    users,
)
from mediatheque.api.answers import LISTS_AT_ONCE, Answers
from mediatheque.api.attempts import Attempts
from mediatheque.api.chat_limits import ChatLimits
from mediatheque.api.compressing import CompressedJson
from mediatheque.api.graph_shapes import GRAPHS_AT_ONCE
from mediatheque.api.guards import LARGEST_BODY, BoundedBodies, SecurityHeaders
from mediatheque.api.libraries import LIBRARIES_AT_ONCE, Libraries
from mediatheque.api.media_shapes import NewLink
from mediatheque.api.metrics import Measured, Metrics
from mediatheque.api.page import serve_page
from mediatheque.api.problems import answer_problems
from mediatheque.flows.following import Following, relay
from mediatheque.wiring import Mediatheque

_RESOURCES = (
    auth,
    session,
    home,
    items,
    library,
    item_about,
    matches,
    ratings,
    events,
    imports,
    import_reports,
    review,
    search,
    # Before what takes any word for a recording's number.
    duplicates,
    media,
    media_adding,
    media_files,
    media_lines,
    media_many,
    uploads,
    uploads_begun,
    jobs_live,
    jobs,
    chat,
    graph,
    graph_drawing,
    graph_elsewhere,
    graph_taste,
    lists,
    onboarding,
    recommendations,
    shown,
    evaluations,
    models,
    syncs,
    preferences,
    users,
    statistics,
    belongings,
    storage,
    sources,
    tools,
    checks,
    server,
)


def create_app(opened: Mediatheque) -> FastAPI:
    """The HTTP API of an open Mediatheque, which is closed when the app shuts down.

    Raises Invalid when the setting for the tokens' key or the models' registry cannot be used.
    """
    app = _described()
    app.state.mediatheque = opened
    # Follows a registry elsewhere from now on, so that the first request need not do without the model.
    _ = opened.champions
    app.state.signing_key = signing_key(opened.settings)
    app.state.attempts = Attempts()
    app.state.chat_limits = ChatLimits()
    app.state.following = Following(opened)
    app.state.metrics = Metrics()
    app.state.answers = Answers()
    app.state.pages = home.Pages()
    app.state.lists_at_once = CapacityLimiter(LISTS_AT_ONCE)
    app.state.libraries = Libraries()
    app.state.libraries_at_once = CapacityLimiter(LIBRARIES_AT_ONCE)
    app.state.graphs_at_once = CapacityLimiter(GRAPHS_AT_ONCE)
    answer_problems(app)
    serve_page(app)
    app.add_middleware(CompressedJson)
    app.add_middleware(BoundedBodies, largest=_largest(opened))
    app.add_middleware(uploads.Tus)
    app.add_middleware(SecurityHeaders)
    app.add_middleware(Measured, metrics=app.state.metrics)
    return app


def document() -> dict[str, Any]:
    """The OpenAPI document, without a library: what clients are generated from."""
    return _described().openapi()


def _described() -> FastAPI:
    """The routes and what is said of them, over nothing yet."""
    app = FastAPI(
        title="Mediatheque",
        version=mediatheque.__version__,
        summary="Your own library of everything you watch, read, hear and record.",
        description=openapi.DESCRIPTION,
        openapi_tags=openapi.TAGS,
        openapi_url="/api/openapi.json",
        # Both fetch their scripts from elsewhere; a library at home may have no way there.
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        # Two addresses for one thing confuse caches and clients.
        redirect_slashes=False,
    )
    app.router.routes.extend(_routes())
    openapi.complete(app, NewLink)
    return app


@cache
def _routes() -> tuple[BaseRoute, ...]:
    """What is at which address: the same for every library, so that what takes half a second is done once a process."""
    bare = FastAPI(openapi_url=None, redirect_slashes=False)
    api = APIRouter(prefix="/api")
    for resource in _RESOURCES:
        api.include_router(resource.router)
    # Probes look at the root, clients of the API below its prefix.
    api.include_router(health.router, include_in_schema=False)
    bare.include_router(api)
    bare.include_router(health.router)
    bare.include_router(metrics.router)
    return tuple(bare.router.routes)


def _largest(opened: Mediatheque) -> Callable[[str], int]:
    """How many bytes the body of a request to a path may have."""
    file = opened.settings.upload_limit_mb * (1 << 20) + (1 << 20)
    takes_files = imports.UPLOADS | media_adding.UPLOADS

    def largest(path: str) -> int:
        return file if path in takes_files or path.startswith(f"{uploads.BELOW}/") else LARGEST_BODY

    return largest


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncGenerator[None]:
    for folder in ("uploads", "exports"):
        uploading.forget_left_behind(app.state.mediatheque.data_dir / folder)
    await to_thread.run_sync(uploads.forget_expired, app.state.mediatheque)
    carrying = asyncio.create_task(relay(app.state.mediatheque))
    yield
    carrying.cancel()
    app.state.following.close()
    await app.state.mediatheque.aclose()
