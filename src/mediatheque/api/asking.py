"""Who is asking: the bearer token, API key or cookie of a request, and the open Mediatheque it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request, Response
from fastapi.security import APIKeyCookie, HTTPAuthorizationCredentials, HTTPBearer
from starlette.requests import HTTPConnection

from mediatheque.accounts import queries
from mediatheque.accounts.file_tokens import read_file_token
from mediatheque.accounts.keys import PREFIX, hash_of_key
from mediatheque.accounts.sessions import Session, read_session, renewed
from mediatheque.accounts.tokens import read_token
from mediatheque.api import cookies
from mediatheque.kit.errors import Forbidden, Unauthenticated
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="`Authorization: Bearer …` with a token from `/api/auth/login`, or an API key (`mtq_…`).",
)
_cookie = APIKeyCookie(
    name=cookies.COOKIE,
    auto_error=False,
    scheme_name="cookie",
    description=f"For the page: `POST /api/session` sets it. Whatever changes something also needs the header "
    f"`{cookies.HEADER}`, with `csrf` as `GET /api/session` says it; else the answer is 403. A bearer token comes first.",
)


async def _opened(request: Request) -> Mediatheque:
    return request.app.state.mediatheque


async def _signing_key(request: Request) -> bytes:
    return request.app.state.signing_key


Opened = Annotated[Mediatheque, Depends(_opened)]
SigningKey = Annotated[bytes, Depends(_signing_key)]


@dataclass(frozen=True, slots=True)
class Asking:
    """A user, whether a program speaks for them, and the page's session if it is the page that asks."""

    user: User
    is_program: bool = False
    session: Session | None = None


# Async, since FastAPI runs a plain function in a thread, which halves what a server answers.
async def _asking(
    request: Request,
    response: Response,
    app: Opened,
    key: SigningKey,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
) -> Asking:
    if given is not None:
        return await _by_bearer(app, key, given.credentials)
    if not cookie:
        raise Unauthenticated(
            "Send 'Authorization: Bearer …' with a token from /api/auth/login or an API key."
        )
    asking = await by_cookie(app, key, cookie)
    assert asking.session is not None
    cookies.check_unsafe(request, key, asking.session)
    if asking.session.is_to_be_renewed():
        cookies.set_cookie(request, response, key, renewed(asking.session))
    return asking


async def _by_bearer(app: Mediatheque, key: bytes, credentials: str) -> Asking:
    if credentials.startswith(PREFIX):
        user = await app.database.run(queries.user_with_key, hash_of_key(credentials))
        return Asking(user, is_program=True)
    claimed = read_token(key, credentials)
    return Asking(await app.database.run_alone(queries.user_signed_in, claimed.user_id, claimed.issued_at))


async def by_cookie(app: Mediatheque, key: bytes, cookie: str) -> Asking:
    """Whose session a cookie is of; raises Unauthenticated. Says nothing about which page made the browser send it."""
    session = read_session(key, cookie)
    user = await app.database.run_alone(
        queries.user_in_session, session.id, session.user_id, session.issued_at
    )
    return Asking(user, session=session)


async def _linked(
    request: Request,
    response: Response,
    app: Opened,
    key: SigningKey,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    cookie: Annotated[str | None, Depends(_cookie)],
    token: Annotated[
        str | None,
        Query(max_length=2000, description="As in a link from `/play`, for who can send no header."),
    ] = None,
) -> User:
    if given is not None or token is None:
        return (await _asking(request, response, app, key, given, cookie)).user
    claimed = read_file_token(key, token, request.url.path)
    return await app.database.run_alone(queries.user_signed_in, claimed.user_id, claimed.issued_at)


async def _asker(asking: Annotated[Asking, Depends(_asking)]) -> User:
    return asking.user


async def _person(asking: Annotated[Asking, Depends(_asking)]) -> User:
    if asking.is_program:
        raise Forbidden("An API key may not do this; sign in with the password.")
    return asking.user


async def _admin(asking: Annotated[Asking, Depends(_asking)]) -> User:
    if not asking.user.is_admin:
        raise Forbidden("Only an administrator may do this.")
    return asking.user


#: What a request brings to say who asks; None where it brings nothing, for routes that take something else instead.
MaybeBearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
MaybeCookie = Annotated[str | None, Depends(_cookie)]
#: The user who asks, by token, API key or cookie.
Asker = Annotated[User, Depends(_asker)]
#: The user who asks, signed in themselves: a lost API key must not cost the account.
Person = Annotated[User, Depends(_person)]
#: The user who asks, or in whose name a signed link was made to just this address.
Linked = Annotated[User, Depends(_linked)]
#: The user who asks, with how they do.
Asks = Annotated[Asking, Depends(_asking)]
#: The user who asks, an administrator.
Admin = Annotated[User, Depends(_admin)]


async def user_of(connection: HTTPConnection) -> User:
    """Who opens a live connection, by header or cookie. Raises Unauthenticated, Forbidden for other people's pages."""
    app: Mediatheque = connection.app.state.mediatheque
    key: bytes = connection.app.state.signing_key
    if (credentials := _credentials(connection)) is not None:
        return (await _by_bearer(app, key, credentials)).user
    if cookie := connection.cookies.get(cookies.COOKIE):
        # A WebSocket asks nobody whether a page of another origin may read it, and brings no CSRF token.
        cookies.check_origin(connection, must_say=connection.scope["type"] == "websocket")
        return (await by_cookie(app, key, cookie)).user
    raise Unauthenticated("Send 'Authorization: Bearer …', a ticket from /api/tickets, or the page's cookie.")


async def is_admin(connection: HTTPConnection) -> bool:
    """Whether a request, which may come as nobody's, is an administrator's. Raises Unauthenticated."""
    if _credentials(connection) is None and not connection.cookies.get(cookies.COOKIE):
        return False
    return (await user_of(connection)).is_admin


def is_bearer(connection: HTTPConnection) -> bool:
    """Whether a request brings a token or an API key."""
    return _credentials(connection) is not None


def _credentials(connection: HTTPConnection) -> str | None:
    kind, _, credentials = connection.headers.get("authorization", "").partition(" ")
    return credentials.strip() if kind.lower() == "bearer" and credentials.strip() else None
