"""The page's session: its cookie, and how a request proves that it comes from the page and not merely from its browser."""

from __future__ import annotations

from starlette.requests import HTTPConnection
from starlette.responses import Response

from mediatheque.accounts.sessions import Session, is_csrf_of, write_session
from mediatheque.accounts.tokens import VALID_FOR
from mediatheque.kit.errors import Forbidden

COOKIE = "mediatheque_session"
HEADER = "X-CSRF-Token"

#: What changes nothing needs no proof: an answer can be read by no other origin.
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


def set_cookie(connection: HTTPConnection, response: Response, key: bytes, session: Session) -> None:
    """Let the browser keep this session."""
    response.set_cookie(
        COOKIE,
        write_session(key, session).text,
        max_age=int(VALID_FOR.total_seconds()),
        path="/",
        # Over http, as at home on 192.168.…, a browser would throw a Secure cookie away.
        secure=connection.url.scheme in ("https", "wss"),
        httponly=True,
        samesite="strict",
    )


def forget_cookie(connection: HTTPConnection, response: Response) -> None:
    """Let the browser throw its session away."""
    is_secure = connection.url.scheme in ("https", "wss")
    response.delete_cookie(COOKIE, path="/", secure=is_secure, httponly=True, samesite="strict")


def check_origin(connection: HTTPConnection, *, must_say: bool = False) -> None:
    """Raise Forbidden when the browser says that somebody else's page asks; `must_say`: also when it says nothing."""
    is_ours = _is_from_our_page(connection)
    if is_ours is False or (must_say and is_ours is None):
        raise Forbidden("Only Mediatheque's own page may ask this with its cookie; programs send a token.")


def check_unsafe(connection: HTTPConnection, key: bytes, session: Session) -> None:
    """Raise Forbidden for a change that the page did not send itself."""
    if connection.scope["method"] in _SAFE:
        return
    check_origin(connection)
    if not is_csrf_of(key, session, connection.headers.get(HEADER, "")):
        raise Forbidden(f"Send the header {HEADER} with what GET /api/session says, or load the page again.")


def _is_from_our_page(connection: HTTPConnection) -> bool | None:
    """Whether the browser says so; None: it does not say. A page cannot change what its browser says here."""
    # Cookies do not tell ports apart: what else runs on this host is the same site, but not the same origin.
    if (site := connection.headers.get("sec-fetch-site")) is not None:
        return site in ("same-origin", "none")  # none: typed by somebody, or one of their bookmarks
    if (origin := connection.headers.get("origin")) is not None:
        return origin.partition("://")[2].lower() == connection.headers.get("host", "").lower()
    return None
