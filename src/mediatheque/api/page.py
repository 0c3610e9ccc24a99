"""The page at `/`: its files with long caching, packed as they were built, under a policy that runs no foreign script."""

from __future__ import annotations

import re

from anyio import to_thread
from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match, Route
from starlette.types import Scope

from mediatheque.accounts.queries import user_in_session
from mediatheque.accounts.sessions import read_session
from mediatheque.api.built_page import INDEX, BuiltPage, PageFile
from mediatheque.api.cookies import COOKIE
from mediatheque.kit.database import Connection
from mediatheque.kit.errors import MediathequeError
from mediatheque.library.queries.preferences import preferences_of
from mediatheque.wiring import Mediatheque

#: What is no address of the page.
_OF_PROGRAMS = re.compile(r"/(api|health|metrics)(/|$)")
#: Vite writes what a file holds into its name: under one name there are never other bytes.
_ASSETS = "assets/"
_FOR_EVER = "public, max-age=31536000, immutable"

_PERMISSIONS = (
    "microphone=(self), camera=(), geolocation=(), payment=(), usb=(), serial=(), midi=(), display-capture=()"
)

_NOT_BUILT = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Mediatheque</title>
<h1>The page is not built yet</h1>
<p>Mediatheque is running, and its API answers at <a href="/api/openapi.json">/api</a>.
The page itself is built from <code>ui/</code>: run <code>make page</code> in Mediatheque&#8217;s folder, then load this again.</p>
</html>
"""


def policy(*, remote_images: bool) -> str:
    """What a page of ours may load: its own files, and covers from elsewhere only for who wants them."""
    return "; ".join(
        (
            "default-src 'self'",
            "script-src 'self'",
            # Menus and dialogs place themselves by styles that they write while they are open.
            "style-src 'self' 'unsafe-inline'",
            f"img-src 'self' data: blob:{' https:' if remote_images else ''}",
            "media-src 'self' blob:",
            "font-src 'self'",
            "connect-src 'self'",
            "worker-src 'self'",
            "object-src 'none'",
            "frame-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def serve_page(app: FastAPI) -> None:
    """Let `app` answer with the page wherever it has nothing of its own."""
    app.state.page = BuiltPage()
    app.router.routes.append(_PageRoute("/{path:path}", _answer, include_in_schema=False))


class _PageRoute(Route):
    """Every address but those of programs: what is wrong there is a problem, as JSON."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] == "http" and _OF_PROGRAMS.match(scope["path"]):
            return Match.NONE, {}
        return super().matches(scope)


async def _answer(request: Request) -> Response:
    page: BuiltPage = request.app.state.page
    name = request.path_params["path"]
    # Only files have a dot in their names: everything else is an address that the page itself knows.
    is_file = name.startswith(_ASSETS) or ("." in name.rpartition("/")[2] and name != INDEX)
    found = await to_thread.run_sync(page.file, name if is_file else INDEX)
    if found is None and is_file:
        raise HTTPException(404, "The page has no such file; load it again at /.")
    if found is None:
        return HTMLResponse(_NOT_BUILT, 503)
    if is_file:
        cached = _FOR_EVER if name.startswith(_ASSETS) else "no-cache"
        # A service worker fetches under the policy that its script comes with.
        headers = {"Cache-Control": cached, "Content-Security-Policy": policy(remote_images=False)}
        return _sent(request, found, headers)
    wants_remote = await _wants_remote_images(request)
    headers = {
        "Cache-Control": "private, no-cache",
        "Content-Security-Policy": policy(remote_images=wants_remote),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": _PERMISSIONS,
    }
    return _sent(request, found, headers, "remote" if wants_remote else "")


def _sent(request: Request, file: PageFile, headers: dict[str, str], variant: str = "") -> Response:
    packing = file.best(request.headers.get("accept-encoding", ""))
    etag = file.etag(packing, variant)
    headers |= {"Vary": "Accept-Encoding", "ETag": etag}
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    if etag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    if packing:
        headers["Content-Encoding"] = packing
    return Response(file.contents[packing], headers=headers, media_type=file.media_type)


async def _wants_remote_images(request: Request) -> bool:
    """Whether who is signed in said that covers may be fetched from elsewhere; nobody did who is not."""
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return False
    app: Mediatheque = request.app.state.mediatheque

    def said(db: Connection) -> bool:
        session = read_session(request.app.state.signing_key, cookie)
        user = user_in_session(db, session.id, session.user_id, session.issued_at)
        return preferences_of(db, user.id).get("remote_images") is True

    try:
        return await app.database.run(said)
    except MediathequeError:
        # The page itself says what is wrong: a session that ended, a database that is away.
        return False
