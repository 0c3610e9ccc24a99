"""Who is asking: the bearer token or API key of a request, and the open Mediatheque it asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from mediatheque.accounts import queries
from mediatheque.accounts.file_tokens import read_file_token
from mediatheque.accounts.keys import PREFIX, hash_of_key
from mediatheque.accounts.tokens import read_token
from mediatheque.kit.errors import Forbidden, Unauthenticated
from mediatheque.library.queries.users import User
from mediatheque.wiring import Mediatheque

_bearer = HTTPBearer(
    auto_error=False,
    scheme_name="bearer",
    description="`Authorization: Bearer …` with a token from `/api/auth/login`, or an API key (`mtq_…`).",
)


async def _opened(request: Request) -> Mediatheque:
    return request.app.state.mediatheque


async def _signing_key(request: Request) -> bytes:
    return request.app.state.signing_key


Opened = Annotated[Mediatheque, Depends(_opened)]
SigningKey = Annotated[bytes, Depends(_signing_key)]


@dataclass(frozen=True, slots=True)
class Asking:
    """A user, and whether a program speaks for them."""

    user: User
    is_program: bool


# Async, since FastAPI runs a plain function in a thread, which halves what a server answers.
async def _asking(
    app: Opened,
    key: SigningKey,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> Asking:
    if given is None:
        raise Unauthenticated(
            "Send 'Authorization: Bearer …' with a token from /api/auth/login or an API key."
        )
    if given.credentials.startswith(PREFIX):
        user = await app.database.run(queries.user_with_key, hash_of_key(given.credentials))
        return Asking(user, is_program=True)
    claimed = read_token(key, given.credentials)
    user = await app.database.run_alone(queries.user_signed_in, claimed.user_id, claimed.issued_at)
    return Asking(user, is_program=False)


async def _linked(
    request: Request,
    app: Opened,
    key: SigningKey,
    given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    token: Annotated[
        str | None,
        Query(max_length=2000, description="As in a link from `/play`, for who can send no header."),
    ] = None,
) -> User:
    if given is not None or token is None:
        return (await _asking(app, key, given)).user
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
#: The user who asks, by token or by API key.
Asker = Annotated[User, Depends(_asker)]
#: The user who asks, signed in themselves: a lost API key must not cost the account.
Person = Annotated[User, Depends(_person)]
#: The user who asks, or in whose name a signed link was made to just this address.
Linked = Annotated[User, Depends(_linked)]
#: The user who asks, an administrator.
Admin = Annotated[User, Depends(_admin)]


async def user_of(app: Mediatheque, key: bytes, authorization: str | None) -> User:
    """The user of an Authorization header, for what is no ordinary request. Raises Unauthenticated."""
    kind, _, credentials = (authorization or "").partition(" ")
    is_bearer = kind.lower() == "bearer" and credentials
    given = HTTPAuthorizationCredentials(scheme=kind, credentials=credentials.strip()) if is_bearer else None
    return (await _asking(app, key, given)).user


async def is_admin(request: Request) -> bool:
    """Whether a request, which may come without any token, is an administrator's. Raises Unauthenticated."""
    given = await _bearer(request)
    if given is None:
        return False
    asking = await _asking(request.app.state.mediatheque, request.app.state.signing_key, given)
    return asking.user.is_admin
